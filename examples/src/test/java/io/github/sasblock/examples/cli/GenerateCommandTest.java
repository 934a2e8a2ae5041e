package io.github.sasblock.examples.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Text from a model that was trained for some steps, as a person asks for it. */
class GenerateCommandTest {

    @TempDir private static Path folder;
    private static Path sasRun;
    private static Path multiHeadRun;

    private record Result(int exitCode, String out, String err) {}

    @BeforeAll
    static void train() throws IOException {
        Path text =
                Files.writeString(
                        folder.resolve("text.txt"), "All happy families are alike. ".repeat(100));
        sasRun = train(text, "sas");
        multiHeadRun = train(text, "mha");
    }

    private static Path train(Path text, String attention) {
        Path out = folder.resolve(attention);
        Result result =
                run(
                        Sas.commandLine(),
                        "pretrain",
                        "--data=" + text,
                        "--validation=" + text,
                        "--attention=" + attention,
                        "--embedding-size=24",
                        "--heads=2",
                        "--layers=2",
                        "--context=32",
                        "--batch=4",
                        "--steps=30",
                        "--learning-rate=0.02",
                        "--cache-dir=" + folder.resolve("cache"),
                        "--out=" + out);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return out;
    }

    private static Result run(CommandLine commandLine, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        commandLine.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        commandLine.setExecutionExceptionHandler(new ErrorHandler());
        commandLine.setParameterExceptionHandler(new ErrorHandler());
        int exitCode = commandLine.execute(arguments);
        return new Result(exitCode, out.toString(), err.toString());
    }

    private static Result generate(Path run, String... options) {
        List<String> arguments = new ArrayList<>(List.of("--checkpoint=" + run));
        arguments.addAll(Arrays.asList(options));
        return run(
                GenerateCommand.commandLine(new ByteArrayInputStream("All hap".getBytes(UTF_8))),
                arguments.toArray(String[]::new));
    }

    private static void assertRefused(Result result, String... parts) {
        assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
        assertThat(result.err()).startsWith("sas: ").contains(parts).doesNotContain("Exception");
        assertThat(result.out()).isEmpty();
    }

