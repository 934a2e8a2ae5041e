package io.github.sasblock.examples.compare.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibrationStoreTest {

    @TempDir private Path folder;

    @Test
    void givesBackWhatItKept() throws IOException {
        CalibrationStore store = new CalibrationStore(folder);
        assertThat(store.find()).isEmpty();
        Calibration calibration = Results.calibration(List.of("mha", "sas"));
        store.save(calibration);
        assertThat(store.find()).contains(calibration);
    }

    @Test
    void refusesADamagedFile() throws IOException {
        CalibrationStore store = new CalibrationStore(folder);
        store.save(Results.calibration(List.of("mha")));
        Path file = folder.resolve("calibration.json");
        String whole = Files.readString(file);
        for (String damaged :
                List.of(whole.substring(0, whole.length() / 2), "{}", "null", whole + "}")) {
            Files.writeString(file, damaged);
            assertThatThrownBy(store::find)
                    .as(damaged)
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageStartingWith(file + ": holds no step times (");
        }
    }

    @Test
    void coversVariantsAsTheyWereMeasured() {
        Calibration calibration = Results.calibration(List.of("mha", "sas"));
        assertThat(calibration.covers(Map.of("mha", "mha"))).isTrue();
        assertThat(calibration.covers(Map.of("mha", "another workload"))).isFalse();
        assertThat(calibration.covers(Map.of("mha", "mha", "gqa", "gqa"))).isFalse();
    }

    @Test
    void theMedianLeavesADisturbedRoundOut() {
        StepTime step = new StepTime("", 1, List.of(1.0, 60.0, 1.1));
        assertThat(step.seconds()).isEqualTo(1.1);
        assertThat(step.shortest()).isEqualTo(1.0);
        assertThat(step.longest()).isEqualTo(60.0);
    }
}
