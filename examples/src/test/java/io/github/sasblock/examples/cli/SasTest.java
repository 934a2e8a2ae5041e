package io.github.sasblock.examples.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.Zstd;
import io.github.sasblock.transformer.AttentionConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The program as a person meets it: arguments in, files, messages and an exit code out. */
class SasTest {

    private static final String SENTENCE = "All happy families are alike. ";

    @TempDir private Path folder;
    private Path text;

    private record Result(int exitCode, String out, String err) {}

    @BeforeEach
    void writeText() throws IOException {
        text = Files.writeString(folder.resolve("text.txt"), SENTENCE.repeat(100));
    }

    private static Result sas(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine =
                Sas.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        int exitCode = commandLine.execute(arguments);
        return new Result(exitCode, out.toString(), err.toString());
    }

    /** Runs a small model; options given later replace those given before. */
    private Result pretrain(String... options) {
        Map<String, String> all = new LinkedHashMap<>();
        Stream.concat(
                        Stream.of(
                                "--embedding-size=16",
                                "--heads=2",
                                "--layers=1",
                                "--context=16",
                                "--batch=2",
                                "--steps=2",
                                "--cache-dir=" + folder.resolve("cache"),
                                "--out=" + folder.resolve("run")),
                        Arrays.stream(options))
                .forEach(option -> all.put(option.replaceFirst("=.*", ""), option));
        List<String> arguments = new ArrayList<>(List.of("pretrain"));
        arguments.addAll(all.values());
        return sas(arguments.toArray(new String[0]));
    }

    private Result pretrainOn(Path data, String... options) {
        return pretrain(
                Stream.concat(
                                Stream.of("--data=" + data, "--validation=" + text),
                                Arrays.stream(options))
                        .toArray(String[]::new));
    }

    private void assertRefused(Result result, String... parts) {
        assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
        assertThat(result.err())
                .startsWith("sas: ")
                .contains(parts)
                .doesNotContain("Exception")
                .doesNotContain("\tat ");
    }

    private void assertRefusedData(Path data, String... parts) throws IOException {
        Map<String, String> before = contents();
        assertRefused(pretrainOn(data), parts);
        Map<String, String> after = contents();
        after.keySet().removeIf(name -> name.startsWith("cache"));
        assertThat(after).isEqualTo(before);
    }

