package io.github.sasblock.examples.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.storage.FaultyStorage;
import io.github.sasblock.examples.storage.Storage;
import io.github.sasblock.examples.storage.StorageException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {

    private static final TrainPoint TRAIN =
            new TrainPoint(120, 491_520, 2.03125, 0.0024, 0.84, 12_300.5, 0.31, 40);
    private static final ValidationPoint VALIDATION =
            new ValidationPoint(120, 491_520, 1.991, 7.32, 2.87, 262_144, 262_144, 3.1);
    private static final String TRAIN_LINE =
            "{\"kind\":\"train\",\"step\":120,\"tokens\":491520,\"loss\":2.03125,"
                    + "\"learning_rate\":0.0024,\"gradient_norm\":0.84,"
                    + "\"tokens_per_second\":12300.5,\"matmul_share\":0.31,\"seconds\":40.0}\n";
    private static final String VALIDATION_LINE =
            "{\"kind\":\"validation\",\"step\":120,\"tokens\":491520,\"nats_per_token\":1.991,"
                    + "\"perplexity\":7.32,\"bits_per_byte\":2.87,\"tokens_scored\":262144,"
                    + "\"bytes_scored\":262144,\"seconds\":3.1}\n";

    @TempDir Path temp;
    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = temp.resolve("metrics.jsonl");
    }

    @Test
    void eachPointIsALineThatIsInTheFileAtOnce() throws IOException {
        try (MetricsLog log = MetricsLog.create(file)) {
            log.append(TRAIN);
            assertThat(Files.readString(file)).isEqualTo(TRAIN_LINE);
            log.append(VALIDATION);
            assertThat(Files.readString(file)).isEqualTo(TRAIN_LINE + VALIDATION_LINE);
        }
    }

    @Test
    void whatWasWrittenIsRead() throws IOException {
        write(TRAIN, VALIDATION);
        assertThat(MetricsLog.read(file))
                .isEqualTo(new Metrics(List.of(TRAIN), List.of(VALIDATION)));
    }

    @Test
    void numbersThatAreNotFiniteAreNullAndReadAsNaN() throws IOException {
        write(new TrainPoint(1, 2, Double.NaN, 0.1, Double.POSITIVE_INFINITY, 3, Double.NaN, 4));
        assertThat(Files.readString(file))
                .contains("\"loss\":null", "\"gradient_norm\":null", "\"matmul_share\":null")
                .doesNotContain("NaN", "Infinity");
        TrainPoint read = MetricsLog.read(file).train().get(0);
        assertThat(read.loss()).isNaN();
        assertThat(read.gradientNorm()).isNaN();
        assertThat(read.seconds()).isEqualTo(4);
    }

    @Property(tries = 200)
    void everyFiniteNumberIsReadAsItWasWritten(
            @ForAll long step, @ForAll double loss, @ForAll double rate) throws IOException {
        TrainPoint point = new TrainPoint(step, 0, loss, rate, 0, 0, 0, 0);
        String line = Json.MAPPER.writeValueAsString(point);
        assertThat(Json.MAPPER.readValue(line, MetricsPoint.class)).isEqualTo(point);
    }

    @Test
    void aLogIsNotWrittenOverAnother() throws IOException {
        write(TRAIN);
        assertThatThrownBy(() -> MetricsLog.create(file))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(Files.readString(file)).isEqualTo(TRAIN_LINE);
    }

    @Test
    void aLastLineCutAnywhereIsLeftOut() throws IOException {
        for (int length = 0; length < TRAIN_LINE.length() - 1; length++) {
            Files.writeString(file, VALIDATION_LINE + TRAIN_LINE.substring(0, length));
            Metrics read = MetricsLog.read(file);
            assertThat(read.validation()).containsExactly(VALIDATION);
            assertThat(read.train()).isEmpty();
        }
    }

    @Test
    void aLastLineThatOnlyLacksItsEndIsRead() throws IOException {
        Files.writeString(file, TRAIN_LINE.stripTrailing());
        assertThat(MetricsLog.read(file).train()).containsExactly(TRAIN);
    }

    @Test
    void aDamagedLineIsNamed() throws IOException {
        for (String damaged :
                List.of(
                        "{\"kind\":\"train\",\"st",
                        "{\"kind\":\"test\",\"step\":1}",
                        "{\"kind\":\"train\",\"step\":1}",
                        TRAIN_LINE.strip() + "}",
                        "null",
                        "[]",
                        "step 1")) {
            Files.writeString(file, TRAIN_LINE + damaged + "\n");
            assertThatThrownBy(() -> MetricsLog.read(file))
                    .as(damaged)
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageStartingWith(
                            file + ", line 2: expected a JSON object of kind train or validation");
        }
    }

    @Test
    void onAFullDiskTheLogEndsWithAWholeLineAndGoesOnWhenThereIsRoom() throws IOException {
        FaultyStorage storage = new FaultyStorage(temp);
        try (MetricsLog log = MetricsLog.create(file, storage)) {
            log.append(VALIDATION);
            for (int room = 0; room < TRAIN_LINE.length(); room += 10) {
                storage.setCapacity(room);
                assertThatThrownBy(() -> log.append(TRAIN))
                        .isInstanceOfSatisfying(
                                StorageException.class, e -> assertThat(e.isDiskFull()).isTrue())
                        .hasMessageStartingWith(
                                file
                                        + ": step 120 was not logged: the disk of "
                                        + temp
                                        + " is full");
                assertThat(Files.readString(file)).isEqualTo(VALIDATION_LINE);
            }
            storage.setCapacity(Long.MAX_VALUE);
            log.append(TRAIN);
        }
        assertThat(Files.readString(file)).isEqualTo(VALIDATION_LINE + TRAIN_LINE);
    }

    @Test
    void fieldsThatAreNotKnownAreLeftOut() throws IOException {
        Files.writeString(file, TRAIN_LINE.replace("\"step\"", "\"host\":\"a\",\"step\""));
        assertThat(MetricsLog.read(file).train()).containsExactly(TRAIN);
    }

    @Test
    void aFileThatIsMissingIsNamed() {
        assertThatThrownBy(() -> MetricsLog.read(file))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(file + ": no such file; expected metrics.jsonl");
    }

    @Test
    void resumingDropsWhatCameAfterTheCheckpointAndACutLine() throws IOException {
        write(Runs.train(1, 5), Runs.train(2, 4), Runs.validation(2, 4, 1), Runs.train(3, 3));
        Files.writeString(file, TRAIN_LINE.substring(0, 30), StandardOpenOption.APPEND);
        try (MetricsLog log = MetricsLog.resume(file, 2, true, Storage.disk())) {
            log.append(Runs.train(3, 2.5));
        }
        assertThat(MetricsLog.read(file))
                .isEqualTo(
                        Metrics.of(
                                List.of(
                                        Runs.train(1, 5),
                                        Runs.train(2, 4),
                                        Runs.train(3, 2.5),
                                        Runs.validation(2, 4, 1))));
    }

    @Test
    void resumingWithoutALogStartsOne() throws IOException {
        try (MetricsLog log = MetricsLog.resume(file, 2, true, Storage.disk())) {
            log.append(TRAIN);
        }
        assertThat(Files.readString(file)).isEqualTo(TRAIN_LINE);
    }

    @Test
    void bytesPerTokenComeFromTheEvaluations() {
        assertThat(Metrics.of(List.of(TRAIN)).bytesPerToken()).isEmpty();
        ValidationPoint uncounted = new ValidationPoint(1, 1, 1, 1, Double.NaN, 50, 0, 1);
        ValidationPoint a = new ValidationPoint(1, 1, 1, 1, 1, 100, 400, 1);
        ValidationPoint b = new ValidationPoint(2, 1, 1, 1, 1, 300, 1400, 1);
        assertThat(Metrics.of(List.of(a, uncounted, b)).bytesPerToken()).hasValue(4.5);
        assertThat(Metrics.of(List.of(uncounted)).bytesPerToken()).isEmpty();
    }

    private void write(MetricsPoint... points) throws IOException {
        try (MetricsLog log = MetricsLog.create(file)) {
            for (MetricsPoint point : points) {
                log.append(point);
            }
        }
    }
}
