package io.github.sasblock.examples.tokens;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every tokenizer promises. */
abstract class TokenizerContract {

    private static final String[] PIECES = {
        "the",
        "The",
        " ",
        "  ",
        "\n",
        "\r\n",
        "\t",
        "é",
        "ﬁ",
        "e\u0301",
        "€",
        "😀",
        "👩‍👩‍👧",
        "中文",
        "\u00a0",
        "\u0000",
        "\uFFFD",
        "12",
        ".",
        "don't",
        "<|endoftext|>",
        "\\frac{1}{2}",
        "\u2028"
    };

    abstract Tokenizer tokenizer();

    /** Whether decoding gives back the very text. */
    abstract boolean lossless();

    @ParameterizedTest
    @ValueSource(strings = {"the end", "", " ", "é", "😀", "a\u0000b", "\uFFFD", "the\r\n\n  the "})
    void coversEveryByteOfTheText(String text) {
        assertCovers(text);
    }

    @Test
    void coversEveryByteOfRandomTexts() {
        Random random = new Random(7);
        for (int i = 0; i < 500; i++) {
            assertCovers(randomText(random, 0.5));
        }
    }

    /** A text of known pieces, of which a share is characters by chance. */
    private static String randomText(Random random, double byChance) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(30); n > 0; n--) {
            text.append(
                    random.nextDouble() < byChance
                            ? Character.toString(randomCodePoint(random))
                            : PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }

    private static int randomCodePoint(Random random) {
        int codePoint = random.nextInt(1 << (7 + random.nextInt(14)));
        boolean surrogate = codePoint >= 0xD800 && codePoint < 0xE000;
        return surrogate ? 'x' : codePoint;
    }

    private void assertCovers(String text) {
        Encoding encoding = tokenizer().encode(text);
        int covered = Arrays.stream(encoding.byteLengths()).sum();
        int expected = encoding.ids().length == 0 ? 0 : text.getBytes(UTF_8).length;
        assertThat(covered).as("bytes of %s", text).isEqualTo(expected);
        assertThat(Arrays.stream(encoding.byteLengths()))
                .allMatch(length -> length >= 0 && length <= tokenizer().longestTokenBytes());
        assertThat(Arrays.stream(encoding.ids()))
                .allMatch(id -> id >= 0 && id < tokenizer().vocabularySize());
        if (lossless()) {
            assertThat(tokenizer().decode(encoding.ids())).isEqualTo(text);
        }
    }

    @Test
    void cutsWhereTheTokensOfBothSidesAreThoseOfTheWhole() {
        Random random = new Random(11);
        for (int i = 0; i < 1000; i++) {
            String text = randomText(random, 0.1);
            int[] whole = tokenizer().encode(text).ids();
            int cut = tokenizer().cut(text, 1);
            while (cut < text.length()) {
                assertThat(cut).isPositive();
                IntStream before = Arrays.stream(tokenizer().encode(text.substring(0, cut)).ids());
                IntStream after = Arrays.stream(tokenizer().encode(text.substring(cut)).ids());
                assertThat(IntStream.concat(before, after).toArray())
                        .as("%s, cut at %d", text, cut)
                        .isEqualTo(whole);
                cut = tokenizer().cut(text, cut + 1);
            }
            assertThat(cut).isEqualTo(text.length());
        }
    }

    @Test
    void encodesALongTextWhole() {
        String text = "the end of the 😀 story. ".repeat(5000);
        assertCovers(text);
        assertThat(tokenizer().encode(text).ids()).hasSizeGreaterThan(15_000);
    }

    @Test
    void decodesEndOfTextToNothing() {
        assertThat(tokenizer().decode(new int[] {tokenizer().endOfText()})).isEmpty();
        assertThat(tokenizer().endOfText()).isBetween(0, tokenizer().vocabularySize() - 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MAX_VALUE})
    void refusesToDecodeWhatIsNoToken(int id) {
        assertThatThrownBy(() -> tokenizer().decode(new int[] {0, id}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("token " + id + " at index 1: the tokenizer ")
                .hasMessageEndingWith(" to " + (tokenizer().vocabularySize() - 1));
    }

    @Test
    void refusesAnUnpairedSurrogate() {
        assertThatThrownBy(() -> tokenizer().encode("ab\uD83D"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("unpaired surrogate (U+D83D) at character 3");
    }

    @Test
    void encodesTheSameFromSeveralThreads() {
        String text = "the end of the story. ".repeat(200);
        int[] expected = tokenizer().encode(text).ids();
        assertThat(IntStream.range(0, 50).parallel().mapToObj(i -> tokenizer().encode(text).ids()))
                .allSatisfy(ids -> assertThat(ids).isEqualTo(expected));
    }
}