    /** The files below the folder, with what is in them. */
    private Map<String, String> contents() throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = folder.relativize(file).toString();
                contents.put(name, Arrays.toString(Files.readAllBytes(file)));
            }
        }
        return contents;
    }

    @Test
    void trainsAndLeavesEverythingInTheRunsFolder() throws IOException {
        Path out = folder.resolve("run");
        Result result = pretrainOn(text, "--tensorboard", "--steps=4", "--validate-every=2");
        assertThat(result.exitCode()).as(result.err()).isZero();
        for (String name :
                List.of(
                        "config.json",
                        "metrics.jsonl",
                        "summary.json",
                        "loss.svg",
                        "loss.png",
                        "checkpoints/step-00000004/model.safetensors",
                        "checkpoints/step-00000004/manifest.json")) {
            assertThat(out.resolve(name)).isNotEmptyFile();
        }
        try (Stream<Path> files = Files.list(out)) {
            assertThat(files.map(Path::toString)).anyMatch(name -> name.contains("tfevents"));
        }
        JsonNode summary = new ObjectMapper().readTree(out.resolve("summary.json").toFile());
        assertThat(summary.at("/parameters").asLong()).isPositive();
        assertThat(summary.at("/validation/nats_per_token").asDouble()).isPositive();
        assertThat(summary.at("/validation/perplexity").asDouble()).isGreaterThan(1);
        assertThat(summary.at("/validation/bits_per_byte").asDouble()).isPositive();
        assertThat(summary.at("/validation/tokens").asLong()).isEqualTo(3000);
        assertThat(summary.at("/validation/bytes").asLong()).isEqualTo(2999);
        assertThat(summary.at("/train/tokens").asLong()).isEqualTo(4 * 2 * 16);
        assertThat(summary.at("/train/seconds").asDouble()).isPositive();
        assertThat(summary.at("/train/tokens_per_second").asDouble()).isPositive();
        assertThat(summary.has("entropy_floor")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mha", "gqa", "mla", "mfa", "tpa", "tpa-kv"})
    void trainsEveryAttention(String attention) {
        Result result =
                sas(
                        "pretrain",
                        "--data=" + text,
                        "--validation=" + text,
                        "--validation-tokens=64",
                        "--attention=" + attention,
                        "--layers=1",
                        "--steps=2",
                        "--batch=2",
                        "--context=16",
                        "--cache-dir=" + folder.resolve("cache"),
                        "--out=" + folder.resolve("run"));
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(folder.resolve("run").resolve("summary.json")).isNotEmptyFile();
    }

    @Test
    void knowsTheFloorOfBuiltInText() throws IOException {
        Path out = folder.resolve("run");
        Result result = pretrain("--steps=1", "--builtin-bytes=100000", "--context=128");
        assertThat(result.exitCode()).as(result.err()).isZero();
        JsonNode summary = new ObjectMapper().readTree(out.resolve("summary.json").toFile());
        double floor = summary.at("/entropy_floor/bits_per_byte").asDouble();
        assertThat(floor).isBetween(0.3, 3.0);
        assertThat(summary.at("/validation/bits_per_byte").asDouble()).isGreaterThan(floor);
    }

    @Test
    void repeatsARunFromItsConfiguration() throws IOException {
        assertThat(pretrainOn(text).exitCode()).isZero();
        Path again = folder.resolve("again");
        Result result =
                sas(
                        "pretrain",
                        "--config=" + folder.resolve("run").resolve("config.json"),
                        "--out=" + again);
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(checkpoint(again)).isEqualTo(checkpoint(folder.resolve("run")));
    }

    private static byte[] checkpoint(Path run) throws IOException {
        return Files.readAllBytes(run.resolve("checkpoints/step-00000002/model.safetensors"));
    }

    @Test
    void refusesAMissingFile() throws IOException {
        assertRefusedData(folder.resolve("none.txt"), "none.txt");
    }

    @Test
    void refusesAnEmptyFile() throws IOException {
        assertRefusedData(Files.createFile(folder.resolve("empty.txt")), "empty.txt", "empty");
    }

    @Test
    void refusesTextShorterThanAWindow() throws IOException {
        Path file = Files.writeString(folder.resolve("short.txt"), "short");
        assertRefusedData(file, "--data", "has 6 tokens", "expected at least 17");
    }

    @Test
    void refusesBrokenJsonAndNamesTheLine() throws IOException {
        Path file =
                Files.writeString(
                        folder.resolve("broken.jsonl"), "{\"text\": \"a\"}\n{\"text\": \n");
        assertRefusedData(file, "broken.jsonl", "2");
    }

    @Test
    void refusesAMissingTextFieldAndNamesTheLine() throws IOException {
        Path file =
                Files.writeString(
                        folder.resolve("other.jsonl"), "{\"text\": \"a\"}\n{\"body\": \"b\"}\n");
        assertRefusedData(file, "other.jsonl", "2", "text");
    }

    @Test
    void refusesInvalidUtf8() throws IOException {
        Path file = Files.write(folder.resolve("latin1.txt"), new byte[] {'a', (byte) 0xE9, 'b'});
        assertRefusedData(file, "latin1.txt", "UTF-8");
    }

    @Test
    void refusesATruncatedArchive() throws IOException {
        byte[] whole =
                Zstd.compress(("{\"text\": \"" + SENTENCE.repeat(99) + "\"}\n").getBytes(UTF_8));
        Path file = folder.resolve("cut.jsonl.zst");
        Files.write(file, Arrays.copyOf(whole, whole.length - 5));
        assertRefusedData(file, "cut.jsonl.zst", "ends");
    }

    @Test
    void refusesTokensOfAnotherTokenizer() throws IOException {
        assertThat(pretrainOn(text).exitCode()).isZero();
        Path tokens;
        try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
            tokens =
                    files.filter(f -> f.endsWith("index.json"))
                            .findFirst()
                            .orElseThrow()
                            .getParent();
        }
        Result result = pretrainOn(tokens, "--tokenizer=gpt2", "--out=" + folder.resolve("other"));
        assertRefused(result, "bytes", "gpt2");
        assertThat(folder.resolve("other")).doesNotExist();
    }

    @Test
    void refusesSizesThatDoNotFit() {
        assertRefused(
                pretrainOn(text, "--simulated-heads=3"),
                "--simulated-heads = 3: expected a multiple of --heads = 2");
        assertRefused(
                pretrainOn(text, "--simulated-heads=1"),
                "--simulated-heads = 1: expected a multiple of --heads = 2");
        assertRefused(
                pretrainOn(text, "--kernel-size=4"), "--kernel-size = 4: expected an odd number");
        assertRefused(
                pretrainOn(text, "--simulated-head-size=9"),
                "--simulated-head-size = 9: expected an even number for the rotary embedding");
        assertRefused(
                pretrainOn(text, "--attention=mhaa"), "--attention = mhaa", "did you mean mha?");
    }

    @Test
    void refusesAnUnknownOptionAndNamesTheNearest() {
        assertRefused(pretrainOn(text, "--lerning-rate=1"), "did you mean --learning-rate?");
    }

    @Test
    void refusesAFolderThatHoldsAnotherRun() throws IOException {
        assertThat(pretrainOn(text).exitCode()).isZero();
        Map<String, String> before = contents();
        assertRefused(pretrainOn(text), folder.resolve("run").toString(), "--resume");
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void refusesAFolderThatCannotBeWritten() {
        assertRefused(pretrainOn(text, "--out=" + text.resolve("run")), text.toString());
    }

    @Test
    void refusesTheFolderBeforeItReadsTheText() throws IOException {
        Files.writeString(folder.resolve("note"), "");
        assertRefused(pretrainOn(folder.resolve("none.txt"), "--out=" + folder), "it is not empty");
    }

    @Test
    void refusesAnUnknownCommandAndNamesTheNearest() {
        assertRefused(sas("pretrian"), "did you mean pretrain?", "Try: bin/sas --help");
    }

    @Test
    void printsWhatAConfigurationCosts() {
        for (String attention : AttentionConfig.NAMES) {
            assertThat(sas("info", "--preset=125m", "--attention=" + attention).exitCode())
                    .as(attention)
                    .isZero();
        }
        assertThat(sas("info", "--attention=sass").exitCode()).isEqualTo(2);
    }

    @Test
    void explainsItself() {
        Result result = sas("pretrain", "--help");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .contains("--attention=NAME", "--kernel-size=K", "bin/sas pretrain", "Examples:");
        assertThat(sas("--help").out()).contains("pretrain", "info");
    }
}
