package io.github.sasblock.examples.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SummaryTest {

    static final Summary SUMMARY =
            new Summary(
                    "sas",
                    1,
                    812_544,
                    new Summary.Validation(1.1722, 3.2291, 1.6912, 262_144, 262_144),
                    new Summary.Train(2_457_600, 199.8, 12_300.3, 600),
                    new Summary.EntropyFloor(1.62));

    @TempDir Path temp;

    @Test
    void theFileHasTheseKeys() throws IOException {
        RunFolder folder = RunFolder.create(temp);
        folder.writeJson("summary.json", SUMMARY);
        assertThat(Files.readString(folder.summary()))
                .isEqualTo(
                        """
                        {
                          "attention": "sas",
                          "seed": 1,
                          "parameters": 812544,
                          "validation": {
                            "nats_per_token": 1.1722,
                            "perplexity": 3.2291,
                            "bits_per_byte": 1.6912,
                            "tokens": 262144,
                            "bytes": 262144
                          },
                          "train": {
                            "tokens": 2457600,
                            "seconds": 199.8,
                            "tokens_per_second": 12300.3,
                            "steps": 600
                          },
                          "entropy_floor": {
                            "bits_per_byte": 1.62
                          }
                        }
                        """);
        assertThat(Summary.read(folder.summary())).isEqualTo(SUMMARY);
    }

    @Test
    void aFloorThatIsNotKnownIsAbsent() throws IOException {
        RunFolder folder = RunFolder.create(temp);
        Summary summary = withoutFloor();
        folder.writeJson("summary.json", summary);
        assertThat(Files.readString(folder.summary())).doesNotContain("entropy_floor");
        assertThat(Summary.read(folder.summary())).isEqualTo(summary);
    }

    @Test
    void takesTheFiguresOfAnEvaluation() {
        ValidationPoint point = new ValidationPoint(600, 9, 1.5, 4.48, 2.16, 100, 300, 3);
        assertThat(Summary.Validation.of(point))
                .isEqualTo(new Summary.Validation(1.5, 4.48, 2.16, 100, 300));
    }

    @Test
    void whatIsNotASummaryIsNamed() throws IOException {
        Path file = temp.resolve("summary.json");
        assertThatThrownBy(() -> Summary.read(file))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(file + ": no such file; expected summary.json");
        for (String text : new String[] {"", "{\"seed\":1}", "{\"attention\":", "[1]", "null"}) {
            Files.writeString(file, text);
            assertThatThrownBy(() -> Summary.read(file))
                    .as(text)
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageStartingWith(file + ": expected the summary of a run");
        }
    }

    static Summary withoutFloor() {
        return new Summary(
                SUMMARY.attention(),
                SUMMARY.seed(),
                SUMMARY.parameters(),
                SUMMARY.validation(),
                SUMMARY.train(),
                null);
    }
}
