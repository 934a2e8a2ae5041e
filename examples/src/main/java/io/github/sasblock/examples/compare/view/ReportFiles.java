package io.github.sasblock.examples.compare.view;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.github.sasblock.examples.compare.analysis.ComparisonReport;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.CorpusReport;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.VariantReport;
import io.github.sasblock.examples.report.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes a comparison: {@code report.html}, {@code comparison.csv}, {@code comparison.json}, and
 * each drawing as {@code CORPUS-DRAWING.svg}.
 */
public final class ReportFiles {

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .addModule(
                            new SimpleModule()
                                    .addSerializer(Double.class, new FiniteNumber())
                                    .addSerializer(double.class, new FiniteNumber()))
                    .build();

    private ReportFiles() {}

    /** JSON has no NaN: what has no spread has null. */
    private static final class FiniteNumber extends StdSerializer<Double> {

        private static final long serialVersionUID = 1L;

        FiniteNumber() {
            super(Double.class);
        }

        @Override
        public void serialize(Double number, JsonGenerator json, SerializerProvider provider)
                throws IOException {
            if (Double.isFinite(number)) {
                json.writeNumber(number);
            } else {
                json.writeNull();
            }
        }
    }

    /**
     * Writes all files; each is written whole or not at all.
     *
     * @param folder the comparison's folder
     * @param report what was found
     * @param command the command that made it
     * @return the page
     * @throws IOException if a file cannot be written
     */
    public static Path write(Path folder, ComparisonReport report, String command)
            throws IOException {
        Files.createDirectories(folder);
        Map<String, Integer> colors = colors(report);
        write(folder.resolve("comparison.json"), JSON.writeValueAsString(report) + "\n");
        write(folder.resolve("comparison.csv"), CsvTable.write(report));
        for (CorpusReport corpus : report.corpora()) {
            CorpusCharts charts = new CorpusCharts(corpus, report.baseline(), colors);
            for (CorpusCharts.Chart chart : charts.all()) {
                Path file = folder.resolve(corpus.name() + "-" + chart.name() + ".svg");
                write(file, chart.svg().standalone());
            }
        }
        Path page = folder.resolve("report.html");
        write(page, new HtmlPage(report, colors, command).write());
        return page;
    }

    private static void write(Path file, String content) throws IOException {
        AtomicFile.write(file, content.getBytes(UTF_8));
    }

    /** Gives each variant a colour that it has everywhere; the baseline has the first. */
    private static Map<String, Integer> colors(ComparisonReport report) {
        Map<String, Integer> colors = new LinkedHashMap<>();
        colors.put(report.baseline(), 0);
        for (CorpusReport corpus : report.corpora()) {
            for (VariantReport variant : corpus.variants()) {
                colors.putIfAbsent(variant.name(), colors.size());
            }
        }
        return colors;
    }
}
