package io.github.sasblock.examples.compare.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.sasblock.examples.compare.analysis.Analysis;
import io.github.sasblock.examples.compare.analysis.ComparisonReport;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.Clock;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.CorpusReport;
import io.github.sasblock.examples.compare.result.Calibration;
import io.github.sasblock.examples.compare.result.Results;
import io.github.sasblock.examples.compare.result.RunResult;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class ReportFilesTest {

    private static final String COMMAND = "bin/sas compare --variant 'a<b>&\"c\"'";

    @TempDir private Path folder;

    private static ComparisonReport report(int seeds) {
        Map<String, String> rules = new LinkedHashMap<>();
        rules.put("mha", "the baseline");
        rules.put("sas", "feed-forward width 341 → 313, parameters +0.03 % of mha");
        rules.put("gqa", "feed-forward width 341 → 373, parameters -0.04 % of mha");
        rules.put("heads-only-with-a-long-name", "not matched");
        Calibration calibration = Results.calibration(List.copyOf(rules.keySet()));
        List<CorpusReport> corpora = new ArrayList<>();
        for (String corpus : List.of("arxiv", "recall")) {
            List<RunResult> results = new ArrayList<>();
            for (long seed = 1; seed <= seeds; seed++) {
                results.add(Results.result(corpus, "mha", seed, 1.9, 3e6));
                results.add(Results.result(corpus, "sas", seed, 1.75, 6.5e6));
                results.add(Results.result(corpus, "gqa", seed, 1.96, 2.9e6));
                results.add(
                        Results.result(corpus, "heads-only-with-a-long-name", seed, 1.898, 4e6));
            }
            corpora.add(new Analysis("mha", rules, calibration, results).report(corpus));
        }
        return new ComparisonReport(
                "mha",
                "parameters within 1 % of mha by the feed-forward network's hidden size",
                LongStream.rangeClosed(1, seeds).boxed().toList(),
                Clock.of(calibration),
                corpora);
    }

    private String page(int seeds) throws IOException {
        return Files.readString(ReportFiles.write(folder, report(seeds), COMMAND));
    }

    private static Document parse(String xml) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(xml)));
    }

    @Test
    void writesAPageThatParses() throws Exception {
        Document page = parse(page(5));
        // losses and costs of each, and the answers of the task
        assertThat(page.getElementsByTagName("table").getLength()).isEqualTo(5);
        // 3 or, with answers, 4 differences, 2 frontiers, 3 curves, 2 of positions
        assertThat(page.getElementsByTagName("figure").getLength()).isEqualTo(10 + 11);
        assertThat(page.getDocumentElement().getTextContent()).contains(COMMAND);
    }

    @Test
    void keepsTheQuotesOfItsStyleSheet() throws IOException {
        String style = page(3).replaceAll("(?s).*<style>(.*)</style>.*", "$1");
        assertThat(style).contains("\"Segoe UI\"").doesNotContain("&", "<");
    }

    @Test
    void refersToNothingOutside() throws IOException {
        String page = page(3);
        assertThat(page)
                .doesNotContain("http", "<script", "src=", "url(", "@import", "<link rel=\"style")
                .contains("href=\"data:,\"", "prefers-color-scheme: dark");
    }

    @Test
    void writesEachDrawingAsAFileThatParses() throws Exception {
        page(3);
        List<Path> drawings;
        try (Stream<Path> files = Files.list(folder)) {
            drawings = files.filter(file -> file.toString().endsWith(".svg")).toList();
        }
        assertThat(drawings).hasSize(21);
        for (Path drawing : drawings) {
            String svg = Files.readString(drawing);
            assertThat(parse(svg).getDocumentElement().getNodeName()).isEqualTo("svg");
            assertThat(svg.replace("http://www.w3.org/2000/svg", "")).doesNotContain("http");
        }
    }

    @Test
    void printsNoFigureWithoutItsSpread() throws IOException {
        String page = page(1);
        assertThat(page).contains("one seed, no spread").doesNotContain("±</", "NaN");
        assertThat(page.replaceAll("(?s)<style>.*?</style>|<svg.*?</svg>", ""))
                .doesNotContainPattern("\\d\\.\\d{3} ±")
                .doesNotContain("[−")
                .doesNotContain("[+");
        String csv = Files.readString(folder.resolve("comparison.csv"));
        assertThat(csv.lines().skip(1)).allMatch(row -> row.contains(",1,,,,,"));
    }

    @Test
    void saysHowTimeWasMeasured() throws IOException {
        assertThat(page(3))
                .contains("in 3 rounds of 3 steps each, on a machine")
                .contains("1.00 k (0.96–1.03)"); // of tokens a second, of mha
    }

    @Test
    void saysOnTopWhoWins() throws IOException {
        assertThat(page(5))
                .contains("sas beats mha at equal steps")
                .contains("gqa loses to mha at equal steps");
    }

    @Test
    void writesTheSameToJsonAndCsv() throws IOException {
        page(3);
        JsonNode json = new ObjectMapper().readTree(folder.resolve("comparison.json").toFile());
        JsonNode sas = json.at("/corpora/0/variants/1");
        List<String> rows = Files.readAllLines(folder.resolve("comparison.csv"));
        assertThat(rows).hasSize(1 + 2 * 4);
        String mean = sas.at("/atEqualSteps/difference/mean").asText();
        assertThat(rows.get(2)).startsWith("arxiv,sas,").contains("," + mean + ",");
        int columns = rows.get(0).split(",", -1).length;
        assertThat(rows)
                .allMatch(row -> row.replaceAll("\"[^\"]*\"", "").split(",", -1).length == columns);
    }

    @Test
    void laysTheTableOutInColumns() {
        List<String> lines = TextTable.lines(report(3));
        assertThat(lines).hasSize(9);
        int column = lines.get(0).indexOf("at equal steps");
        assertThat(lines.get(1).substring(column)).startsWith("baseline");
        assertThat(lines.get(2).substring(column)).startsWith("−0.");
    }
}
