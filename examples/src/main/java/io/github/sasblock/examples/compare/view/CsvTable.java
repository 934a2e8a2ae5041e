package io.github.sasblock.examples.compare.view;

import io.github.sasblock.examples.compare.analysis.ComparisonReport;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.CorpusReport;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.Paired;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.Reach;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.VariantReport;
import io.github.sasblock.examples.compare.statistics.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The tables of a comparison for other programs: RFC 4180, a row for each variant on a corpus. */
final class CsvTable {

    private CsvTable() {}

    static String write(ComparisonReport report) {
        StringBuilder csv = new StringBuilder();
        csv.append(line(header().stream()));
        for (CorpusReport corpus : report.corpora()) {
            for (VariantReport variant : corpus.variants()) {
                csv.append(line(row(corpus, variant).stream().map(CsvTable::text)));
            }
        }
        return csv.toString();
    }

    private static List<String> header() {
        List<String> names =
                new ArrayList<>(
                        List.of(
                                "corpus",
                                "variant",
                                "attention",
                                "size",
                                "parameters",
                                "steps",
                                "forward_operations_per_token",
                                "cache_bytes_per_token",
                                "seeds"));
        for (String sample : List.of("bits_per_byte", "nats_per_token")) {
            names.addAll(List.of(sample, sample + "_standard_error"));
        }
        for (String paired : List.of("steps", "operations", "time")) {
            String name = "difference_at_equal_" + paired;
            names.addAll(List.of(name, name + "_low", name + "_high", name + "_budget"));
        }
        for (String reach : List.of("steps", "operations", "time")) {
            String name = "share_of_" + reach + "_to_baseline";
            names.addAll(List.of(name, name + "_standard_error", name + "_seeds_reached"));
        }
        String speed = "tokens_per_second";
        names.addAll(List.of(speed, speed + "_lowest", speed + "_highest"));
        for (String sample :
                List.of(
                        "peak_memory_bytes",
                        "bits_per_answer",
                        "floor_bits_per_answer",
                        "accuracy")) {
            names.addAll(List.of(sample, sample + "_standard_error"));
        }
        return names;
    }

    private static List<Object> row(CorpusReport corpus, VariantReport variant) {
        List<Object> row = new ArrayList<>();
        row.add(corpus.name());
        row.add(variant.name());
        row.add(variant.model().attention());
        row.add(variant.rule());
        row.add(variant.model().parameters());
        row.add(variant.steps());
        row.add(variant.model().forwardOperationsPerToken());
        row.add(variant.model().cacheBytesPerToken());
        row.add(variant.seeds().size());
        addSample(row, variant.bitsPerByte());
        addSample(row, variant.natsPerToken());
        addPaired(row, variant.atEqualSteps());
        addPaired(row, variant.atEqualOperations());
        addPaired(row, variant.measured().atEqualTime());
        addReach(row, variant.stepsToBaseline());
        addReach(row, variant.operationsToBaseline());
        addReach(row, variant.measured().timeToBaseline());
        row.add(variant.measured().tokensPerSecond().median());
        row.add(variant.measured().tokensPerSecond().lowest());
        row.add(variant.measured().tokensPerSecond().highest());
        addSample(row, variant.measured().peakMemoryBytes());
        addSample(row, variant.answers() == null ? null : variant.answers().bits());
        addSample(row, variant.answers() == null ? null : variant.answers().floorBits());
        addSample(row, variant.answers() == null ? null : variant.answers().accuracy());
        return row;
    }

    /** Adds a figure and its spread; a figure without one is left out. */
    private static void addSample(List<Object> row, Sample sample) {
        boolean shown = sample != null && sample.hasSpread();
        row.add(shown ? sample.mean() : "");
        row.add(shown ? sample.standardError() : "");
    }

    private static void addPaired(List<Object> row, Paired paired) {
        boolean shown = paired != null && paired.difference().count() > 1;
        row.add(shown ? paired.difference().mean() : "");
        row.add(shown ? paired.difference().low() : "");
        row.add(shown ? paired.difference().high() : "");
        row.add(shown ? paired.budget() : "");
    }

    private static void addReach(List<Object> row, Reach reach) {
        addSample(row, reach == null ? null : reach.share());
        row.add(reach == null ? "" : reach.reached());
    }

    private static String line(Stream<String> fields) {
        return fields.collect(Collectors.joining(",")) + "\r\n";
    }

    private static String text(Object value) {
        String text = value.toString();
        return text.matches(".*[\",\r\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }
}
