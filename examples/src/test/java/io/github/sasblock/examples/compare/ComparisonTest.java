package io.github.sasblock.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.sasblock.examples.compare.plan.CompareOptions;
import io.github.sasblock.examples.compare.plan.ComparePlan;
import io.github.sasblock.examples.compare.plan.PlannedRun;
import io.github.sasblock.examples.compare.view.LiveTable;
import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.progress.Progress;
import io.github.sasblock.examples.report.Terminal;
import io.github.sasblock.transformer.CausalLanguageModel;
import io.github.sasblock.transformer.LanguageModelConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir private Path folder;
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    /** Stands for whatever may stop a program between two runs. */
    private static final class Stopped extends RuntimeException {

        private static final long serialVersionUID = 1L;
    }

    private ComparePlan plan(Path out, String attentions, String seeds, String... data) {
        Map<String, List<String>> settings = new LinkedHashMap<>();
        settings.put("embedding-size", List.of("16"));
        settings.put("heads", List.of("2"));
        settings.put("layers", List.of("1"));
        settings.put("context", List.of("64"));
        settings.put("batch", List.of("2"));
        settings.put("steps", List.of("4"));
        settings.put("validate-every", List.of("2"));
        settings.put("validation-tokens", List.of("256"));
        settings.put("builtin-bytes", List.of("100000"));
        settings.put("learning-rate", List.of("0.01"));
        settings.put("cache-dir", List.of(folder.resolve("cache").toString()));
        return ComparePlan.read(
                new CompareOptions(
                        attentions,
                        List.of(),
                        null,
                        List.of(data),
                        seeds,
                        "feed-forward",
                        "steps",
                        out,
                        settings,
                        null));
    }

    private Comparison comparison(ComparePlan plan, int stopAfter) {
        PrintStream out =
                new PrintStream(printed, true) {
                    private int runs;

                    @Override
                    public void print(String line) {
                        super.print(line);
                        if (line.startsWith("[") && ++runs == stopAfter) {
                            throw new Stopped();
                        }
                    }
                };
        LiveTable table = new LiveTable(out, new Terminal(200, false, false, true));
        return new Comparison(plan, "bin/sas compare", table, Progress.NONE);
    }

    /** The numbers of a comparison but those of clocks. */
    private static JsonNode numbers(Path out) throws IOException {
        JsonNode tree = JSON.readTree(out.resolve("comparison.json").toFile());
        tree.findParents("measured").forEach(node -> ((ObjectNode) node).remove("measured"));
        return tree;
    }

    @Test
    void endsWithTheSameNumbersWhereverItWasStopped() throws IOException {
        Path whole = folder.resolve("whole");
        comparison(plan(whole, "mha,sas", "1,2", "lab:recall"), 0).run();
        Path parts = folder.resolve("parts");
        for (int boundary = 1; boundary <= 3; boundary++) {
            ComparePlan plan = plan(parts, "mha,sas", "1,2", "lab:recall");
            assertThatThrownBy(comparison(plan, 1)::run).isInstanceOf(Stopped.class);
            assertThat(finished(parts)).hasSize(boundary);
        }
        // As kill -9 in the middle of a write leaves it.
        Path next = parts.resolve("runs/recall/sas/seed-2");
        Files.createDirectories(next);
        Files.writeString(next.resolve(".result.json.tmp"), "{\"corpus\": ");
        comparison(plan(parts, "mha,sas", "1,2", "lab:recall"), 0).run();
        assertThat(numbers(parts)).isEqualTo(numbers(whole));
        String report = Files.readString(parts.resolve("report.html"));
        assertThat(report).contains("bits per answer");
    }

    @Test
    void trainsTheModelThatItScores() throws IOException {
        Path out = folder.resolve("out");
        comparison(plan(out, "mha,sas", "1", "lab:recall"), 0).run();
        for (Path result : finished(out)) {
            List<Double> losses =
                    JSON
                            .readTree(result.toFile())
                            .findPath("curve")
                            .findValues("bitsPerByte")
                            .stream()
                            .map(JsonNode::asDouble)
                            .toList();
            assertThat(losses).as(result.toString()).isSortedAccordingTo((a, b) -> a > b ? -1 : 1);
        }
    }

    private static List<Path> finished(Path out) throws IOException {
        try (Stream<Path> files = Files.walk(out)) {
            return files.filter(file -> file.endsWith("result.json")).toList();
        }
    }

    @Test
    void addsToWhatIsThere() throws IOException {
        Path out = folder.resolve("out");
        comparison(plan(out, "mha", "1", "lab:lags"), 0).run();
        Path first = out.resolve("runs/lags/mha/seed-1/result.json");
        Object before = Files.getLastModifiedTime(first);
        comparison(plan(out, "mha,mqa", "1,2", "lab:lags"), 0).run();
        assertThat(Files.getLastModifiedTime(first)).isEqualTo(before);
        assertThat(finished(out)).hasSize(4);
        assertThat(printed.toString()).contains("[4/4] lags mqa seed 2", "all done");
    }

    @Test
    void timesStepsOnceForAllVariantsAndAnewWhereOneIsAdded() throws IOException {
        Path out = folder.resolve("out");
        Path file = out.resolve("calibration.json");
        comparison(plan(out, "mha,sas", "1", "lab:lags"), 0).run();
        String first = Files.readString(file);
        comparison(plan(out, "mha,sas", "1,2", "lab:lags"), 0).run();
        assertThat(Files.readString(file)).isEqualTo(first);
        comparison(plan(out, "mha,sas,mqa", "1", "lab:lags"), 0).run();
        assertThat(Files.readString(file)).isNotEqualTo(first).contains("\"mqa\"");
    }

    @Test
    void timesStepsAnewWithoutTraining() throws IOException {
        Path out = folder.resolve("out");
        assertThat(comparison(plan(out, "mha,sas", "1", "lab:lags"), 0).calibrate()).isEmpty();
        assertThat(finished(out)).isEmpty();
        comparison(plan(out, "mha,sas", "1", "lab:lags"), 0).run();
        JsonNode before = numbers(out);
        String measured = Files.readString(out.resolve("calibration.json"));
        assertThat(comparison(plan(out, "mha,sas", "1", "lab:lags"), 0).calibrate())
                .contains(out.resolve("report.html"));
        assertThat(Files.readString(out.resolve("calibration.json"))).isNotEqualTo(measured);
        assertThat(numbers(out)).isEqualTo(before);
        assertThat(printed.toString()).contains("a step (", " in 5 rounds)");
    }

    @Test
    void refusesResultsOfOtherSettingsBeforeItTrains() throws IOException {
        Path out = folder.resolve("out");
        comparison(plan(out, "mha", "1", "lab:lags"), 0).run();
        Path result = out.resolve("runs/lags/mha/seed-1/result.json");
        String other = Files.readString(result).replace("\"steps\" : 4", "\"steps\" : 5");
        Files.writeString(result, other);
        assertThatThrownBy(comparison(plan(out, "mha,mqa", "1", "lab:lags"), 0)::run)
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("with steps = 5, expected 4");
        assertThat(finished(out)).hasSize(1);
    }

    @Test
    void reportsTextsTooShortForAWindowAllAtOnce() throws IOException {
        Path text = Files.writeString(folder.resolve("short.txt"), "short");
        String paths = text + ":" + text;
        Path out = folder.resolve("out");
        ComparePlan plan = plan(out, "mha", "1", "a=" + paths, "b=" + paths, "lab:lags");
        assertThatThrownBy(comparison(plan, 0)::run)
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("a: --data: the text has 6 tokens")
                .hasMessageContaining("b: --data: the text has 6 tokens");
        assertThat(finished(out)).isEmpty();
    }

    @Test
    void startsFromTheBaselinesValuesWhereShapesAllow() {
        ComparePlan plan = plan(folder.resolve("out"), "mha,sas", "1", "lab:lags");
        PlannedRun run = plan.runs().get(1);
        try (NDManager manager = NDManager.newBaseManager();
                PairedStart start = new PairedStart(plan.baseline().model(), 1, 64)) {
            CausalLanguageModel base = initialized(manager, plan.baseline().model(), 1);
            CausalLanguageModel other = initialized(manager, run.variant().model(), 99);
            long shared = start.applyTo(other);
            long equal = 0;
            Map<String, Parameter> values = new LinkedHashMap<>();
            base.getParameters().forEach(p -> values.put(p.getKey(), p.getValue()));
            List<String> names = new ArrayList<>();
            for (Pair<String, Parameter> parameter : other.getParameters()) {
                Parameter same = values.get(parameter.getKey());
                if (same != null
                        && same.getArray().getShape().equals(parameter.getValue().getShape())) {
                    assertThat(parameter.getValue().getArray().toFloatArray())
                            .isEqualTo(same.getArray().toFloatArray());
                    equal += same.getArray().size();
                    names.add(parameter.getKey());
                }
            }
            assertThat(shared).isEqualTo(equal);
            // The embedding, three norms, and the projections of queries, keys and values.
            assertThat(names).anyMatch(n -> n.contains("embedding"));
            assertThat(shared).isEqualTo(320 * 16 + 3 * 16 + 3 * 16 * 16);
        }
    }

    private static CausalLanguageModel initialized(
            NDManager manager, LanguageModelConfig config, int seed) {
        manager.getEngine().setRandomSeed(seed);
        CausalLanguageModel model = new CausalLanguageModel(config);
        model.initialize(manager, DataType.FLOAT32, new Shape(1, 64));
        return model;
    }

    @Test
    void scoresEachPositionAsTheValidationDoes() throws IOException {
        Path out = folder.resolve("out");
        comparison(plan(out, "mha", "1", "lab:recall"), 0).run();
        JsonNode result = JSON.readTree(out.resolve("runs/recall/mha/seed-1/result.json").toFile());
        JsonNode positions = result.at("/positions");
        assertThat(positions).hasSize(7); // 0, 1, 2-3, 4-7, 8-15, 16-31, 32-63
        double nats = 0;
        for (JsonNode position : positions) {
            int length = position.at("/end").asInt() - position.at("/first").asInt();
            nats += length * position.at("/natsPerToken").asDouble() / 64;
        }
        // The last window is a target shorter, so that the weights differ a little.
        double scored = result.at("/curve/2/natsPerToken").asDouble();
        assertThat(nats).isCloseTo(scored, within(0.01 * scored));
        assertThat(result.at("/answers/count").asLong()).isPositive();
        assertThat(result.at("/answers/floorBits").asDouble()).isZero();
        assertThat(result.at("/answers/bits").asDouble()).isGreaterThan(1);
        assertThat(result.at("/answers/accuracy").asDouble()).isBetween(0.0, 1.0);
    }
}
