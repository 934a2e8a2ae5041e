package io.github.sasblock.examples.benchmark;

import io.github.sasblock.examples.report.Format;
import io.github.sasblock.kernel.Precision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** Reports side by side, for people: medians, spread, and what they are in relation to others. */
public final class BenchmarkTable {

    private static final List<String> HEADINGS =
            List.of(
                    "form",
                    "median",
                    "quartiles",
                    "predicted",
                    "of median",
                    "× plain",
                    "tokens/s",
                    "× recomputation's",
                    "GFLOP/s",
                    "of matrix product",
                    "time/operation × mha");
    private static final double GIGA = 1e9;

    private final List<BenchmarkReport> reports;

    /** A measurement and the report that it is from. */
    private record Entry(BenchmarkReport report, Measurement measurement) {}

    /**
     * Creates a table.
     *
     * @param reports the reports; those after the first stand beneath it, where they measured the
     *     same
     */
    public BenchmarkTable(List<BenchmarkReport> reports) {
        this.reports = List.copyOf(reports);
    }

    /**
     * Returns the table.
     *
     * @return lines
     */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        reports.forEach(report -> lines.add(header(report)));
        byFunction().forEach((function, entries) -> addFunction(lines, function, entries));
        for (BenchmarkReport report : reports) {
            for (Check check : report.checks()) {
                lines.add("");
                lines.add(
                        (check.holds() ? "holds: " : "DOES NOT HOLD: ")
                                + check.name()
                                + " ("
                                + check.detail()
                                + ")");
            }
        }
        return lines;
    }

    private static String header(BenchmarkReport report) {
        Machine machine = report.machine();
        return "%s, %s: %s, %d processors, %s; %s on %s; %s; load %.1f"
                .formatted(
                        report.program(),
                        report.time(),
                        machine.processor(),
                        machine.processors(),
                        Format.bytes(machine.memoryBytes()),
                        machine.engine(),
                        machine.device(),
                        machine.language(),
                        machine.load());
    }

    /** The measurements of each function, in the order of the first report that has it. */
    private Map<Label, List<Entry>> byFunction() {
        Map<Label, List<Entry>> functions = new LinkedHashMap<>();
        for (BenchmarkReport report : reports) {
            for (Measurement measurement : report.measurements()) {
                if (measurement.label().pass().equals(MemoryGroup.PREDICTED)) {
                    continue; // a column beside what was measured
                }
                functions
                        .computeIfAbsent(
                                measurement.label().withForm(""), label -> new ArrayList<>())
                        .add(new Entry(report, measurement));
            }
        }
        return functions;
    }

    private void addFunction(List<String> lines, Label function, List<Entry> entries) {
        lines.add("");
        lines.add(
                "%s: %s, %s, %s"
                        .formatted(
                                function.group(),
                                function.subject(),
                                function.part(),
                                function.pass()));
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADINGS);
        entries.forEach(entry -> rows.add(row(entry, entries)));
        addAligned(lines, rows);
    }

    /** Columns that are empty but for their heading are left out. */
    private static void addAligned(List<String> lines, List<List<String>> rows) {
        StringBuilder[] texts = new StringBuilder[rows.size()];
        for (int row = 0; row < texts.length; row++) {
            texts[row] = new StringBuilder();
        }
        for (int column = 0; column < HEADINGS.size(); column++) {
            int at = column;
            if (rows.stream().skip(1).allMatch(row -> row.get(at).isEmpty())) {
                continue;
            }
            int width = rows.stream().mapToInt(row -> row.get(at).length()).max().orElse(0);
            for (int row = 0; row < texts.length; row++) {
                String cell = rows.get(row).get(column);
                String space = " ".repeat(width - cell.length());
                texts[row].append("  ").append(column == 0 ? cell + space : space + cell);
            }
        }
        for (StringBuilder text : texts) {
            lines.add(text.toString());
        }
    }

    private List<String> row(Entry entry, List<Entry> sameFunction) {
        Measurement measurement = entry.measurement();
        Statistics statistics = measurement.statistics();
        return List.of(
                measurement.label().form(),
                value(measurement, statistics.median()),
                value(measurement, statistics.lowerQuartile())
                        + " … "
                        + value(measurement, statistics.upperQuartile()),
                predicted(entry).map(one -> value(one, one.median())).orElse(""),
                predicted(entry)
                        .map(one -> "%.0f %%".formatted(100 * one.median() / statistics.median()))
                        .orElse(""),
                text(timesPlain(measurement, sameFunction), "%.2f"),
                measurement.tokens() > 0 && measurement.isTimed()
                        ? "%,.0f".formatted(measurement.tokens() / statistics.median())
                        : "",
                text(timesRecomputation(measurement, sameFunction), "%.1f"),
                text(rate(measurement), "%.1f"),
                text(shareOfMatrixProduct(entry), "%.1f %%"),
                text(timesMultiHead(entry), "%.2f"));
    }

    private static String value(Measurement measurement, double value) {
        return measurement.isTimed()
                ? String.format(Locale.ROOT, "%.3f ms", value * 1e3)
                : String.format(Locale.ROOT, "%.1f MB", value / 1e6);
    }

    private static String text(OptionalDouble number, String format) {
        return number.isPresent() ? String.format(Locale.ROOT, format, number.getAsDouble()) : "";
    }

    /** What was predicted for a measured peak. */
    private static Optional<Measurement> predicted(Entry entry) {
        Label label = entry.measurement().label();
        return label.group().equals(MemoryGroup.NAME) && label.pass().equals(MemoryGroup.PEAK)
                ? entry.report().measurements().stream()
                        .filter(one -> one.label().equals(label.withPass(MemoryGroup.PREDICTED)))
                        .findFirst()
                : Optional.empty();
    }

    private static OptionalDouble timesPlain(Measurement measurement, List<Entry> sameFunction) {
        return inForm(Label.PLAIN, sameFunction)
                .mapToDouble(plain -> measurement.median() / plain.median())
                .findFirst();
    }

    /** The throughput against that without a cache. */
    private static OptionalDouble timesRecomputation(
            Measurement measurement, List<Entry> sameFunction) {
        return inForm(DecodingGroup.RECOMPUTATION, sameFunction)
                .mapToDouble(recomputed -> recomputed.median() / measurement.median())
                .findFirst();
    }

    private static Stream<Measurement> inForm(String form, List<Entry> sameFunction) {
        return sameFunction.stream()
                .map(Entry::measurement)
                .filter(other -> other.label().form().equals(form));
    }

    /** Operations in a second, in 10⁹. */
    private static OptionalDouble rate(Measurement measurement) {
        return measurement.operations() > 0 && measurement.isTimed()
                ? OptionalDouble.of(measurement.operations() / measurement.median() / GIGA)
                : OptionalDouble.empty();
    }

    /** Of the float32 product that took turns with this measurement. */
    private static OptionalDouble shareOfMatrixProduct(Entry entry) {
        Measurement measurement = entry.measurement();
        if (measurement.label().part().startsWith(MatrixGroup.PART + " beside")) {
            return OptionalDouble.empty();
        }
        OptionalDouble own = rate(measurement);
        Optional<Measurement> product =
                entry.report().measurements().stream()
                        .filter(one -> isYardstickOf(one, measurement.label().group()))
                        .findFirst();
        return own.isPresent() && product.isPresent()
                ? OptionalDouble.of(100 * own.getAsDouble() / rate(product.get()).orElseThrow())
                : OptionalDouble.empty();
    }

    private static boolean isYardstickOf(Measurement measurement, String group) {
        Label label = measurement.label();
        return MatrixGroup.isYardstick(label, Precision.FP32)
                && (group.equals(MatrixGroup.NAME)
                        ? label.part().equals(MatrixGroup.PART)
                        : label.part().endsWith(" " + group));
    }

    /** The time of a counted operation, against MHA in the same form of the same report. */
    private static OptionalDouble timesMultiHead(Entry entry) {
        Measurement measurement = entry.measurement();
        Label label = measurement.label();
        if (!label.group().equals(TrainingGroup.NAME) || rate(measurement).isEmpty()) {
            return OptionalDouble.empty();
        }
        String preset = label.subject().replaceFirst(" .*", "");
        Label other =
                new Label(label.group(), preset + " mha", label.part(), label.pass(), label.form());
        double own = rate(measurement).getAsDouble();
        return entry.report().measurements().stream()
                .filter(one -> one.label().equals(other) && one != measurement)
                .mapToDouble(one -> rate(one).orElseThrow() / own)
                .findFirst();
    }
}
