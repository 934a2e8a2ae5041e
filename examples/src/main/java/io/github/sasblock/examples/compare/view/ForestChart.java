package io.github.sasblock.examples.compare.view;

import io.github.sasblock.examples.compare.analysis.ComparisonReport.Paired;
import io.github.sasblock.examples.compare.analysis.Verdicts;
import io.github.sasblock.examples.compare.statistics.PairedDifference;
import io.github.sasblock.examples.compare.view.Svg.Anchor;
import java.util.List;

/**
 * Differences from the baseline with their intervals, one below another: what lies wholly on one
 * side of the line is not noise.
 */
final class ForestChart {

    private static final double WIDTH = 360;
    private static final double MARGIN = 12;
    private static final double ROW = 46;
    private static final double TEXT = 21; // the height of a row's text
    private static final double FOOT = 44;
    private static final int TICKS = 5;

    private ForestChart() {}

    /** A variant and its difference. */
    record Row(String name, Paired paired) {}

    /** Returns the ends of a scale that holds all differences and zero. */
    static double[] range(List<Paired> all) {
        double low = 0;
        double high = 0;
        for (Paired paired : all) {
            PairedDifference difference = paired.difference();
            if (difference.verdict() != PairedDifference.Verdict.NO_SPREAD) {
                low = Math.min(low, difference.low());
                high = Math.max(high, difference.high());
            }
            for (double seed : paired.bySeed()) {
                low = Math.min(low, seed);
                high = Math.max(high, seed);
            }
        }
        double pad = Math.max(1e-6, 0.06 * (high - low));
        return new double[] {low - pad, high + pad};
    }

    static Svg draw(String title, String baseline, List<Row> rows, double... range) {
        double height = rows.size() * ROW + FOOT;
        Svg svg = new Svg(WIDTH, height, title);
        Scale x = new Scale(range[0], range[1], MARGIN, WIDTH - MARGIN);
        double bottom = rows.size() * ROW + 4;
        for (int i = 0; i < rows.size(); i++) {
            drawGrid(svg, x, i * ROW);
        }
        double lastLabel = Double.NEGATIVE_INFINITY;
        for (double tick : x.ticks(TICKS)) {
            double at = Math.min(WIDTH - 22, Math.max(22, x.place(tick)));
            if (at - lastLabel >= 40) {
                svg.text(at, bottom + 14, Anchor.MIDDLE, "muted", x.label(tick, TICKS));
                lastLabel = at;
            }
        }
        svg.text(MARGIN, bottom + 32, Anchor.START, "muted", "← better than " + baseline);
        svg.text(WIDTH - MARGIN, bottom + 32, Anchor.END, "muted", "worse →");
        for (int i = 0; i < rows.size(); i++) {
            drawRow(svg, rows.get(i), x, i * ROW);
        }
        return svg;
    }

    /** Draws the lines below the row's text alone, which they would cross out. */
    private static void drawGrid(Svg svg, Scale x, double top) {
        for (double tick : x.ticks(TICKS)) {
            svg.line(x.place(tick), top + TEXT, x.place(tick), top + ROW + 2, "grid");
        }
        svg.line(x.place(0), top + TEXT, x.place(0), top + ROW + 2, "axis");
    }

    private static void drawRow(Svg svg, Row row, Scale x, double top) {
        String kind = Words.kind(row.paired().difference().verdict());
        String text = Verdicts.interval(row.paired());
        svg.text(MARGIN, top + 15, Anchor.START, "strong halo", row.name());
        svg.text(WIDTH - MARGIN, top + 15, Anchor.END, "number halo t-" + kind, text);
        double y = top + 31;
        for (double seed : row.paired().bySeed()) {
            svg.circle(x.place(seed), y, 2.6, "seed d-" + kind);
        }
        PairedDifference difference = row.paired().difference();
        if (difference.verdict() == PairedDifference.Verdict.NO_SPREAD) {
            return;
        }
        double low = x.place(difference.low());
        double high = x.place(difference.high());
        svg.line(low, y, high, y, "interval i-" + kind);
        svg.line(low, y - 5, low, y + 5, "interval i-" + kind);
        svg.line(high, y - 5, high, y + 5, "interval i-" + kind);
        svg.circle(x.place(difference.mean()), y, 5, "v-" + kind);
    }
}
