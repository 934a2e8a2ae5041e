package io.github.sasblock.examples.progress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class ProgressBarsTest {

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    @Test
    void printsOneLineAtTheEndWhereThereIsNoTerminal() {
        work(false, Progress.Unit.BYTES);
        assertThat(shown.toString(UTF_8)).matches("Tokenising a\\.txt: 1\\.5 MB in \\d\\.\\d s\\R");
    }

    @Test
    void namesTheUnit() {
        work(false, Progress.Unit.STEPS);
        assertThat(shown.toString(UTF_8)).startsWith("Tokenising a.txt: 1500000 steps in");
    }

    @Test
    void drawsABarOnATerminal() {
        work(true, Progress.Unit.BYTES);
        assertThat(shown.toString(UTF_8)).contains("\r").contains("Tokenising a.txt", "1/3 MB");
    }

    private void work(boolean terminal, Progress.Unit unit) {
        Progress progress = new ProgressBars(new PrintStream(shown, true, UTF_8), terminal);
        try (Progress.Task task = progress.begin("Tokenising a.txt", 3_000_000, unit)) {
            task.advanceTo(1_500_000);
        }
    }
}
