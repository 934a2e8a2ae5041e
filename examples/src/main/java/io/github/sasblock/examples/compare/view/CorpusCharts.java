package io.github.sasblock.examples.compare.view;

import io.github.sasblock.examples.compare.analysis.ComparisonReport.Band;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.CorpusReport;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.Paired;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.PositionBand;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.VariantReport;
import io.github.sasblock.examples.compare.analysis.Frontier;
import io.github.sasblock.examples.compare.analysis.Verdicts;
import io.github.sasblock.examples.compare.result.RunResult.Axis;
import io.github.sasblock.examples.report.Format;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoubleFunction;
import java.util.function.Function;

/** The drawings of one corpus. */
final class CorpusCharts {

    private static final double[] STEPS_OF_CLOCKS = {
        0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400,
        21_600, 43_200, 86_400, 172_800
    };

    private final CorpusReport corpus;
    private final String baseline;
    private final Map<String, Integer> colors;

    /**
     * A drawing on the page.
     *
     * @param name the name of its file, without what it ends with
     * @param heading what it shows
     * @param note how
     * @param svg the drawing
     */
    record Chart(String name, String heading, String note, Svg svg) {}

    CorpusCharts(CorpusReport corpus, String baseline, Map<String, Integer> colors) {
        this.corpus = corpus;
        this.baseline = baseline;
        this.colors = colors;
    }

    List<Chart> differences() {
        List<VariantReport> others =
                corpus.variants().stream().filter(v -> v.atEqualSteps() != null).toList();
        if (others.isEmpty()) {
            return List.of();
        }
        List<Paired> all = new ArrayList<>();
        others.forEach(v -> Verdicts.places(v).forEach(place -> all.add(place.paired())));
        double[] range = ForestChart.range(all);
        List<Chart> charts = new ArrayList<>();
        for (int place = 0; place < Verdicts.places(others.get(0)).size(); place++) {
            List<ForestChart.Row> rows = new ArrayList<>();
            for (VariantReport variant : others) {
                Paired paired = Verdicts.places(variant).get(place).paired();
                rows.add(new ForestChart.Row(variant.name(), paired));
            }
            String title = Verdicts.places(others.get(0)).get(place).title();
            String heading = "At " + title;
            charts.add(
                    new Chart(
                            "difference-" + title.replace(' ', '-'),
                            heading,
                            "bits per byte",
                            ForestChart.draw(
                                    heading + " on " + corpus.name(), baseline, rows, range)));
        }
        answerDifferences(others).ifPresent(charts::add);
        return charts;
    }

    private Optional<Chart> answerDifferences(List<VariantReport> others) {
        List<ForestChart.Row> rows = new ArrayList<>();
        for (VariantReport variant : others) {
            if (variant.answers() != null && variant.answers().difference() != null) {
                rows.add(new ForestChart.Row(variant.name(), variant.answers().difference()));
            }
        }
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        double[] range = ForestChart.range(rows.stream().map(ForestChart.Row::paired).toList());
        return Optional.of(
                new Chart(
                        "difference-answers",
                        "Answers, after the last step",
                        "bits per answer",
                        ForestChart.draw("Answers of " + corpus.name(), baseline, rows, range)));
    }

    List<Chart> frontiers() {
        return List.of(
                frontier(Axis.OPERATIONS, "operations of training", CorpusCharts::scaled),
                frontier(Axis.TIME, "time of training", Format::duration));
    }

    private Chart frontier(Axis axis, String label, DoubleFunction<String> ticks) {
        String heading = "Loss against " + label;
        FrontierChart chart =
                new FrontierChart(
                        heading + " on " + corpus.name(),
                        Frontier.of(corpus, axis),
                        colors,
                        label + " of a run",
                        ticks);
        return new Chart(
                "frontier-" + label.replaceAll(" .*", ""),
                heading,
                "validation bits per byte, after the last step",
                chart.draw());
    }

    List<Chart> curves() {
        return List.of(
                curve(Axis.STEPS, "steps", CorpusCharts::scaled),
                curve(Axis.OPERATIONS, "operations of training", CorpusCharts::scaled),
                curve(Axis.TIME, "time of training", Format::duration));
    }

