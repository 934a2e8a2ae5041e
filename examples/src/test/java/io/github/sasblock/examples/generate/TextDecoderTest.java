package io.github.sasblock.examples.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sasblock.examples.tokens.ByteTokenizer;
import io.github.sasblock.examples.tokens.Gpt2Tokenizer;
import io.github.sasblock.examples.tokens.Tokenizer;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TextDecoderTest {

    private static final Tokenizer BYTES = new ByteTokenizer();
    private static final Tokenizer GPT2 = new Gpt2Tokenizer();
    private static final int[] NOTHING = {};

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of("a", " b", "é", "ß", "€", "中", "𝄞", "👩‍💻", "\n", "\uFFFD")
                .list()
                .ofMaxSize(60)
                .map(parts -> String.join("", parts));
    }

    @Property(tries = 100)
    void showsWholeCharactersAloneAndAllOfThem(@ForAll("texts") String text) {
        for (Tokenizer tokenizer : new Tokenizer[] {BYTES, GPT2}) {
            TextDecoder decoder = new TextDecoder(tokenizer, NOTHING);
            StringBuilder shown = new StringBuilder();
            for (int token : tokenizer.encode(text).ids()) {
                shown.append(decoder.accept(token));
                assertThat(text).startsWith(shown);
            }
            assertThat(shown.append(decoder.end()).toString()).isEqualTo(text);
        }
    }

    @Property(tries = 200)
    void bytesThatAreNoTextBecomeReplacementsAsInOneDecoding(
            @ForAll @Size(max = 100) List<@IntRange(max = 255) Integer> bytes) {
        TextDecoder decoder = new TextDecoder(BYTES, NOTHING);
        StringBuilder shown = new StringBuilder();
        int[] tokens = bytes.stream().mapToInt(Integer::intValue).toArray();
        Arrays.stream(tokens).forEach(token -> shown.append(decoder.accept(token)));
        assertThat(shown.append(decoder.end()).toString()).isEqualTo(BYTES.decode(tokens));
    }

    @Test
    void continuesAPromptWithoutRepeatingIt() {
        TextDecoder decoder = new TextDecoder(GPT2, GPT2.encode("It was a dark and").ids());
        StringBuilder shown = new StringBuilder();
        for (int token : GPT2.encode(" stormy night").ids()) {
            shown.append(decoder.accept(token));
        }
        assertThat(shown.toString()).isEqualTo(" stormy night");
    }

    @Test
    void aCharacterCutOffAtTheEndBecomesAReplacement() {
        TextDecoder decoder = new TextDecoder(BYTES, NOTHING);
        assertThat(decoder.accept(0xE2)).isEmpty();
        assertThat(decoder.accept(0x82)).isEmpty();
        assertThat(decoder.end()).isEqualTo("\uFFFD");
        assertThat(decoder.end()).isEmpty();
    }
}
