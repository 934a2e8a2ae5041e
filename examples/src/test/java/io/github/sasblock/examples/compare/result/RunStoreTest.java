package io.github.sasblock.examples.compare.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunStoreTest {

    @TempDir private Path folder;

    private final RunResult result = Results.result("recall", "sas", 2, 1.3, 1e6);

    @Test
    void givesBackWhatItKept() throws IOException {
        RunStore store = new RunStore(folder);
        store.save(result);
        RunResult found =
                store.find("recall", "sas", 2, Map.of("attention", "sas", "seed", 2)).orElseThrow();
        assertThat(found)
                .usingRecursiveComparison()
                .ignoringFields("configuration")
                .isEqualTo(result);
    }

    @Test
    void findsOnlyFinishedRuns() throws IOException {
        RunStore store = new RunStore(folder);
        assertThat(store.find("recall", "sas", 2, Map.of())).isEmpty();
        store.save(result);
        assertThat(store.find("recall", "sas", 3, Map.of())).isEmpty();
    }

    @Test
    void refusesTheResultOfAnotherConfiguration() throws IOException {
        RunStore store = new RunStore(folder);
        store.save(result);
        assertThatThrownBy(() -> store.find("recall", "sas", 2, Map.of("attention", "mha")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(
                        "result.json: is of a run with attention = sas, expected mha");
    }

    @Test
    void refusesADamagedFile() throws IOException {
        RunStore store = new RunStore(folder);
        store.save(result);
        Path file = store.file("recall", "sas", 2);
        String whole = Files.readString(file);
        Files.writeString(file, whole.substring(0, whole.length() / 2));
        assertThatThrownBy(() -> store.find("recall", "sas", 2, Map.of()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(file.toString());
        Files.writeString(file, "{}");
        assertThatThrownBy(() -> store.find("recall", "sas", 2, Map.of()))
                .isInstanceOf(InvalidInputException.class);
    }
}
