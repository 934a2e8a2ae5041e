'use strict';

const SVG = 'http://www.w3.org/2000/svg';
const POLL_MILLIS = 2000;
const MARGIN = { top: 14, right: 10, bottom: 28, left: 46 };
const DOT = 3.5; // the radius of a validation

const byId = id => document.getElementById(id);
let data = null;
let cursor = null; // the step under the pointer

function show(id, text, small) {
  const element = byId(id);
  element.textContent = text;
  if (small) {
    const detail = document.createElement('small');
    detail.textContent = small;
    element.append(detail);
  }
}

const fixed = (value, digits) => value === null || value === undefined ? '–' : value.toFixed(digits);
const grouped = value => value.toLocaleString('en-US');

function duration(seconds) {
  const s = Math.round(seconds);
  if (s < 60) return s + ' s';
  if (s < 3600) return Math.floor(s / 60) + ' min ' + s % 60 + ' s';
  if (s < 86400) return Math.floor(s / 3600) + ' h ' + Math.floor(s % 3600 / 60) + ' min';
  return Math.floor(s / 86400) + ' d ' + Math.floor(s % 86400 / 3600) + ' h';
}

function phase(name, text) {
  byId('phase').className = 'phase ' + name;
  byId('phase').textContent = text;
}

function showFigures() {
  byId('title').textContent = data.title;
  byId('folder').textContent = data.folder;
  document.title = data.phase + (data.steps ? ' ' + Math.floor(100 * data.step / data.steps) + '%' : '') + ' – ' + data.title;
  phase(data.phase, data.phase);
  byId('progress').value = data.steps ? data.step / data.steps : 0;
  show('step', grouped(data.step), data.steps ? 'of ' + grouped(data.steps) : '');
  show('loss', fixed(data.loss, 3));
  const bits = v => v && v.bitsPerByte !== null ? fixed(v.bitsPerByte, 3) + ' bits/byte' : '';
  show('validation', data.validation ? fixed(data.validation.nats, 3) : '–', bits(data.validation));
  show('best', data.best ? fixed(data.best.nats, 3) : '–', data.best ? 'at step ' + grouped(data.best.step) : '');
  show('speed', data.tokensPerSecond === null ? '–' : grouped(Math.round(data.tokensPerSecond)), 'tokens/s');
  const left = data.phase === 'running' && data.step > 0 && data.steps > data.step
    ? data.seconds / data.step * (data.steps - data.step) : 0;
  show('time', data.seconds === null ? '–' : duration(data.seconds), left ? 'about ' + duration(left) + ' left' : '');
  const notes = [];
  if (data.process) notes.push('written by ' + data.process + '.');
  if (data.phase === 'stopped') notes.push('No process writes to this run, and it has no result: it was stopped or died.');
  if (data.damagedLines) notes.push(data.damagedLines + ' damaged lines of metrics.jsonl are left out.');
  byId('note').textContent = notes.join(' ');
}

