package io.github.sasblock.examples.compare.view;

import io.github.sasblock.examples.compare.statistics.Sample;
import io.github.sasblock.examples.compare.view.Svg.Anchor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;

/** Curves with bands of one standard error over seeds. */
final class LineChart {

    private static final double WIDTH = 360;
    private static final double HEIGHT = 270;
    private static final double LEFT = 40;
    private static final double RIGHT = 8;
    private static final double TOP = 8;
    private static final double BOTTOM = 38;
    private static final double ROW = 16;
    private static final double MARGIN = 4;
    private static final int TICKS = 5;

    /** More names than these would cover the curves; they stand below. */
    private static final int MOST_INSIDE = 5;

    private static final int COLUMNS = 3;

    /** The share of the axis whose steep beginning may be cut off above. */
    private static final double BEGINNING = 0.12;

    private final String title;
    private final List<Line> lines;
    private final String axisLabel;
    private final DoubleFunction<String> tickLabel;
    private Double level; // a horizontal line, or null
    private String levelName;
    private List<Double> ticks;
    private boolean cutBeginning;

    /** A curve: its name, its colour by number, its points. */
    record Line(String name, int color, List<Point> points) {}

    /** A point: where it is, and its value over seeds. */
    record Point(double x, Sample y) {}

    LineChart(String title, List<Line> lines, String axisLabel, DoubleFunction<String> tickLabel) {
        this.title = title;
        this.lines = lines;
        this.axisLabel = axisLabel;
        this.tickLabel = tickLabel;
    }

    /** Draws a horizontal line, unless it is null. */
    LineChart level(Double place, String name) {
        level = place;
        levelName = name;
        return this;
    }

    /** Sets where the ticks of the horizontal axis are. */
    LineChart ticks(List<Double> places) {
        ticks = places;
        return this;
    }

    /** Lets the first, steep part of the curves leave the drawing above. */
    LineChart cutBeginning() {
        cutBeginning = true;
        return this;
    }

    Svg draw() {
        Svg svg = new Svg(WIDTH, HEIGHT + roomBelow(), title);
        Scale x = horizontal();
        Scale y = vertical(x);
        drawAxes(svg, x, y);
        svg.clip(LEFT, TOP, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
        if (level != null) {
            svg.line(LEFT, y.place(level), WIDTH - RIGHT, y.place(level), "floor");
        }
        lines.forEach(line -> drawBand(svg, line, x, y));
        lines.forEach(line -> drawLine(svg, line, x, y));
        svg.endClip();
        drawLegend(svg);
        return svg;
    }

    private Scale horizontal() {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (Line line : lines) {
            for (Point point : line.points()) {
                low = Math.min(low, point.x());
                high = Math.max(high, point.x());
            }
        }
        return new Scale(low, high > low ? high : low + 1, LEFT, WIDTH - RIGHT);
    }

    private Scale vertical(Scale x) {
        double low = level == null ? Double.POSITIVE_INFINITY : level;
        double high = level == null ? Double.NEGATIVE_INFINITY : level;
        double from = cutBeginning ? x.low() + BEGINNING * (x.high() - x.low()) : x.low();
        for (Line line : lines) {
            double highest = Double.NEGATIVE_INFINITY;
            for (Point point : line.points()) {
                double error = point.y().hasSpread() ? point.y().standardError() : 0;
                low = Math.min(low, point.y().mean() - error);
                if (point.x() >= from) {
                    highest = Math.max(highest, point.y().mean() + error);
                }
            }
            high = Math.max(high, highest);
        }
        double pad = Math.max(1e-6, 0.05 * (high - low));
        double room = cutBeginning ? 0 : legendShare() / (1 - legendShare()) * (high - low);
        return new Scale(low - pad, high + pad + room, HEIGHT - BOTTOM, TOP);
    }

    /** Returns how much of the height the legend takes, where no steep beginning makes room. */
    private double legendShare() {
        return isLegendBelow() ? 0 : Math.min(0.6, names() * ROW / (HEIGHT - BOTTOM));
    }

    private boolean isLegendBelow() {
        return names() > MOST_INSIDE;
    }

    private double roomBelow() {
        int rows = (names() + COLUMNS - 1) / COLUMNS;
        return isLegendBelow() ? 6 + rows * ROW : 0;
    }

    private int names() {
        return lines.size() + (level == null ? 0 : 1);
    }

    private void drawAxes(Svg svg, Scale x, Scale y) {
        for (double tick : y.ticks(TICKS)) {
            svg.line(LEFT, y.place(tick), WIDTH - RIGHT, y.place(tick), "grid");
            svg.text(LEFT - 6, y.place(tick) + 4, Anchor.END, "muted", y.label(tick, TICKS));
        }
        double bottom = HEIGHT - BOTTOM;
        svg.line(LEFT, bottom, WIDTH - RIGHT, bottom, "axis");
        for (double tick : ticks == null ? x.ticks(TICKS) : ticks) {
            svg.line(x.place(tick), bottom, x.place(tick), bottom + 4, "axis");
            double at = Math.min(x.place(tick), WIDTH - 16);
            svg.text(at, bottom + 17, Anchor.MIDDLE, "muted", tickLabel.apply(tick));
        }
        svg.text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 5, Anchor.MIDDLE, "muted", axisLabel);
    }

    private static void drawBand(Svg svg, Line line, Scale x, Scale y) {
        if (line.points().size() < 2 || !line.points().get(0).y().hasSpread()) {
            return;
        }
        List<String> there = new ArrayList<>();
        List<String> back = new ArrayList<>();
        for (Point point : line.points()) {
            Sample value = point.y();
            there.add(at(x.place(point.x()), y.place(value.mean() + value.standardError())));
            back.add(0, at(x.place(point.x()), y.place(value.mean() - value.standardError())));
        }
        there.addAll(back);
        svg.path("M" + String.join("L", there) + "Z", "band f" + line.color() % Colors.COUNT);
    }

    private static void drawLine(Svg svg, Line line, Scale x, Scale y) {
        List<String> points =
                line.points().stream()
                        .map(point -> at(x.place(point.x()), y.place(point.y().mean())))
                        .toList();
        if (!points.isEmpty()) {
            svg.path("M" + String.join("L", points), "curve " + Colors.stroke(line.color()));
        }
    }

    private static String at(double x, double y) {
        return Svg.number(x) + " " + Svg.number(y);
    }

    private void drawLegend(Svg svg) {
        int place = 0;
        for (Line line : lines) {
            drawName(svg, place++, "curve " + Colors.stroke(line.color()), "halo", line.name());
        }
        if (level != null) {
            drawName(svg, place, "floor", "muted halo", levelName);
        }
    }

    private void drawName(Svg svg, int place, String stroke, String style, String name) {
        if (isLegendBelow()) {
            int row = place / COLUMNS;
            double column = place % COLUMNS;
            double left = MARGIN + column * (WIDTH - 2 * MARGIN) / COLUMNS;
            double y = HEIGHT + 6 + row * ROW + 8;
            svg.line(left, y - 4, left + 16, y - 4, stroke);
            svg.text(left + 20, y, Anchor.START, style + " name", name);
        } else {
            double right = WIDTH - RIGHT - 30;
            double y = TOP + 14 + place * ROW;
            svg.line(right + 6, y - 4, right + 26, y - 4, stroke);
            svg.text(right, y, Anchor.END, style, name);
        }
    }
}
