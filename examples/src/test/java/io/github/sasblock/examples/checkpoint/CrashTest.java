package io.github.sasblock.examples.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.examples.storage.FaultyStorage;
import io.github.sasblock.examples.storage.FaultyStorage.Loss;
import io.github.sasblock.examples.storage.SimulatedCrash;
import io.github.sasblock.examples.storage.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Dies at every single operation of a run's saves and prunings, in every way to lose data. */
class CrashTest {

    /** The best is saved first and outlives the newest; the last step is saved twice. */
    private static final List<TrainingState> SAVES =
            List.of(
                    Saves.validated(100, 2.0),
                    Saves.validated(200, 2.5),
                    Saves.state(300),
                    Saves.validated(300, 1.9));

    private static final int KEPT = 1;

    @TempDir private Path temp;

    @ParameterizedTest
    @EnumSource(Loss.class)
    void aCrashAtAnyOperationLeavesALoadableCheckpointAndIsRecoveredFrom(Loss loss)
            throws IOException {
        FaultyStorage counting = new FaultyStorage(folder("graveyard"));
        Path uninterrupted = folder("uninterrupted").resolve("checkpoints");
        save(CheckpointStore.open(uninterrupted, KEPT, counting), 0, new int[1]);
        Map<String, String> expected = contents(uninterrupted);
        assertThat(counting.operations()).isGreaterThan(50);
        for (int n = 1; n <= counting.operations(); n++) {
            Path run = folder("run" + n);
            int saved = crash(run, n, loss);
            recover(run.resolve("checkpoints"), saved, n, expected);
        }
    }

    /** Returns how many saves had been reported as done before the crash. */
    private int crash(Path run, int n, Loss loss) throws IOException {
        FaultyStorage storage = new FaultyStorage(folder("graveyard" + n));
        CheckpointStore store = CheckpointStore.open(run.resolve("checkpoints"), KEPT, storage);
        storage.crashAt(n, loss);
        int[] saved = new int[1];
        assertThatThrownBy(() -> save(store, 0, saved)).isInstanceOf(SimulatedCrash.class);
        return saved[0];
    }

    private void recover(Path checkpoints, int saved, int n, Map<String, String> expected)
            throws IOException {
        requireAllWhole(checkpoints, n);
        NewestCheckpoint left = new Checkpoints(checkpoints).newestLoadable();
        if (saved > 0) {
            assertThat(left.require().step())
                    .as("crash at operation %d", n)
                    .isGreaterThanOrEqualTo(SAVES.get(saved - 1).step());
        }
        FaultyStorage withoutFaults = new FaultyStorage(folder("second-graveyard" + n));
        CheckpointStore store = CheckpointStore.open(checkpoints, KEPT, withoutFaults);
        assertThat(contents(checkpoints).keySet()).noneMatch(name -> name.contains(".tmp"));
        save(store, saved, new int[1]);
        Map<String, String> recovered = contents(checkpoints);
        // A step that was saved again has another name; its content is the same.
        assertThat(withoutRevisions(recovered)).isEqualTo(withoutRevisions(expected));
    }

    /** What bears the name of a checkpoint is one. */
    private static void requireAllWhole(Path checkpoints, int n) throws IOException {
        Checkpoints left = new Checkpoints(checkpoints);
        for (CheckpointName name : left.names()) {
            assertThatCode(() -> Verification.verify(Storage.disk(), left.path(name), name))
                    .as("crash at operation %d, %s", n, name)
                    .doesNotThrowAnyException();
        }
    }

    private static void save(CheckpointStore store, int from, int[] saved) {
        for (TrainingState state : SAVES.subList(from, SAVES.size())) {
            assertThat(store.save(state, Saves.parts(state.step())))
                    .isInstanceOf(SaveResult.Saved.class);
            saved[0]++;
        }
    }

    private static Map<String, String> withoutRevisions(Map<String, String> contents) {
        Map<String, String> plain = new TreeMap<>();
        contents.forEach((name, bytes) -> plain.put(name.replaceFirst("-r\\d+", ""), bytes));
        assertThat(plain).hasSameSizeAs(contents);
        return plain;
    }

    private static Map<String, String> contents(Path folder) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    contents.put(
                            folder.relativize(file).toString(),
                            Arrays.toString(Files.readAllBytes(file)));
                }
            }
        }
        return contents;
    }

    private Path folder(String name) throws IOException {
        return Files.createDirectories(temp.resolve(name));
    }
}
