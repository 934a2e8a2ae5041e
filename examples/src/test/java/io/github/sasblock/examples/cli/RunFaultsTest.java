package io.github.sasblock.examples.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.sasblock.examples.checkpoint.Checkpoints;
import io.github.sasblock.examples.checkpoint.RunLock;
import io.github.sasblock.examples.report.MetricsLog;
import io.github.sasblock.examples.report.TrainPoint;
import io.github.sasblock.examples.storage.FaultyStorage;
import io.github.sasblock.examples.storage.FaultyStorage.Kind;
import io.github.sasblock.examples.storage.Storage;
import io.github.sasblock.examples.text.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What a person reads, and what is left on the disk, when something goes wrong with a run. */
class RunFaultsTest {

    @TempDir private Path folder;
    private Path text;
    private Path run;

    private record Result(int exitCode, String out, String err) {}

    @BeforeEach
    void writeText() throws IOException {
        text = Files.writeString(folder.resolve("text.txt"), "All happy families. ".repeat(100));
        run = folder.resolve("run");
    }

    /** Runs a small model; options given later replace those given before. */
    private Result pretrain(Storage storage, String... options) {
        Map<String, String> all = new LinkedHashMap<>();
        Stream.concat(
                        Stream.of(
                                "--data=" + text,
                                "--validation=" + text,
                                "--validation-tokens=64",
                                "--attention=mha",
                                "--embedding-size=16",
                                "--heads=2",
                                "--layers=1",
                                "--context=16",
                                "--batch=2",
                                "--steps=6",
                                "--validate-every=6",
                                "--checkpoint-every=2",
                                "--cache-dir=" + folder.resolve("cache"),
                                "--out=" + run),
                        Arrays.stream(options))
                .forEach(option -> all.put(option.replaceFirst("=.*", ""), option));
        return execute(storage, all.values());
    }

    private Result pretrain(String... options) {
        return pretrain(Storage.disk(), options);
    }

    private Result resume(String... options) {
        List<String> arguments = new ArrayList<>(List.of("--resume=" + run));
        arguments.addAll(Arrays.asList(options));
        return execute(Storage.disk(), arguments);
    }

