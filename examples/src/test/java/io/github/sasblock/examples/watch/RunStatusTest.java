package io.github.sasblock.examples.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.examples.checkpoint.CheckpointPart;
import io.github.sasblock.examples.checkpoint.CheckpointStore;
import io.github.sasblock.examples.checkpoint.RunLock;
import io.github.sasblock.examples.checkpoint.TrainingState;
import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.report.Section;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunStatusTest {

    @TempDir private Path folder;

    @BeforeEach
    void begin() throws IOException {
        WatchedRun.begin(folder);
    }

    private String report() throws IOException {
        return StatusReport.of(RunStatus.open(folder)).stream()
                .flatMap(section -> section.rows().stream())
                .map(Section.Row::toString)
                .collect(Collectors.joining("\n"));
    }

    @Test
    void aRunIsRunningWhileItsLockIsHeld() throws IOException {
        WatchedRun.log(folder, 1, 7);
        RunStatus run = RunStatus.open(folder);
        RunLock lock = RunLock.acquire(folder);
        try {
            RunStatus.State state = run.read();
            assertThat(state.phase()).isEqualTo(RunStatus.Phase.RUNNING);
            assertThat(state.process()).get().asString().startsWith("process ");
            assertThat(state.train().step()).isEqualTo(7);
            assertThat(state.steps()).isEqualTo(20);
            assertThat(state.best().step()).isEqualTo(5);
        } finally {
            lock.close();
        }
        assertThat(run.read().phase()).isEqualTo(RunStatus.Phase.STOPPED);
        WatchedRun.log(folder, 8, 20);
        WatchedRun.finish(folder, 20);
        assertThat(run.read().phase()).isEqualTo(RunStatus.Phase.FINISHED);
    }

    @Test
    void aResultOfFewerStepsThanWereLoggedIsNotTheEnd() throws IOException {
        WatchedRun.log(folder, 1, 7);
        WatchedRun.finish(folder, 5);
        assertThat(RunStatus.open(folder).read().phase()).isEqualTo(RunStatus.Phase.STOPPED);
    }

    @Test
    void theReportTellsStepLossSpeedAndWhetherTheCheckpointIsWhole() throws IOException {
        WatchedRun.log(folder, 1, 10);
        CheckpointStore store = CheckpointStore.open(folder.resolve("checkpoints"), 2);
        CheckpointPart part =
                new CheckpointPart(
                        "model.safetensors",
                        channel -> channel.write(ByteBuffer.wrap(new byte[9])));
        store.save(TrainingState.builder(5, 320).optValidationLoss(1).build(), List.of(part));
        store.save(TrainingState.builder(10, 640).build(), List.of(part));
        assertThat(report())
                .contains(
                        "sas, preset tiny, seed 1, on a and 1 more",
                        "not running and not finished, last logged",
                        "10 of 20 (50%)",
                        "0.500 nats/token",
                        "1.0 k tok/s",
                        "1.000 nats/token, 1.500 bits/byte at step 5",
                        "step 10, every file is as it was written",
                        "step 5, every file is as it was written")
                .doesNotContain("damaged");
        Files.delete(folder.resolve("checkpoints/step-00000010/model.safetensors"));
        assertThat(report()).contains("model.safetensors is missing").contains("damaged");
    }

    @Test
    void aRunThatHasLoggedNothingIsDescribed() throws IOException {
        assertThat(report()).contains("nothing logged yet", "0 of 20", "none that can be loaded");
    }

    @Test
    void whatIsNoRunIsRefused() throws IOException {
        assertThatThrownBy(() -> RunStatus.open(folder.resolve("none")))
                .isInstanceOf(InvalidInputException.class);
        for (String config : List.of("", "[]", "{", "1", "\u0000")) {
            Files.writeString(folder.resolve("config.json"), config);
            assertThatThrownBy(() -> RunStatus.open(folder))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("expected a JSON object with the settings of a run");
        }
    }
}