    @Test
    void continuesAText() {
        Result result = generate(sasRun, "--prompt=All hap", "--max-tokens=20");
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).isNotBlank().endsWith("\n");
        assertThat(result.err())
                .containsPattern(
                        "sas: \\d+ tokens after a prompt of 7 tokens in .*, .* tok/s; ended by"
                                + " (--max-tokens|end of text)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--cache=expanded", "--cache=compact", "--no-cache"})
    void theCacheDoesNotChangeGreedyText(String cache) {
        for (Path run : List.of(sasRun, multiHeadRun)) {
            // Longer than the 32 tokens of a window, and than a piece of 128 of a prompt
            String[] options = {"--prompt=" + "All happy ".repeat(15), "--temperature=0"};
            Result usual = generate(run, options);
            Result result = generate(run, options[0], options[1], cache);
            assertThat(result.exitCode()).isZero();
            assertThat(result.out()).hasSizeGreaterThan(20).isEqualTo(usual.out());
        }
    }

    @Test
    void aSeedGivesItsTextAgain() {
        String[] options = {"--prompt=All", "--temperature=1.5", "--max-tokens=30", "--seed=4"};
        Result first = generate(sasRun, options);
        assertThat(generate(sasRun, options).out()).isEqualTo(first.out());
        options[3] = "--seed=5";
        assertThat(generate(sasRun, options).out()).isNotEqualTo(first.out());
    }

    @Test
    void samplesTakeTheSeedsThatFollow() {
        String[] options = {"--prompt=All", "--temperature=1.5", "--max-tokens=9", "--quiet"};
        String expected = "";
        for (int seed = 3; seed <= 5; seed++) {
            Result one = generate(sasRun, concat(options, "--seed=" + seed));
            assertThat(one.err()).isEmpty();
            expected += one.out();
        }
        assertThat(generate(sasRun, concat(options, "--seed=3", "--samples=3")).out())
                .isEqualTo(expected);
    }

    private static String[] concat(String[] options, String... more) {
        List<String> all = new ArrayList<>(Arrays.asList(options));
        all.addAll(Arrays.asList(more));
        return all.toArray(String[]::new);
    }

    @Test
    void endsBeforeAStopString() {
        String[] options = {"--prompt=All hap", "--temperature=0"};
        String text = generate(sasRun, options).out();
        String stop = text.substring(5, 8);
        Result result = generate(sasRun, concat(options, "--stop=zzz", "--stop=" + stop));
        assertThat(result.out()).isEqualTo(text.substring(0, text.indexOf(stop)) + "\n");
        assertThat(result.err()).contains("ended by a stop string");
    }

    @Test
    void readsThePromptFromAFileOrStandardInput() throws IOException {
        Path file = Files.writeString(folder.resolve("prompt.txt"), "All hap");
        String expected = generate(sasRun, "--prompt=All hap", "--temperature=0").out();
        for (String source : List.of("--prompt=-", "--prompt-file=-", "--prompt-file=" + file)) {
            Result result = generate(sasRun, source, "--temperature=0");
            assertThat(result.out()).as(source + result.err()).isEqualTo(expected);
        }
    }

    @Test
    void warnsOnceBeyondTheLengthOfTraining() {
        Result result =
                generate(sasRun, "--prompt=All", "--samples=2", "--stop=never", "--temperature=0");
        assertThat(result.err())
                .containsOnlyOnce("the text is longer than the 32 tokens that the model was");
        assertThat(generate(sasRun, "--prompt=All", "--max-tokens=5").err())
                .doesNotContain("longer");
    }

    @Test
    void takesEitherCheckpointOfARunOrItsOwnFolder() {
        String[] options = {"--prompt=All", "--temperature=0"};
        String last = generate(sasRun, concat(options, "--which=last")).out();
        Path checkpoint = sasRun.resolve("checkpoints/step-00000030");
        assertThat(generate(checkpoint, options).out()).isEqualTo(last);
    }

    @Test
    void takesAFolderWithBothFiles() throws IOException {
        Path alone = Files.createDirectory(folder.resolve("alone"));
        Files.copy(sasRun.resolve("config.json"), alone.resolve("config.json"));
        String weights = "model.safetensors";
        Files.copy(
                sasRun.resolve("checkpoints/step-00000030").resolve(weights),
                alone.resolve(weights));
        assertThat(generate(alone, "--prompt=All").exitCode()).isZero();
    }

    @Test
    void refusesFoldersThatHoldNoModel() throws IOException {
        assertRefused(generate(folder.resolve("none"), "--prompt=a"), "none: does not exist");
        assertRefused(
                generate(folder.resolve("text.txt"), "--prompt=a"), "text.txt: is not a folder");
        assertRefused(
                generate(folder, "--prompt=a"), "holds neither model.safetensors nor config.json");
        Path run = Files.createDirectory(folder.resolve("young"));
        Files.copy(sasRun.resolve("config.json"), run.resolve("config.json"));
        assertRefused(generate(run, "--prompt=a"), "is a run without a checkpoint yet");
    }

    @Test
    void refusesWeightsOfAnotherModel() throws IOException {
        Path mixed = Files.createDirectory(folder.resolve("mixed"));
        Files.copy(multiHeadRun.resolve("config.json"), mixed.resolve("config.json"));
        Files.copy(
                sasRun.resolve("checkpoints/step-00000030/model.safetensors"),
                mixed.resolve("model.safetensors"));
        assertRefused(
                generate(mixed, "--prompt=a"),
                "model.safetensors: holds the weights of",
                "SasAttention",
                "MultiHeadAttention");
    }

    @Test
    void refusesDamagedWeights() throws IOException {
        Path damaged = Files.createDirectory(folder.resolve("damaged"));
        Files.copy(sasRun.resolve("config.json"), damaged.resolve("config.json"));
        byte[] whole =
                Files.readAllBytes(sasRun.resolve("checkpoints/step-00000030/model.safetensors"));
        Files.write(damaged.resolve("model.safetensors"), Arrays.copyOf(whole, whole.length - 10));
        assertRefused(generate(damaged, "--prompt=a"), "model.safetensors");
    }

    @Test
    void refusesAnotherTokenizer() {
        assertRefused(
                generate(sasRun, "--prompt=a", "--tokenizer=gpt2"), "holds the weights of", "V=");
        assertRefused(generate(sasRun, "--prompt=a", "--tokenizer=gpt3"), "did you mean gpt2?");
    }

    @ParameterizedTest
    @CsvSource({
        "--max-tokens=0, at least 1",
        "--temperature=-1, 'a number, at least 0'",
        "--temperature=NaN, 'a number, at least 0'",
        "--temperature=warm, warm",
        "--top-k=-1, at least 0",
        "--top-p=0, above 0 and up to 1",
        "--top-p=1.5, above 0 and up to 1",
        "--samples=0, at least 1",
        "--stop=, not empty",
        "--which=bst, did you mean best?",
        "--cache=big, 'compact'",
        "--temprature=1, --temprature"
    })
    void refusesWrongOptions(String option, String expected) {
        assertRefused(generate(sasRun, "--prompt=a", option), expected);
    }

    @Test
    void refusesAMissingAnEmptyOrADoublePrompt() throws IOException {
        assertRefused(generate(sasRun), "--prompt, --prompt-file = neither");
        assertRefused(generate(sasRun, "--prompt="), "--prompt: is empty");
        assertRefused(generate(sasRun, "--prompt=a", "--prompt-file=b"), "both");
        assertRefused(
                generate(sasRun, "--prompt-file=none.txt"), "none.txt: there is no such file");
        Path latin = Files.write(folder.resolve("latin.txt"), new byte[] {'a', (byte) 0xE9});
        assertRefused(generate(sasRun, "--prompt-file=" + latin), "is not UTF-8");
    }
}