    private static Result execute(Storage storage, Iterable<String> arguments) {
        StringWriter err = new StringWriter();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(out, true, UTF_8));
        try {
            CommandLine command = SettingOptions.command(new PretrainCommand(storage));
            command.setErr(new PrintWriter(err, true));
            command.setExecutionExceptionHandler(new ErrorHandler());
            List<String> list = new ArrayList<>();
            arguments.forEach(list::add);
            int exitCode = command.execute(list.toArray(String[]::new));
            String shown = out.toString(UTF_8).replaceAll("\\s+", " "); // lines are wrapped
            return new Result(exitCode, shown, err.toString());
        } finally {
            System.setOut(before);
        }
    }

    private static void assertEnded(Result result, int exitCode, String... parts) {
        assertThat(result.exitCode()).as(result.err() + result.out()).isEqualTo(exitCode);
        if (exitCode != 0) {
            assertThat(result.err()).startsWith("sas: ").contains(parts).doesNotContain("\tat ");
        } else {
            assertThat(List.of(parts)).allMatch(result.out()::contains, "in " + result.out());
        }
    }

    private Path checkpoint(long step) {
        return run.resolve(String.format("checkpoints/step-%08d", step));
    }

    private long newestStep() throws IOException {
        return new Checkpoints(run.resolve("checkpoints")).newestLoadable().require().step();
    }

    private void assertNothingTemporary() throws IOException {
        try (Stream<Path> files = Files.walk(run)) {
            assertThat(files.map(Path::toString)).noneMatch(name -> name.endsWith(".tmp"));
        }
    }

    /** The files of the run, with their length and hash. */
    private Map<String, String> contents() throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(run)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                contents.put(file.toString(), bytes.length + " bytes, " + Sha256.hex(bytes));
            }
        }
        return contents;
    }

    private void assertRefusedUnchanged(String... parts) throws IOException {
        Map<String, String> before = contents();
        assertEnded(resume("--steps=8"), 2, parts);
        assertThat(contents()).isEqualTo(before);
    }

    private List<Long> loggedSteps() throws IOException {
        return MetricsLog.read(run.resolve("metrics.jsonl")).train().stream()
                .map(TrainPoint::step)
                .toList();
    }

    private static List<Long> steps(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    @ParameterizedTest
    @CsvSource({
        "bit flip, model.safetensors has SHA-256",
        "truncation, model.safetensors has",
        "zeroed, model.safetensors holds nothing but zeros",
        "missing, model.safetensors is missing",
        "wrong hash, manifest.json does not fit its checksum"
    })
    void aDamagedNewestCheckpointIsToldOfAndTheOneBeforeIsTaken(String damage, String reason)
            throws IOException {
        assertEnded(pretrain("--keep=3"), 0);
        damage(damage, checkpoint(6));
        assertEnded(resume(), 0, reason, "going back to step 4", "going on after step 4");
        assertThat(newestStep()).isEqualTo(6);
        assertThat(loggedSteps()).isEqualTo(steps(6));
        assertThat(checkpoint(6)).as("the damaged one, replaced").doesNotExist();
    }

    private static void damage(String how, Path checkpoint) throws IOException {
        Path weights = checkpoint.resolve("model.safetensors");
        byte[] content = Files.readAllBytes(weights);
        switch (how) {
            case "bit flip" -> {
                content[content.length / 2] ^= 1;
                Files.write(weights, content);
            }
            case "truncation" -> Files.write(weights, Arrays.copyOf(content, content.length / 2));
            case "zeroed" -> Files.write(weights, new byte[content.length]);
            case "missing" -> Files.delete(weights);
            default -> {
                Path manifest = checkpoint.resolve("manifest.json");
                String json = Files.readString(manifest);
                Files.writeString(
                        manifest,
                        json.replaceFirst("\"sha256\": \"........", "\"sha256\": \"00000000"));
            }
        }
    }

    @Test
    void aRunOfWhichEveryCheckpointIsDamagedIsRefused() throws IOException {
        assertEnded(pretrain(), 0);
        damage("zeroed", checkpoint(4));
        damage("zeroed", checkpoint(6));
        assertEnded(resume(), 2, "no checkpoint can be used", "step-00000004", "step-00000006");
    }

    @ParameterizedTest
    @CsvSource({"0, an older sas-block", "2, a newer sas-block"})
    void aCheckpointOfAnotherVersionIsRefusedAndNothingIsChanged(int version, String writer)
            throws IOException {
        assertEnded(pretrain(), 0);
        writeVersion(checkpoint(6).resolve("manifest.json"), version);
        assertRefusedUnchanged(
                checkpoint(6) + " is of version " + version + " of the format, expected 1", writer);
    }

    /** As a program of another version would have written it: with a checksum that fits. */
    private static void writeVersion(Path manifest, int version) throws IOException {
        ObjectMapper json = new ObjectMapper();
        ObjectNode tree = (ObjectNode) json.readTree(manifest.toFile());
        tree.remove("checksum");
        tree.put("version", version);
        tree.put("checksum", Sha256.hex(json.writeValueAsBytes(tree)));
        json.writeValue(manifest.toFile(), tree);
    }

    @Test
    void anotherArchitectureIsRefusedAndMoreStepsAreTold() throws IOException {
        assertEnded(pretrain(), 0);
        assertEnded(resume("--layers=2"), 2, "--layers: 1 in the checkpoint, 2 now");
        assertEnded(resume("--steps=8"), 0, "from here on --steps is 8, before 6");
        assertThat(loggedSteps()).isEqualTo(steps(8));
        assertThat(newestStep()).isEqualTo(8);
    }

    @Test
    void aFullDiskAtSavesLeavesTheOlderCheckpointAndTrainingGoesOn() throws IOException {
        FaultyStorage storage = new FaultyStorage(Files.createDirectory(folder.resolve("g")));
        storage.failAt(
                operation -> operation.path().toString().contains("step-00000004"),
                "No space left on device");
        assertEnded(
                pretrain(storage),
                0,
                "the checkpoint of step 4 was not saved: the disk of",
                "is full",
                "step-00000002 is kept; free space on that disk");
        assertThat(newestStep()).isEqualTo(6);
        assertNothingTemporary();
    }

    @Test
    void aFullDiskAtSavesStopsTrainingIfThatIsWanted() throws IOException {
        FaultyStorage storage = new FaultyStorage(Files.createDirectory(folder.resolve("g")));
        storage.failAt(
                operation -> operation.path().toString().contains("step-00000004"),
                "No space left on device");
        assertEnded(
                pretrain(storage, "--on-save-failure=stop"),
                1,
                "the checkpoint of step 4 was not saved",
                "is full");
        assertThat(newestStep()).isEqualTo(2);
        assertNothingTemporary();
        assertEnded(resume(), 0, "going on after step 2");
        assertThat(loggedSteps()).isEqualTo(steps(6));
    }

    @Test
    void aRunWhoseLastCheckpointCannotBeSavedFails() throws IOException {
        FaultyStorage storage = new FaultyStorage(Files.createDirectory(folder.resolve("g")));
        storage.failAt(
                operation -> operation.path().toString().contains("step-00000006"),
                "No space left on device");
        assertEnded(pretrain(storage), 1, "the checkpoint of step 6 was not saved");
        assertThat(newestStep()).isEqualTo(4);
    }

    @Test
    void aFullDiskAtTheLogLeavesLinesOutOrStopsTraining() throws IOException {
        FaultyStorage storage = new FaultyStorage(Files.createDirectory(folder.resolve("g")));
        int[] writes = {0};
        storage.failAt(
                operation ->
                        operation.is(Kind.WRITE, "metrics.jsonl")
                                && (++writes[0] == 3 || writes[0] == 4),
                "No space left on device");
        assertEnded(
                pretrain(storage),
                0,
                "metrics.jsonl: step 2 was not logged: the disk of",
                "step 4 is logged again");
        assertThat(loggedSteps()).containsExactly(1L, 4L, 5L, 6L);

        writes[0] = 0;
        run = folder.resolve("other");
        assertEnded(
                pretrain(storage, "--on-save-failure=stop"), 1, "step 2 was not logged", "full");
        assertThat(loggedSteps()).containsExactly(1L);
        assertNothingTemporary();
        assertEnded(resume(), 0);
        assertThat(loggedSteps()).isEqualTo(steps(6));
    }

    @Test
    void aSecondWriterIsRefused() throws IOException {
        assertEnded(pretrain(), 0);
        try (RunLock held = RunLock.acquire(run)) {
            assertThat(held).isNotNull();
            assertEnded(resume("--steps=8"), 2, "run folder " + run, "is writing to it");
        }
        assertThat(loggedSteps()).isEqualTo(steps(6));
    }

    @Test
    void aParentThatCannotBeWrittenIsRefused() {
        assertEnded(pretrain("--out=/proc/run"), 2, "output folder /proc/run: it cannot be made");
    }

    @Test
    void aReadOnlyFolderIsRefused() throws IOException {
        assertEnded(pretrain(), 0);
        run.toFile().setWritable(false);
        boolean bound = !Files.isWritable(run); // the superuser is not
        try {
            assumeTrue(bound, "the superuser may write anywhere");
            assertEnded(resume("--steps=8"), 2, "output folder " + run + ": it is read-only");
        } finally {
            run.toFile().setWritable(true);
        }
    }

    @Test
    void aClockThatWasSetBackChangesNothing() throws IOException {
        assertEnded(pretrain("--tensorboard"), 0);
        FileTime future = FileTime.from(Instant.now().plus(Duration.ofDays(300)));
        List<String> before = new ArrayList<>();
        try (Stream<Path> files = Files.walk(run)) {
            for (Path file : files.toList()) {
                Files.setLastModifiedTime(file, future);
            }
        }
        Path events = run.resolve("events.out.tfevents.2999999999.host");
        Files.copy(events().get(0), events);
        before.add(events.getFileName().toString());
        assertEnded(resume("--steps=8"), 0, "going on after step 6");
        assertThat(newestStep()).isEqualTo(8);
        assertThat(events().get(events().size() - 1).getFileName().toString())
                .as("comes after those of the future")
                .isGreaterThan(before.get(0));
    }

    private List<Path> events() throws IOException {
        try (Stream<Path> files = Files.list(run)) {
            return files.filter(file -> file.toString().contains("tfevents")).sorted().toList();
        }
    }

    @Test
    void aLossThatIsNotFiniteEndsTheRunAndLeavesTheLastCheckpoint() throws IOException {
        Result result = pretrain("--learning-rate=1e30", "--clip=0", "--checkpoint-every=1");
        assertEnded(result, 1, "training stopped before the update of step ", "windows");
        assertThat(newestStep()).isPositive();
        assertNothingTemporary();
    }

    @Test
    void aHeapThatIsTooSmallEndsTheRunWithOneMessage() throws IOException {
        String[] large = {
            "--context=1024",
            "--validation-tokens=1024",
            "--batch=1048576",
            "--micro-batch=1048576",
            "--threads=1"
        };
        assertEnded(
                pretrain(large),
                1,
                "out of memory in step 1: the Java heap",
                "1048576 windows of 1024 tokens at once",
                "lower --micro-batch, now 1048576, or set it to auto");
        assertThat(run.resolve("checkpoints")).doesNotExist();
    }

    @Test
    void aDeletedShardIsNamed() throws IOException {
        assertEnded(pretrain(), 0);
        Path tokens = tokensOf(text);
        run = folder.resolve("other");
        assertEnded(pretrain("--data=" + tokens), 0);
        try (Stream<Path> files = Files.list(tokens)) {
            for (Path shard : files.filter(RunFaultsTest::isShard).toList()) {
                Files.delete(shard);
            }
        }
        assertRefusedUnchanged(": the file of tokens is missing");
    }

    private static boolean isShard(Path file) {
        return file.getFileName().toString().matches("tokens-.*\\.bin");
    }

    @Test
    void aShardOfAnotherTokenizerIsRefused() throws IOException {
        assertEnded(pretrain(), 0);
        String tokens = "--data=" + tokensOf(text);
        run = folder.resolve("other");
        assertEnded(
                pretrain(tokens, "--tokenizer=gpt2"),
                2,
                "holds tokens of the tokenizer bytes",
                "expected gpt2");
        assertThat(run).doesNotExist();
    }

    private Path tokensOf(Path source) throws IOException {
        ObjectMapper json = new ObjectMapper();
        try (Stream<Path> folders = Files.list(folder.resolve("cache"))) {
            for (Path tokens : folders.sorted().toList()) {
                String made = json.readTree(tokens.resolve("index.json").toFile()).toString();
                if (made.contains(source.getFileName().toString())) {
                    return tokens;
                }
            }
        }
        throw new AssertionError("no tokens of " + source);
    }

    @Test
    void aChangedTextIsRefused() throws IOException {
        assertEnded(pretrain(), 0);
        Files.writeString(text, "Every unhappy family. ".repeat(100));
        assertRefusedUnchanged(
                "the text to train on is not the one that was trained on before",
                "restore the files that --data and --validation name");
    }

    @Test
    void autoStartsARunOrGoesOnWithIt() throws IOException {
        assertEnded(pretrain("--resume=auto"), 0);
        assertEnded(pretrain("--resume=auto", "--steps=8"), 0, "going on after step 6");
        assertEnded(pretrain("--steps=8"), 2, "holds another run");
        assertThat(loggedSteps()).isEqualTo(steps(8));
    }

    @Test
    void aRunThatDiedBeforeItsFirstCheckpointBeginsAgain() throws IOException {
        assertEnded(pretrain(), 0);
        for (long step : new long[] {4, 6}) {
            Storage.disk().deleteTree(checkpoint(step));
        }
        assertEnded(resume(), 0, "no checkpoint yet, starting at the beginning");
        assertThat(loggedSteps()).isEqualTo(steps(6));
    }

    @Test
    void aFolderThatIsNoRunIsRefused() throws IOException {
        assertEnded(resume(), 2, "--resume = " + run + ": is not a folder");
        Files.createDirectory(run);
        assertEnded(resume(), 2, "holds no config.json");
    }
}
