package io.github.sasblock.examples.compare.view;

import io.github.sasblock.examples.compare.analysis.ComparisonReport;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.CorpusReport;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.Paired;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.VariantReport;
import io.github.sasblock.examples.compare.analysis.Verdicts;
import io.github.sasblock.examples.compare.statistics.PairedDifference.Verdict;
import io.github.sasblock.examples.report.Format;
import java.util.List;
import java.util.Map;

/** The page: it needs no network and no script, and is well-formed XML besides. */
final class HtmlPage {

    private static final double MEGABYTE = 1e6;

    private final ComparisonReport report;
    private final Map<String, Integer> colors;
    private final String command;
    private final StringBuilder html = new StringBuilder();

    HtmlPage(ComparisonReport report, Map<String, Integer> colors, String command) {
        this.report = report;
        this.colors = colors;
        this.command = command;
    }

    String write() {
        html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n");
        html.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
        html.append("<title>Comparison with ").append(Markup.escape(report.baseline()));
        html.append("</title>\n<link rel=\"icon\" href=\"data:,\"/>\n<style>\n");
        html.append(Markup.resource("chart.css")).append(Markup.resource("page.css"));
        html.append("</style>\n</head>\n<body>\n<main>\n");
        header();
        report.corpora().forEach(this::corpus);
        method();
        html.append("</main>\n</body>\n</html>\n");
        return html.toString();
    }

    private void header() {
        long variants =
                report.corpora().stream()
                        .flatMap(corpus -> corpus.variants().stream())
                        .map(VariantReport::name)
                        .distinct()
                        .count();
        element("h1", "", "Compared with " + report.baseline());
        element(
                "p",
                "muted",
                variants
                        + " variants, seeds "
                        + String.join(", ", report.seeds().stream().map(String::valueOf).toList())
                        + "; "
                        + report.matching()
                        + ". Intervals hold the true mean difference in 95 of 100 comparisons; an"
                        + " interval that holds zero may be noise.");
    }

    private void corpus(CorpusReport corpus) {
        element("h2", "", corpus.name());
        if (corpus.floorBitsPerByte() != null) {
            element(
                    "p",
                    "muted",
                    "No model can be expected to come below "
                            + Format.fixed(corpus.floorBitsPerByte().mean(), 3)
                            + " bits per byte: the entropy of this text, mean over seeds.");
        }
        verdicts(corpus);
        CorpusCharts charts = new CorpusCharts(corpus, report.baseline(), colors);
        if (corpus.variants().stream().noneMatch(VariantReport::hasRuns)) {
            return;
        }
        List<CorpusCharts.Chart> differences = charts.differences();
        if (!differences.isEmpty()) {
            element(
                    "h3",
                    "",
                    "Difference from " + report.baseline() + ", with 95 % interval and each seed");
            panels(differences);
        }
        element(
                "h3",
                "",
                "Loss against cost: no variant is both cheaper and better than those on the line");
        panels(charts.frontiers());
        element("h3", "", "Curves, with one standard error over seeds");
        panels(charts.curves());
        element("h3", "", "Losses");
        losses(corpus);
        if (corpus.variants().stream().anyMatch(v -> v.answers() != null)) {
            element("h3", "", "Answers");
            answers(corpus);
        }
        element("h3", "", "Costs");
        costs(corpus);
        element("h3", "", "Where in the window");
        panels(charts.positions());
    }

    private void verdicts(CorpusReport corpus) {
        html.append("<ul class=\"verdicts\">\n");
        for (VariantReport variant : corpus.variants()) {
            if (!variant.isBaseline()) {
                html.append("<li class=\"").append(mood(variant)).append("\"><b>");
                html.append(Markup.escape(Verdicts.sentence(variant, report.baseline())));
                html.append("</b><div class=\"chips\">");
                for (Verdicts.Place place : Verdicts.places(variant)) {
                    if (place.paired() != null) {
                        String text = place.title() + " " + Verdicts.interval(place.paired());
                        element("span", "chip " + Words.kind(place.verdict()), text);
                    }
                }
                html.append("</div></li>\n");
            }
        }
        html.append("</ul>\n");
    }

    private static String mood(VariantReport variant) {
        boolean wins = has(variant, Verdict.LOWER);
        boolean loses = has(variant, Verdict.HIGHER);
        if (wins && loses) {
            return "mixed";
        }
        return wins ? "better" : loses ? "worse" : "noise";
    }

    private static boolean has(VariantReport variant, Verdict verdict) {
        return Verdicts.places(variant).stream().anyMatch(place -> place.verdict() == verdict);
    }

    private void panels(List<CorpusCharts.Chart> charts) {
        html.append("<div class=\"panels\">\n");
        for (CorpusCharts.Chart chart : charts) {
            html.append("<figure><figcaption>").append(Markup.escape(chart.heading()));
            html.append(" <span>").append(Markup.escape(chart.note())).append("</span>");
            html.append("</figcaption>\n").append(chart.svg().inline()).append("</figure>\n");
        }
        html.append("</div>\n");
    }

