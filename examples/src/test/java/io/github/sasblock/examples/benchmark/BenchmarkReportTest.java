package io.github.sasblock.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchmarkReportTest {

    private static final Machine MACHINE =
            new Machine("processor", 2, 1_000, "system", "cpu", "Java", "engine", 0.5);

    @TempDir private Path folder;

    private static Measurement measurement(String group, String subject, String form, double time) {
        return new Measurement(
                new Label(group, subject, "model", "step", form),
                Measurement.SECONDS,
                100,
                4e9,
                List.of(time));
    }

    private static BenchmarkReport report(String program, Measurement... measurements) {
        Check check = new Check("decoding", "tokens are equal", false, "token 3 of 4");
        return new BenchmarkReport(
                program,
                "2030-01-01T00:00:00Z",
                MACHINE,
                Map.of("repeats", 1),
                List.of(measurements),
                List.of(check));
    }

    @Test
    void readsWhatItWrote() throws IOException {
        Path file = folder.resolve("report.json");
        BenchmarkReport report = report("one", measurement("training", "small mha", "plain", 0.5));
        report.write(file);
        assertThat(BenchmarkReport.read(file)).isEqualTo(report);
    }

    @Test
    void writesEverySampleAndItsStatistics() throws IOException {
        Path file = folder.resolve("report.json");
        report("one", measurement("training", "small mha", "plain", 0.5)).write(file);
        JsonNode json = new ObjectMapper().readTree(file.toFile());
        JsonNode first = json.get("measurements").get(0);
        assertThat(first.get("samples").get(0).asDouble()).isEqualTo(0.5);
        assertThat(first.get("statistics").get("median").asDouble()).isEqualTo(0.5);
        assertThat(json.get("machine").get("processors").asInt()).isEqualTo(2);
    }

    @Test
    void saysWhatIsWrongWithAFile() throws IOException {
        Path missing = folder.resolve("missing.json");
        assertThatThrownBy(() -> BenchmarkReport.read(missing))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("missing.json: no such file");
        for (String text : List.of("{", "{}", "[]", "null", "{\"program\": 1}")) {
            Path file = Files.writeString(folder.resolve("wrong.json"), text);
            assertThatThrownBy(() -> BenchmarkReport.read(file))
                    .as(text)
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("wrong.json");
        }
    }

    @Test
    void showsReportsSideBySideWithTheirRatios() {
        BenchmarkReport own =
                report(
                        "sas-block",
                        new Measurement(
                                new Label(
                                        "matrix",
                                        "cube 2×2×2",
                                        "product beside training",
                                        "8 products",
                                        "fp32"),
                                Measurement.SECONDS,
                                0,
                                8e9,
                                List.of(1.0)),
                        measurement("training", "small mha", "plain", 2.0),
                        measurement("training", "small mha", "fused", 1.0),
                        measurement("training", "small sas", "fused", 1.5));
        BenchmarkReport peer = report("peer", measurement("training", "small mha", "eager", 4.0));
        List<String> lines = new BenchmarkTable(List.of(own, peer)).lines();
        int start = lines.indexOf("training: small mha, model, step");
        assertThat(lines.subList(start + 2, start + 5))
                .satisfiesExactly(
                        plain -> assertThat(plain).contains("plain", "1.00", "2.0", "25.0 %"),
                        fused -> assertThat(fused).contains("fused", "0.50", "4.0", "50.0 %"),
                        eager -> assertThat(eager).contains("eager", "2.00", "1.0"));
        int simulated = lines.indexOf("training: small sas, model, step");
        assertThat(lines.get(simulated + 2)).endsWith("1.50");
        assertThat(lines).anyMatch(line -> line.startsWith("DOES NOT HOLD: tokens are equal"));
    }

    @Test
    void showsThroughputAgainstRecomputation() {
        List<String> lines =
                new BenchmarkTable(
                                List.of(
                                        report(
                                                "sas-block",
                                                measurement("decoding", "mha", "recomputation", 6),
                                                measurement("decoding", "mha", "cache", 0.5))))
                        .lines();
        assertThat(lines)
                .filteredOn(line -> line.startsWith("  cache"))
                .singleElement()
                .asString()
                .contains("200", "12.0");
    }

    @Test
    void showsWhatWasPredictedBesideWhatWasMeasured() {
        Label label = new Label("memory", "small mha", "training", MemoryGroup.PEAK, "fused");
        Measurement measured = bytes(label, 200e6);
        Measurement predicted = bytes(label.withPass(MemoryGroup.PREDICTED), 190e6);
        List<String> lines =
                new BenchmarkTable(List.of(report("sas-block", measured, predicted))).lines();
        assertThat(lines).filteredOn(line -> line.startsWith("memory:")).hasSize(1);
        assertThat(lines)
                .filteredOn(line -> line.startsWith("  fused"))
                .singleElement()
                .asString()
                .contains("200.0 MB", "190.0 MB", "95 %");
    }

    private static Measurement bytes(Label label, double bytes) {
        return new Measurement(label, Measurement.BYTES, 0, 0, List.of(bytes));
    }
}
