package io.github.sasblock.examples.compare.view;

import io.github.sasblock.examples.compare.analysis.ComparisonReport.Band;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.CorpusReport;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.Paired;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.PositionBand;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.VariantReport;
import io.github.sasblock.examples.compare.analysis.Verdicts;
import io.github.sasblock.examples.compare.result.RunResult.Axis;
import io.github.sasblock.examples.report.Format;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoubleFunction;

/** The drawings of one corpus. */
final class CorpusCharts {

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

    List<Chart> curves() {
        return List.of(
                curve(Axis.STEPS, "steps", v -> scaled(v)),
                curve(Axis.OPERATIONS, "operations of training", v -> scaled(v)),
                curve(Axis.TIME, "time of training", Format::duration));
    }

    private static String scaled(double number) {
        return Format.count(number).replaceAll("\\.0+(?= |$)", "").replaceAll("(\\.\\d)0", "$1");
    }

    private Chart curve(Axis axis, String label, DoubleFunction<String> ticks) {
        List<LineChart.Line> lines = new ArrayList<>();
        for (VariantReport variant : corpus.variants()) {
            if (variant.hasRuns()) {
                lines.add(line(variant, band(variant, axis)));
            }
        }
        String heading = "Loss by " + label;
        LineChart chart =
                new LineChart(heading + " on " + corpus.name(), lines, label, ticks).cutBeginning();
        if (corpus.floorBitsPerByte() != null) {
            chart.floor(corpus.floorBitsPerByte().mean());
        }
        return new Chart(
                "loss-by-" + label.replaceAll(" .*", ""),
                heading,
                "validation bits per byte",
                chart.draw());
    }

    private LineChart.Line line(VariantReport variant, Band band) {
        List<LineChart.Point> points =
                band.points().stream()
                        .map(p -> new LineChart.Point(p.x(), p.bitsPerByte()))
                        .toList();
        return new LineChart.Line(variant.name(), colors.get(variant.name()), points);
    }

    private static Band band(VariantReport variant, Axis axis) {
        if (axis == Axis.TIME) {
            return variant.measured().curve();
        }
        return variant.curves().stream().filter(b -> b.axis() == axis).findFirst().orElseThrow();
    }

    Chart positions() {
        List<LineChart.Line> lines = new ArrayList<>();
        Map<Double, String> labels = new TreeMap<>();
        for (VariantReport variant : corpus.variants()) {
            List<LineChart.Point> points = new ArrayList<>();
            for (int i = 0; i < variant.positions().size(); i++) {
                PositionBand band = variant.positions().get(i);
                points.add(new LineChart.Point(i, band.natsPerToken()));
                labels.put((double) i, Integer.toString(band.first()));
            }
            if (!points.isEmpty()) {
                lines.add(new LineChart.Line(variant.name(), colors.get(variant.name()), points));
            }
        }
        LineChart chart =
                new LineChart(
                                "Loss by position in the window on " + corpus.name(),
                                lines,
                                "position in the window, from",
                                labels::get)
                        .ticks(List.copyOf(labels.keySet()));
        return new Chart(
                "loss-by-position",
                "Loss by position in the window",
                "nats per token, after the last step",
                chart.draw());
    }

    /** Returns all drawings, if there is a finished run to draw. */
    List<Chart> all() {
        if (corpus.variants().stream().noneMatch(VariantReport::hasRuns)) {
            return List.of();
        }
        List<Chart> all = new ArrayList<>(differences());
        all.addAll(curves());
        all.add(positions());
        return all;
    }
}
