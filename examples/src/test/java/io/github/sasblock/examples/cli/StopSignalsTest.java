package io.github.sasblock.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.sasblock.examples.checkpoint.Checkpoints;
import io.github.sasblock.examples.report.MetricsLog;
import io.github.sasblock.examples.report.TrainPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signals to real processes that train. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no such signals")
@Timeout(600)
class StopSignalsTest {

    private static final Map<String, Integer> NUMBERS = Map.of("HUP", 1, "INT", 2, "TERM", 15);

    @TempDir private Path folder;
    private Path run;
    private Path log;
    private Process process;

    /** Starts a training that saves after each step and has far more of them than it will take. */
    private void train(String... options) throws IOException {
        run = folder.resolve("run");
        log = folder.resolve("log");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:ErrorFile=" + folder.resolve("crash.log"),
                                "-Xmx256m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Sas.class.getName(),
                                "pretrain",
                                "--attention=mha",
                                "--heads=2",
                                "--layers=1",
                                "--builtin-bytes=200000",
                                "--validation-tokens=512",
                                "--checkpoint-every=1",
                                "--steps=100000",
                                "--cache-dir=" + folder.resolve("cache"),
                                "--out=" + run));
        command.addAll(List.of(options));
        process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
    }

    @AfterEach
    void end() {
        process.destroyForcibly();
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private void await(Condition condition) throws IOException, InterruptedException {
        while (!condition.holds()) {
            assertThat(process.isAlive()).as(printed()).isTrue();
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private void awaitCheckpoint(long step) throws IOException, InterruptedException {
        Path checkpoint = run.resolve(String.format("checkpoints/step-%08d", step));
        await(() -> Files.exists(checkpoint));
    }

    /** Waits until it has worked for far longer than saving takes: the next step is under way. */
    private void awaitWork() throws IOException, InterruptedException {
        Duration before = worked();
        await(() -> worked().minus(before).toMillis() > 500);
    }

    private Duration worked() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private String printed() throws IOException {
        return Files.readString(log);
    }

    private void send(String signal) throws IOException, InterruptedException {
        assumeFalse(isIgnored(signal), () -> "SIG" + signal + " is ignored, as nohup does");
        String command = "kill -" + signal + " " + process.pid();
        assertThat(new ProcessBuilder("sh", "-c", command).inheritIO().start().waitFor()).isZero();
    }

    /** A process that was started to ignore a signal goes on to ignore it. */
    private boolean isIgnored(String signal) throws IOException {
        Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
        if (!Files.exists(status)) {
            return false; // not Linux
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .map(line -> Long.parseUnsignedLong(line.replaceAll(".*\\s", ""), 16))
                .anyMatch(mask -> (mask >> (NUMBERS.get(signal) - 1) & 1) == 1);
    }

    private void assertEnds(int exitCode) throws IOException, InterruptedException {
        int found = process.waitFor();
        assertThat(found).as(printed()).isEqualTo(exitCode);
        assertThat(folder.resolve("crash.log")).doesNotExist();
    }

    private long newestStep() throws IOException {
        return new Checkpoints(run.resolve("checkpoints")).newestLoadable().require().step();
    }

    private long lastLoggedStep() throws IOException {
        List<TrainPoint> steps = MetricsLog.read(run.resolve("metrics.jsonl")).train();
        return steps.get(steps.size() - 1).step();
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "HUP, 129"})
    void aSignalLetsTheStepEndSavesAndEndsTheProgram(String signal, int exitCode)
            throws IOException, InterruptedException {
        train("--embedding-size=16", "--context=16", "--batch=2");
        awaitCheckpoint(3);
        send(signal);
        assertEnds(exitCode);
        assertThat(newestStep()).isEqualTo(lastLoggedStep());
        assertThat(printed())
                .contains("SIG" + signal + ": finishing the step and saving a checkpoint")
                .contains("go on with: bin/sas pretrain --resume");
        try (Stream<Path> files = Files.walk(run)) {
            assertThat(files.map(Path::toString)).noneMatch(name -> name.endsWith(".tmp"));
        }
    }

    /** Its steps take seconds, so that the second signal comes while one is being taken. */
    @Test
    void aSecondSignalEndsAtOnceWithItsOwnCodeAndLeavesTheCheckpointBefore()
            throws IOException, InterruptedException {
        train("--embedding-size=64", "--context=256", "--batch=384", "--threads=1");
        awaitCheckpoint(1);
        awaitWork();
        send("INT");
        await(() -> printed().contains("SIGINT: finishing the step"));
        send("TERM");
        assertEnds(143);
        assertThat(newestStep()).isEqualTo(1);
        assertThat(lastLoggedStep()).isEqualTo(1);
        assertThat(printed()).doesNotContain("go on with");
    }
}
