package io.github.sasblock.examples.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PlainTextTest {

    private static final String FILE = "a.txt";

    @Test
    void splitsALongTextBeforeALineEndThatFollowsText() throws IOException {
        assertThat(parts("one\n\ntwo\n\nthree\n", 12))
                .containsExactly(
                        new Document("one\n\ntwo", "a.txt", true),
                        new Document("\n\nthree\n", "a.txt"));
    }

    @Test
    void splitsALongLineBetweenCharacters() throws IOException {
        assertThat(parts("éééé😀", 5)).extracting(Document::text).containsExactly("éé", "éé", "😀");
    }

    @Property(tries = 300)
    void losesNothing(@ForAll String text, @ForAll @IntRange(min = 5, max = 20) int partBytes)
            throws IOException {
        String wellFormed = new String(text.getBytes(UTF_8), UTF_8);
        String expected = wellFormed.startsWith("\uFEFF") ? wellFormed.substring(1) : wellFormed;
        List<Document> parts = parts(wellFormed, partBytes);
        assertThat(parts.stream().map(Document::text).collect(Collectors.joining()))
                .isEqualTo(expected);
        assertThat(parts.subList(0, parts.size() - 1)).allMatch(Document::continues);
        assertThat(parts.get(parts.size() - 1).continues()).isFalse();
    }

    @Test
    void countsLinesAndBytesOverAllPartsInItsProblems() {
        byte[] text = "one\ntwo\nthr?e\n".getBytes(UTF_8);
        text[11] = (byte) 0xFF;
        assertThatThrownBy(
                        () ->
                                new PlainText(FILE, new ByteArrayInputStream(text), 6)
                                        .forEach(document -> {}))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("a.txt:3: not UTF-8: byte 0xFF at byte 11 of the text; expected UTF-8");
    }

    private static List<Document> parts(String text, int partBytes) throws IOException {
        List<Document> parts = new ArrayList<>();
        new PlainText(FILE, new ByteArrayInputStream(text.getBytes(UTF_8)), partBytes)
                .forEach(parts::add);
        return parts;
    }
}
