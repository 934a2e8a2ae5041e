package io.github.sasblock.examples.report;

import io.github.sasblock.examples.report.LossCurve.Line;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** How loss curves look: which lines are drawn, in which colours, between which bounds. */
final class LossPlot {

    static final int WIDTH = 1120;
    static final int HEIGHT = 640;

    private static final Color INK = new Color(0x1F2937);
    private static final Color QUIET_INK = new Color(0x6B7280);
    private static final Color GRID = new Color(0xE9EBEE);
    private static final Color TRAINING = new Color(0x2563EB);
    private static final Color VALIDATION = new Color(0xEA580C);
    private static final List<Color> RUNS =
            List.of(
                    new Color(0x2563EB),
                    new Color(0xEA580C),
                    new Color(0x059669),
                    new Color(0x9333EA),
                    new Color(0xDC2626),
                    new Color(0x0891B2),
                    new Color(0xDB2777),
                    new Color(0x78716C));
    private static final double LIGHT = 0.32; // of a colour, the rest white
    private static final String BOLD_AND_THIN = "  (bold: validation, thin: training)";
    private static final float THIN = 1f;
    private static final float BOLD = 2.4f;
    private static final float[] DASHES = {7, 5};

    private final XYChart chart;
    private final double end;

    LossPlot(
            String title,
            String xTitle,
            String yTitle,
            List<LossCurve> curves,
            OptionalDouble entropyFloor) {
        chart =
                new XYChartBuilder()
                        .width(WIDTH)
                        .height(HEIGHT)
                        .title(title)
                        .xAxisTitle(xTitle)
                        .yAxisTitle(yTitle + (curves.size() > 1 ? BOLD_AND_THIN : ""))
                        .build();
        double last = curves.stream().mapToDouble(LossCurve::end).max().orElse(0);
        end = last > 0 ? last : 1;
        style(LossRange.of(curves, entropyFloor));
        if (curves.size() == 1) {
            drawRun(curves.get(0));
        } else {
            drawRuns(curves);
        }
        entropyFloor.ifPresent(this::drawFloor);
    }

    XYChart chart() {
        return chart;
    }

    private void drawRun(LossCurve curve) {
        line("training", "training", curve.train(), light(TRAINING), THIN, SeriesMarkers.NONE);
        String smoothed = "training, smoothed";
        line(smoothed, smoothed, curve.smooth(), TRAINING, BOLD, SeriesMarkers.NONE);
        validation("validation", curve, VALIDATION);
    }

    // The thin lines first, so that they cover no evaluation.
    private void drawRuns(List<LossCurve> curves) {
        for (int i = 0; i < curves.size(); i++) {
            LossCurve curve = curves.get(i);
            boolean alone = curve.validation().isEmpty();
            Color color = alone ? color(i) : light(color(i));
            line(
                    "training " + i,
                    alone ? curve.name() : "",
                    curve.smooth(),
                    color,
                    alone ? BOLD : 1.5f,
                    SeriesMarkers.NONE);
        }
        for (int i = 0; i < curves.size(); i++) {
            validation(curves.get(i).name(), curves.get(i), color(i));
        }
    }

    private void validation(String name, LossCurve curve, Color color) {
        Line line = curve.validation();
        if (!line.isEmpty()) {
            String label = name + "  " + Format.fixed(line.last(), 3);
            line("validation of " + curve.name(), label, line, color, BOLD, SeriesMarkers.CIRCLE);
        }
    }

    private void drawFloor(double bitsPerByte) {
        Line line = new Line(new double[] {0, end}, new double[] {bitsPerByte, bitsPerByte});
        String label = "entropy floor  " + Format.fixed(bitsPerByte, 3);
        line("floor", label, line, QUIET_INK, 1.6f, SeriesMarkers.NONE);
        chart.getSeriesMap()
                .get("floor")
                .setLineStyle(
                        new BasicStroke(
                                1.6f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, DASHES, 0));
    }

    private void line(String id, String label, Line line, Color color, float width, Marker marker) {
        if (line.isEmpty()) {
            return;
        }
        XYSeries series = chart.addSeries(id, line.x(), line.y());
        series.setLabel(label);
        series.setShowInLegend(!label.isEmpty());
        series.setLineColor(color);
        series.setLineStyle(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        series.setMarker(marker);
        series.setMarkerColor(color);
    }

    private void style(LossRange range) {
        XYStyler styler = chart.getStyler();
        styler.setLocale(Locale.ROOT);
        styler.setAntiAlias(true);
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBackgroundColor(Color.WHITE);
        styler.setPlotBorderVisible(false);
        styler.setPlotContentSize(1);
        styler.setPlotMargin(0);
        styler.setChartPadding(22);
        styler.setChartFontColor(INK);
        styler.setChartTitleVisible(!chart.getTitle().isEmpty());
        styler.setChartTitleBoxVisible(false);
        styler.setChartTitlePadding(14);
        styler.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 20));
        styler.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 15));
        styler.setAxisTitlePadding(12);
        styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
        styler.setAxisTickLabelsColor(QUIET_INK);
        styler.setAxisTickPadding(8);
        styler.setAxisTicksLineVisible(false);
        styler.setAxisTicksMarksVisible(false);
        styler.setPlotTicksMarksVisible(false);
        styler.setPlotGridVerticalLinesVisible(false);
        styler.setPlotGridLinesColor(GRID);
        styler.setPlotGridLinesStroke(new BasicStroke(1));
        styler.setLegendPosition(LegendPosition.InsideNE);
        styler.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 15));
        styler.setLegendBorderColor(new Color(255, 255, 255, 0));
        styler.setLegendBackgroundColor(new Color(255, 255, 255, 200));
        styler.setLegendPadding(10);
        styler.setLegendSeriesLineLength(30);
        styler.setMarkerSize(7);
        styler.setXAxisMin(0.0);
        styler.setXAxisMax(1.01 * end); // room for the last marker
        styler.setYAxisMin(range.low());
        styler.setYAxisMax(range.high());
        styler.setXAxisTickMarkSpacingHint(120);
        styler.setYAxisTickMarkSpacingHint(60);
        styler.setXAxisDecimalPattern(end < 10 ? "0.0" : "#,##0.#");
        styler.setYAxisDecimalPattern(
                range.span() > 0.8 ? "0.0" : range.span() > 0.08 ? "0.00" : "0.000");
    }

    private static Color color(int run) {
        return RUNS.get(run % RUNS.size());
    }

    private static Color light(Color color) {
        return new Color(light(color.getRed()), light(color.getGreen()), light(color.getBlue()));
    }

    private static int light(int channel) {
        return (int) Math.round(255 - LIGHT * (255 - channel));
    }
}
