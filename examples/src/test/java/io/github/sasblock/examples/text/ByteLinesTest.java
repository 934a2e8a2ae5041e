package io.github.sasblock.examples.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class ByteLinesTest {

    @Property(tries = 300)
    void findsTheLinesAndTheirOffsets(
            @ForAll List<@StringLength(max = 40) @AlphaChars String> lines) throws IOException {
        String text = String.join("\n", lines);
        List<String> found = new ArrayList<>();
        ByteLines reader = lines(text, 1 << 20);
        while (reader.next()) {
            String line =
                    new String(
                            reader.buffer(), reader.start(), reader.end() - reader.start(), UTF_8);
            found.add(line);
            assertThat(text.substring((int) reader.offset())).startsWith(line);
            assertThat(reader.number()).isEqualTo(found.size());
        }
        assertThat(found).isEqualTo(text.lines().toList());
    }

    @Test
    void refusesALineLongerThanTheLimit() {
        assertThatThrownBy(
                        () -> {
                            ByteLines reader = lines("short\n" + "x".repeat(100), 64);
                            while (reader.next()) {
                                assertThat(reader.number()).isEqualTo(1);
                            }
                        })
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "a.jsonl:2: the line is longer than 64 bytes, the most that the Java heap"
                                + " has room for; expected one JSON object a line, or a larger"
                                + " heap: SAS_JAVA_OPTS=-Xmx4g");
    }

    @Test
    void allowsLinesThatFitTheHeapWithAllThatIsMadeOfThem() {
        assertThat(ByteLines.longestLine(512L << 20)).isEqualTo(32 << 20);
        assertThat(ByteLines.longestLine(1L << 40)).isEqualTo(1 << 30);
    }

    private static ByteLines lines(String text, int longestLine) {
        return new ByteLines(
                "a.jsonl", new ByteArrayInputStream(text.getBytes(UTF_8)), 8, longestLine);
    }
}
