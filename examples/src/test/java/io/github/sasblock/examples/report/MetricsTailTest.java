package io.github.sasblock.examples.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sasblock.examples.storage.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTailTest {

    @TempDir private Path temp;
    private Path file;
    private MetricsTail tail;

    @BeforeEach
    void follow() {
        file = temp.resolve("metrics.jsonl");
        tail = new MetricsTail(file);
    }

    /** The steps that a look brings; 0 where the log began anew. */
    private List<Long> look() throws IOException {
        List<Long> steps = new ArrayList<>();
        tail.read(
                new MetricsTail.Reader() {
                    @Override
                    public void restarted() {
                        steps.add(0L);
                    }

                    @Override
                    public void point(MetricsPoint point) {
                        steps.add(point.step());
                    }
                });
        return steps;
    }

    @Test
    void eachLookBringsWhatWasAdded() throws IOException {
        assertThat(look()).isEmpty();
        try (MetricsLog log = MetricsLog.create(file)) {
            log.append(Runs.train(1, 5));
            log.append(Runs.validation(1, 4, 1));
            assertThat(look()).containsExactly(1L, 1L);
            assertThat(look()).isEmpty();
            log.append(Runs.train(2, 4));
            assertThat(look()).containsExactly(2L);
        }
    }

    @Test
    void aLineIsReadOnlyOnceItIsWhole() throws IOException {
        try (MetricsLog log = MetricsLog.create(file)) {
            log.append(Runs.train(1, 5));
        }
        String line = Files.readString(file);
        Files.writeString(file, line.substring(0, 20), StandardOpenOption.APPEND);
        assertThat(look()).containsExactly(1L);
        Files.writeString(file, line.substring(20), StandardOpenOption.APPEND);
        assertThat(look()).containsExactly(1L);
    }

    @Test
    void aLogThatIsReplacedWhenItsRunResumesIsReadAnew() throws IOException {
        try (MetricsLog log = MetricsLog.create(file)) {
            for (int step = 1; step <= 3; step++) {
                log.append(Runs.train(step, 5));
            }
        }
        assertThat(look()).containsExactly(1L, 2L, 3L);
        try (MetricsLog log = MetricsLog.resume(file, 2, true, Storage.disk())) {
            log.append(Runs.train(3, 4));
            log.append(Runs.train(4, 4));
        }
        assertThat(look()).containsExactly(0L, 1L, 2L, 3L, 4L);
    }

    @Test
    void damagedLinesAreCountedAndLeftOut() throws IOException {
        Files.writeString(file, "{\"kind\":\n" + "x".repeat(200_000) + "\n");
        try (MetricsLog log = MetricsLog.resume(temp.resolve("other"), 0, true, Storage.disk())) {
            log.append(Runs.train(7, 5));
        }
        Files.write(file, Files.readAllBytes(temp.resolve("other")), StandardOpenOption.APPEND);
        assertThat(look()).containsExactly(7L);
        assertThat(tail.damagedLines()).isEqualTo(2);
    }
}
