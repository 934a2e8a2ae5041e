package io.github.sasblock.examples.compare.view;

import io.github.sasblock.examples.compare.analysis.Frontier;
import io.github.sasblock.examples.compare.analysis.Frontier.Point;
import io.github.sasblock.examples.compare.statistics.Sample;
import io.github.sasblock.examples.compare.view.Svg.Anchor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleFunction;

/**
 * Losses against what they cost, each with one standard error over seeds, on a logarithmic axis of
 * costs. A line joins the variants that none undercuts; the others' points are hollow. Losses far
 * above the rest stand at the upper edge, as arrows with their values.
 */
final class FrontierChart {

    private static final double WIDTH = 360;
    private static final double HEIGHT = 300;
    private static final double LEFT = 40;
    private static final double RIGHT = 10;
    private static final double TOP = 10;
    private static final double BOTTOM = 38;
    private static final int TICKS = 5;
    private static final double LETTER = 6.1; // the width of a letter, about
    private static final double LINE = 12;
    private static final double RADIUS = 4.5;

    /** How far above the median a loss may be, in its distance from the lowest. */
    private static final double FAR = 4;

    /** What round numbers begin with, from few to many. */
    private static final double[][] DIGITS = {{1}, {1, 2, 5}, {1, 1.5, 2, 3, 4, 5, 6, 8}};

    private final String title;
    private final Frontier frontier;
    private final Map<String, Integer> colors;
    private final String axisLabel;
    private final DoubleFunction<String> tickLabel;
    private final Scale x; // of the logarithms
    private final Scale y;

    FrontierChart(
            String title,
            Frontier frontier,
            Map<String, Integer> colors,
            String axisLabel,
            DoubleFunction<String> tickLabel) {
        this.title = title;
        this.frontier = frontier;
        this.colors = colors;
        this.axisLabel = axisLabel;
        this.tickLabel = tickLabel;
        x = horizontal(frontier.points());
        y = vertical(frontier.points());
    }

    private static Scale horizontal(List<Point> points) {
        double low = points.stream().mapToDouble(p -> Math.log(p.cost())).min().orElseThrow();
        double high = points.stream().mapToDouble(p -> Math.log(p.cost())).max().orElseThrow();
        double pad = Math.max(0.05, 0.08 * (high - low));
        return new Scale(low - pad, high + pad, LEFT, WIDTH - RIGHT);
    }

    private static Scale vertical(List<Point> points) {
        double far = far(points);
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (Point point : points) {
            double mean = point.bitsPerByte().mean();
            low = Math.min(low, mean - error(point.bitsPerByte()));
            if (mean <= far) {
                high = Math.max(high, mean + error(point.bitsPerByte()));
            }
        }
        double pad = Math.max(1e-6, 0.08 * (high - low));
        return new Scale(low - pad, high + pad, HEIGHT - BOTTOM, TOP);
    }

    private static double far(List<Point> points) {
        double[] means =
                points.stream().mapToDouble(point -> point.bitsPerByte().mean()).sorted().toArray();
        double median = means[means.length / 2];
        return median > means[0] ? median + FAR * (median - means[0]) : means[means.length - 1];
    }

    private boolean isFar(Point point) {
        return point.bitsPerByte().mean() > y.high();
    }

    private double height(Point point) {
        return isFar(point) ? TOP + RADIUS : y.place(point.bitsPerByte().mean());
    }

    private String label(Point point) {
        return isFar(point)
                ? point.name() + String.format(Locale.ROOT, " %.2f", point.bitsPerByte().mean())
                : point.name();
    }

    private static double error(Sample sample) {
        return sample.hasSpread() ? sample.standardError() : 0;
    }

    Svg draw() {
        Svg svg = new Svg(WIDTH, HEIGHT, title);
        drawAxes(svg);
        drawFront(svg);
        frontier.points().forEach(point -> drawPoint(svg, point));
        drawNames(svg);
        return svg;
    }