function draw(parent, name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

/** Round numbers, about as many as fit. */
function ticks(low, high, count) {
  const raw = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const unit = [1, 2, 5, 10].find(factor => factor * power >= raw) * power;
  const found = [];
  for (let i = Math.ceil(low / unit); i * unit <= high + unit * 1e-6; i++) found.push(i * unit);
  return found;
}

function stepLabel(step) {
  if (step >= 1e6) return +(step / 1e6).toFixed(2) + ' M';
  return step >= 1e4 ? +(step / 1e3).toFixed(1) + ' k' : String(Math.round(step));
}

/** The range of the loss without its steep start, which would press the rest flat. */
function lossRange(rows) {
  const settled = rows.filter(row => row.step >= data.step * 0.04);
  const seen = settled.length > 3 ? settled : rows;
  const low = Math.min(...seen.map(row => row.low));
  const high = Math.max(...seen.map(row => row.high));
  const room = Math.max(0.02, (high - low) * 0.06);
  return [low - room, high + room];
}

const toRow = ([step, mean, low, high]) => ({ step, mean, low, high });

function showChart() {
  const chart = byId('chart');
  chart.replaceChildren();
  const width = chart.clientWidth;
  const height = chart.clientHeight;
  if (width <= MARGIN.left + MARGIN.right) return; // a window without room, as one that is put away
  chart.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const train = data.train.map(toRow);
  const validation = data.validations.map(toRow);
  const all = train.concat(validation);
  if (all.length < 2) {
    draw(chart, 'text', { x: width / 2, y: height / 2, 'text-anchor': 'middle' }, 'nothing logged yet');
    return;
  }
  const lastStep = Math.max(...all.map(row => row.step));
  const [low, high] = lossRange(all);
  const x = step => MARGIN.left + step / lastStep * (width - MARGIN.left - MARGIN.right);
  const y = loss => height - MARGIN.bottom - (loss - low) / (high - low) * (height - MARGIN.top - MARGIN.bottom);

  const lossTicks = ticks(low, high, height / 60);
  const digits = lossTicks.length > 1 ? Math.max(0, -Math.floor(Math.log10(lossTicks[1] - lossTicks[0]) + 1e-9)) : 2;
  for (const loss of lossTicks) {
    draw(chart, 'line', { class: 'grid', x1: MARGIN.left, x2: width - MARGIN.right, y1: y(loss), y2: y(loss) });
    draw(chart, 'text', { x: MARGIN.left - 8, y: y(loss) + 4, 'text-anchor': 'end' }, loss.toFixed(digits));
  }
  for (const step of ticks(0, lastStep, width / 80)) {
    const end = x(step) > width - 30;
    draw(chart, 'text', { x: end ? width - MARGIN.right : x(step), y: height - 8, 'text-anchor': end ? 'end' : 'middle' }, stepLabel(step));
  }

  draw(draw(chart, 'clipPath', { id: 'inside' }), 'rect', {
    x: MARGIN.left - DOT, y: MARGIN.top, width: width - MARGIN.left - MARGIN.right + 2 * DOT, height: height - MARGIN.top - MARGIN.bottom });
  const inside = draw(chart, 'g', { 'clip-path': 'url(#inside)' });
  const points = (rows, field) => rows.map(row => x(row.step).toFixed(1) + ',' + y(row[field]).toFixed(1));
  draw(inside, 'polygon', { class: 'band', points: points(train, 'high').concat(points(train, 'low').reverse()).join(' ') });
  draw(inside, 'polyline', { class: 'line train', points: points(smoothed(train), 'mean').join(' ') });
  draw(inside, 'polyline', { class: 'line validation', points: points(validation, 'mean').join(' ') });
  if (validation.length < 100) {
    for (const row of validation) draw(inside, 'circle', { class: 'dot', cx: x(row.step), cy: y(row.mean), r: DOT });
  }
  if (cursor !== null) {
    const step = Math.max(0, Math.min(lastStep, (cursor - MARGIN.left) / (width - MARGIN.left - MARGIN.right) * lastStep));
    draw(chart, 'line', { class: 'cursor', x1: x(step), x2: x(step), y1: MARGIN.top, y2: height - MARGIN.bottom });
    readOut(nearest(train, step), nearest(validation, step));
  } else {
    byId('readout').textContent = '\u00a0';
  }
}

/** Weighs neighbours alike on both sides, so that the start is not lifted; at the end fewer to the right. */
function smoothed(rows) {
  const reach = Math.floor(rows.length / 80);
  return rows.map((row, i) => {
    const from = i - Math.min(reach, i);
    const to = Math.min(2 * i - from, rows.length - 1);
    let sum = 0;
    for (let j = from; j <= to; j++) sum += rows[j].mean;
    return { step: row.step, mean: sum / (to - from + 1) };
  });
}

const nearest = (rows, step) => rows.reduce(
  (best, row) => best === null || Math.abs(row.step - step) < Math.abs(best.step - step) ? row : best, null);

function readOut(train, validation) {
  const parts = [];
  if (train) parts.push(`step ${grouped(Math.round(train.step))}: training ${fixed(train.mean, 3)}`);
  if (validation) parts.push(`step ${grouped(Math.round(validation.step))}: validation ${fixed(validation.mean, 3)}`);
  byId('readout').textContent = parts.join(' · ');
}

async function poll() {
  try {
    const response = await fetch('data.json', { cache: 'no-store' });
    if (!response.ok) throw new Error('status ' + response.status);
    data = await response.json();
    showFigures();
    showChart();
    if (data.phase === 'finished') return; // nothing more will come
  } catch (problem) {
    phase('lost', 'no answer');
    byId('note').textContent = 'bin/sas watch does not answer (' + problem.message + '); what is shown is what it told last.';
  }
  setTimeout(poll, POLL_MILLIS);
}

byId('chart').addEventListener('pointermove', event => {
  cursor = event.clientX - byId('chart').getBoundingClientRect().left;
  if (data) showChart();
});
byId('chart').addEventListener('pointerleave', () => {
  cursor = null;
  if (data) showChart();
});
addEventListener('resize', () => { if (data) showChart(); });
poll();