    private void losses(CorpusReport corpus) {
        HtmlTable table =
                new HtmlTable(
                        "variant",
                        "bits per byte",
                        "nats per token",
                        "equal steps",
                        "equal operations",
                        "equal time",
                        "steps to " + report.baseline() + "'s loss",
                        "operations",
                        "time");
        for (VariantReport variant : corpus.variants()) {
            table.row(variant.isBaseline() ? "baseline" : "", name(variant));
            table.cell(Words.withError(variant.bitsPerByte(), 3));
            table.cell(Words.withError(variant.natsPerToken(), 3));
            table.markup(difference(variant.atEqualSteps()));
            table.markup(difference(variant.atEqualOperations()));
            table.markup(difference(variant.measured().atEqualTime()));
            table.cell(Words.reach(variant.stepsToBaseline()));
            table.cell(Words.reach(variant.operationsToBaseline()));
            table.cell(Words.reach(variant.measured().timeToBaseline()));
        }
        html.append(table.write());
    }

    private void answers(CorpusReport corpus) {
        HtmlTable table =
                new HtmlTable(
                        "variant",
                        "bits per answer",
                        "least that can be expected",
                        "right answers",
                        "difference in bits");
        for (VariantReport variant : corpus.variants()) {
            if (variant.answers() != null) {
                table.row(variant.isBaseline() ? "baseline" : "", name(variant));
                table.cell(Words.withError(variant.answers().bits(), 3));
                table.cell(Words.withError(variant.answers().floorBits(), 3));
                table.cell(Words.countWithError(variant.answers().accuracy(), 0.01, 1, " %"));
                table.markup(difference(variant.answers().difference()));
            }
        }
        html.append(table.write());
    }

    private static String difference(Paired paired) {
        if (paired == null) {
            return "";
        }
        String kind = Words.kind(paired.difference().verdict());
        String budget =
                paired.budget() < 0.995
                        ? "<small>at " + Format.percent(paired.budget()) + " of its budget</small>"
                        : "";
        return "<span class=\""
                + kind
                + "\">"
                + Markup.escape(Verdicts.interval(paired))
                + "</span>"
                + budget;
    }

    private void costs(CorpusReport corpus) {
        HtmlTable table =
                new HtmlTable(
                        "variant",
                        "attention",
                        "size",
                        "parameters",
                        "steps",
                        "operations a token",
                        "cache bytes a token",
                        "tokens/s in training",
                        "peak memory");
        table.words(1).words(2);
        for (VariantReport variant : corpus.variants()) {
            table.row(variant.isBaseline() ? "baseline" : "", name(variant));
            table.cell(variant.model().attention());
            table.cell(variant.rule());
            table.cell(Format.exact(variant.model().parameters()));
            table.cell(Format.exact(variant.steps()));
            table.cell(Format.count(variant.model().forwardOperationsPerToken()));
            table.cell(Format.exact(variant.model().cacheBytesPerToken()));
            table.cell(Words.speed(variant.measured().tokensPerSecond()));
            table.cell(
                    variant.measured().peakMemoryBytes() == null
                            ? "not known"
                            : Words.countWithError(
                                    variant.measured().peakMemoryBytes(), MEGABYTE, 0, " MB"));
        }
        html.append(table.write());
    }

    private String name(VariantReport variant) {
        return "<span class=\"swatch b"
                + colors.get(variant.name()) % Colors.COUNT
                + "\"></span>"
                + Markup.escape(variant.name());
    }

    private void method() {
        element("h2", "", "How to read this");
        element(
                "p",
                "",
                "Pairs: with the same seed every variant sees the same windows in the same order"
                        + " and is scored on the same tokens; it begins with the baseline's values"
                        + " in every parameter that has the same name and shape. Differences are"
                        + " taken seed by seed, variant minus "
                        + report.baseline()
                        + ", so below zero is better; the interval is Student's, for that variant"
                        + " alone, not corrected for the number of variants.");
        element(
                "p",
                "",
                "Equal steps, operations, time: each pair is compared where both were, at the end"
                        + " of the one that spent less; the other's loss is read from its curve"
                        + " between two validations, before its learning rate came down, which"
                        + " favours the one at its end. Nothing is extrapolated. Operations are"
                        + " those of matrix products and convolutions. --budget operations gives"
                        + " every variant as many steps as the operations allow, and its own whole"
                        + " schedule.");
        element(
                "p",
                "",
                "Time is the time of a step, times the steps. It was measured for all variants in"
                        + " turns, in "
                        + report.clock().rounds()
                        + " rounds of "
                        + report.clock().stepsInRound()
                        + " steps each, on "
                        + report.clock().machine()
                        + "; the median of the rounds counts. The runs' own clocks, hours apart,"
                        + " would mix in what else the machine did. In brackets: the slowest and"
                        + " the fastest round.");
        element(
                "p",
                "",
                "± is one standard error of the mean over seeds. With one seed there is no spread,"
                        + " and no figure is printed. Operations a token are of the forward pass;"
                        + " the cache is in float32; memory is the most that the process held.");
        html.append("<p class=\"muted\">Made by <code>").append(Markup.escape(command));
        html.append("</code></p>\n");
    }

    private void element(String name, String style, String text) {
        html.append('<').append(name);
        if (!style.isEmpty()) {
            html.append(" class=\"").append(style).append('"');
        }
        html.append('>').append(Markup.escape(text)).append("</").append(name).append(">\n");
    }
}