    private static String scaled(double number) {
        return Format.count(number).replaceAll("\\.0+(?= |$)", "").replaceAll("(\\.\\d)0", "$1");
    }

    private Chart curve(Axis axis, String label, DoubleFunction<String> ticks) {
        List<LineChart.Line> lines = new ArrayList<>();
        for (VariantReport variant : corpus.variants()) {
            if (variant.hasRuns()) {
                lines.add(line(variant, variant.band(axis)));
            }
        }
        String heading = "Loss by " + label;
        LineChart chart =
                new LineChart(heading + " on " + corpus.name(), lines, label, ticks).cutBeginning();
        if (corpus.floorBitsPerByte() != null) {
            chart.level(corpus.floorBitsPerByte().mean(), "entropy floor");
        }
        if (axis == Axis.TIME) {
            chart.ticks(timeTicks(lines));
        }
        return new Chart(
                "loss-by-" + label.replaceAll(" .*", ""),
                heading,
                "validation bits per byte",
                chart.draw());
    }

    /** Returns a few times that a clock shows. */
    private static List<Double> timeTicks(List<LineChart.Line> lines) {
        double end =
                lines.stream()
                        .flatMap(line -> line.points().stream())
                        .mapToDouble(LineChart.Point::x)
                        .max()
                        .orElse(0);
        double step = STEPS_OF_CLOCKS[STEPS_OF_CLOCKS.length - 1];
        for (int i = STEPS_OF_CLOCKS.length - 1; i >= 0; i--) {
            if (STEPS_OF_CLOCKS[i] >= end / 5) {
                step = STEPS_OF_CLOCKS[i];
            }
        }
        step = Math.max(step, end / 5);
        List<Double> ticks = new ArrayList<>();
        for (int i = 0; i * step <= end; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    private LineChart.Line line(VariantReport variant, Band band) {
        List<LineChart.Point> points =
                band.points().stream()
                        .map(p -> new LineChart.Point(p.x(), p.bitsPerByte()))
                        .toList();
        return new LineChart.Line(variant.name(), colors.get(variant.name()), points);
    }

    List<Chart> positions() {
        Chart losses =
                positions(
                        "loss-by-position",
                        "Loss by position",
                        "nats per token, after the last step",
                        VariantReport::positions,
                        null);
        Chart differences =
                positions(
                        "difference-by-position",
                        "Difference from " + baseline + " by position",
                        "nats per token, below 0 is better",
                        VariantReport::positionDifferences,
                        0.0);
        return corpus.variants().stream().allMatch(v -> v.positionDifferences().isEmpty())
                ? List.of(losses)
                : List.of(losses, differences);
    }

    private Chart positions(
            String name,
            String heading,
            String note,
            Function<VariantReport, List<PositionBand>> bands,
            Double level) {
        List<LineChart.Line> lines = new ArrayList<>();
        Map<Double, String> labels = new TreeMap<>();
        for (VariantReport variant : corpus.variants()) {
            List<LineChart.Point> points = new ArrayList<>();
            for (int i = 0; i < bands.apply(variant).size(); i++) {
                PositionBand band = bands.apply(variant).get(i);
                points.add(new LineChart.Point(i, band.natsPerToken()));
                labels.put((double) i, Integer.toString(band.first()));
            }
            if (!points.isEmpty()) {
                lines.add(new LineChart.Line(variant.name(), colors.get(variant.name()), points));
            }
        }
        LineChart chart =
                new LineChart(
                                heading + " in the window on " + corpus.name(),
                                lines,
                                "position in the window, from",
                                labels::get)
                        .level(level, baseline)
                        .ticks(List.copyOf(labels.keySet()));
        return new Chart(name, heading, note, chart.draw());
    }

    /** Returns all drawings, if there is a finished run to draw. */
    List<Chart> all() {
        if (corpus.variants().stream().noneMatch(VariantReport::hasRuns)) {
            return List.of();
        }
        List<Chart> all = new ArrayList<>(differences());
        all.addAll(frontiers());
        all.addAll(curves());
        all.addAll(positions());
        return all;
    }
}
