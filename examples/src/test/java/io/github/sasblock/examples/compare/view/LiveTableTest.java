package io.github.sasblock.examples.compare.view;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sasblock.examples.report.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LiveTableTest {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final AtomicLong nanos = new AtomicLong();

    private LiveTable table(boolean interactive) {
        Terminal terminal = new Terminal(40, interactive, false, interactive);
        return new LiveTable(new PrintStream(bytes, true, UTF_8), terminal, nanos::get);
    }

    private String printed() {
        return bytes.toString(UTF_8);
    }

    @Test
    void drawsOverItselfOnATerminal() {
        LiveTable table = table(true);
        table.update(List.of("first", "second"));
        table.status("one");
        nanos.addAndGet(1_000_000_000);
        table.status("two");
        assertThat(printed())
                .isEqualTo("first\nsecond\none\n\u001b[3A\r\u001b[Jfirst\nsecond\ntwo\n");
    }

    @Test
    void drawsNoMoreOftenThanOneCanRead() {
        LiveTable table = table(true);
        table.status("one");
        table.status("two");
        assertThat(printed()).isEqualTo("one\n");
    }

    @Test
    void cutsLinesThatTheTerminalWouldBreak() {
        table(true).status("x".repeat(100));
        assertThat(printed()).isEqualTo("x".repeat(39) + "\n");
    }

    @Test
    void leavesOnlyWhatStaysInAFile() {
        LiveTable table = table(false);
        table.update(List.of("a −1 ± 2"));
        table.status("one");
        table.line("done");
        table.show();
        assertThat(printed()).isEqualTo("done\na -1 +- 2\n");
    }
}
