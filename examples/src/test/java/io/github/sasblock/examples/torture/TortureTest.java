package io.github.sasblock.examples.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sasblock.examples.checkpoint.Checkpoints;
import io.github.sasblock.examples.report.MetricsLog;
import io.github.sasblock.examples.report.TrainPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Real processes that train and are killed. */
class TortureTest {

    private static final int KILLS = 2;

    @TempDir private Path folder;

    private List<String> program(long steps) {
        return new ArrayList<>(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:ErrorFile=" + folder.resolve("crash.log"),
                        "-Xmx256m",
                        "-Djava.awt.headless=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.github.sasblock.examples.cli.Sas",
                        "pretrain",
                        "--attention=mha",
                        "--embedding-size=16",
                        "--heads=2",
                        "--layers=1",
                        "--context=16",
                        "--batch=2",
                        "--builtin-bytes=100000",
                        "--validation-tokens=64",
                        "--validate-every=9",
                        "--checkpoint-every=2",
                        "--steps=" + steps,
                        "--cache-dir=" + folder.resolve("cache")));
    }

    @Test
    void aTrainingThatIsKilledAndContinuedEndsWithTheSameBytes()
            throws IOException, InterruptedException {
        List<String> lines = new ArrayList<>();
        TortureReport report =
                new Torture(program(Torture.steps(KILLS)), folder, 3, lines::add).run(KILLS);
        assertThat(report.failures()).isEmpty();
        assertThat(report.kills()).isEqualTo(KILLS);
        assertThat(lines).hasSize(KILLS);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no SIGTERM")
    void sigtermInTheMiddleOfASaveFinishesTheStepAndSaves()
            throws IOException, InterruptedException {
        Path run = folder.resolve("run");
        List<String> command = program(100_000);
        command.add("--out=" + run);
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("log").toFile())
                        .start();
        RunWatch watch = new RunWatch(run);
        try {
            while (process.isAlive() && (watch.logged() < 5 || watch.moment(true) != Moment.SAVE)) {
                TimeUnit.MICROSECONDS.sleep(200);
            }
            process.destroy(); // SIGTERM
            assertThat(process.waitFor())
                    .as(Files.readString(folder.resolve("log")))
                    .isEqualTo(143);
        } finally {
            process.destroyForcibly();
        }
        long step = new Checkpoints(run.resolve("checkpoints")).newestLoadable().require().step();
        assertThat(step).isEqualTo(lastLoggedStep(run));
        assertThat(folder.resolve("crash.log")).doesNotExist();
        assertThat(Files.readString(folder.resolve("log")))
                .contains("SIGTERM: finishing the step and saving a checkpoint")
                .contains("go on with: bin/sas pretrain --resume");
        try (Stream<Path> files = Files.walk(run)) {
            assertThat(files.map(Path::toString)).noneMatch(name -> name.endsWith(".tmp"));
        }
    }

    private static long lastLoggedStep(Path run) throws IOException {
        List<TrainPoint> steps = MetricsLog.read(run.resolve("metrics.jsonl")).train();
        return steps.get(steps.size() - 1).step();
    }
}