    private void drawAxes(Svg svg) {
        for (double tick : y.ticks(TICKS)) {
            svg.line(LEFT, y.place(tick), WIDTH - RIGHT, y.place(tick), "grid");
            svg.text(LEFT - 6, y.place(tick) + 4, Anchor.END, "muted", y.label(tick, TICKS));
        }
        double bottom = HEIGHT - BOTTOM;
        svg.line(LEFT, bottom, WIDTH - RIGHT, bottom, "axis");
        for (double tick : logarithmicTicks(Math.exp(x.low()), Math.exp(x.high()))) {
            double at = x.place(Math.log(tick));
            svg.line(at, bottom, at, bottom + 4, "axis");
            double inside = Math.min(at, WIDTH - 18);
            svg.text(inside, bottom + 17, Anchor.MIDDLE, "muted", tickLabel.apply(tick));
        }
        svg.text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 5, Anchor.MIDDLE, "muted", axisLabel);
    }

    /** Returns round numbers: of the powers of ten and what lies between, three at least. */
    static List<Double> logarithmicTicks(double low, double high) {
        List<Double> ticks = new ArrayList<>();
        for (double[] digits : DIGITS) {
            ticks.clear();
            for (int power = (int) Math.floor(Math.log10(low)); ; power++) {
                double unit = Math.pow(10, power);
                if (unit > high) {
                    break;
                }
                for (double digit : digits) {
                    if (digit * unit >= low && digit * unit <= high) {
                        ticks.add(digit * unit);
                    }
                }
            }
            if (ticks.size() > 2) {
                break;
            }
        }
        return ticks;
    }

    /** Draws a staircase: what a budget buys at best is what the best cheaper variant has. */
    private void drawFront(Svg svg) {
        List<String> corners = new ArrayList<>();
        double height = 0;
        for (Point point : frontier.front()) {
            double at = place(point);
            if (!corners.isEmpty()) {
                corners.add(Svg.number(at) + " " + Svg.number(height));
            }
            height = height(point);
            corners.add(Svg.number(at) + " " + Svg.number(height));
        }
        corners.add(Svg.number(WIDTH - RIGHT) + " " + Svg.number(height));
        svg.path("M" + String.join("L", corners), "front");
    }

    private double place(Point point) {
        return x.place(Math.log(point.cost()));
    }

    private void drawPoint(Svg svg, Point point) {
        double at = place(point);
        Sample loss = point.bitsPerByte();
        String stroke = "c" + colors.get(point.name()) % Colors.COUNT;
        if (isFar(point)) {
            drawArrow(svg, at, "point " + stroke + " hollow");
            return;
        }
        if (loss.hasSpread()) {
            double low = y.place(loss.mean() - loss.standardError());
            double high = Math.max(TOP, y.place(loss.mean() + loss.standardError()));
            svg.line(at, low, at, high, "error " + stroke);
            svg.line(at - 4, low, at + 4, low, "error " + stroke);
            svg.line(at - 4, high, at + 4, high, "error " + stroke);
        }
        boolean best = frontier.front().contains(point);
        String fill = best ? "f" + colors.get(point.name()) % Colors.COUNT : "hollow";
        svg.circle(at, y.place(loss.mean()), RADIUS, "point " + stroke + " " + fill);
    }

    private static void drawArrow(Svg svg, double at, String style) {
        String top = Svg.number(at) + " " + Svg.number(TOP);
        String left = Svg.number(at - RADIUS) + " " + Svg.number(TOP + 2 * RADIUS);
        String right = Svg.number(at + RADIUS) + " " + Svg.number(TOP + 2 * RADIUS);
        svg.path("M" + top + "L" + left + "L" + right + "Z", style);
    }

    /** The part of the drawing that a name or a point covers. */
    private record Box(double left, double top, double width, double height) {

        boolean overlaps(Box other) {
            return left < other.left + other.width
                    && other.left < left + width
                    && top < other.top + other.height
                    && other.top < top + height;
        }

        boolean isInside() {
            return left >= LEFT
                    && left + width <= WIDTH - RIGHT + 4
                    && top >= 0
                    && top + height <= HEIGHT - BOTTOM;
        }
    }

    /** Writes each name beside its point, where no other name or point is, if there is a place. */
    private void drawNames(Svg svg) {
        List<Box> taken = new ArrayList<>();
        for (Point point : frontier.points()) {
            double at = place(point) - RADIUS;
            double top = height(point) - RADIUS;
            taken.add(new Box(at, top, 2 * RADIUS, 2 * RADIUS));
        }
        for (Point point : frontier.points()) {
            Box box = freePlace(point, taken);
            taken.add(box);
            String style = frontier.front().contains(point) ? "name strong halo" : "name halo";
            svg.text(box.left(), box.top() + 10, Anchor.START, style, label(point));
        }
    }

    private Box freePlace(Point point, List<Box> taken) {
        List<Box> places = placesAround(point);
        return places.stream()
                .filter(box -> box.isInside() && taken.stream().noneMatch(box::overlaps))
                .findFirst()
                .or(() -> places.stream().filter(Box::isInside).findFirst())
                .orElse(places.get(0));
    }

    private List<Box> placesAround(Point point) {
        double width = label(point).length() * LETTER + 2;
        double right = place(point) + RADIUS + 3;
        double left = place(point) - RADIUS - 3 - width;
        double middle = place(point) - width / 2;
        double level = height(point) - LINE / 2;
        List<Box> places = new ArrayList<>();
        places.add(new Box(right, level, width, LINE));
        places.add(new Box(left, level, width, LINE));
        for (int lines = 1; lines <= 4; lines++) {
            double away = lines * LINE;
            for (double side : new double[] {right, left, middle}) {
                places.add(new Box(side, level - away, width, LINE));
                places.add(new Box(side, level + away, width, LINE));
            }
        }
        return places;
    }
}
