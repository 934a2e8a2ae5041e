package io.github.sasblock.examples.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ByteTokenizerTest extends TokenizerContract {

    private final Tokenizer tokenizer = new ByteTokenizer();

    @Override
    Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    boolean lossless() {
        return true;
    }

    @Test
    void encodesBytes() {
        assertThat(tokenizer.encode("aé").ids()).containsExactly('a', 0xC3, 0xA9);
        assertThat(tokenizer.vocabularySize()).isEqualTo(257);
        assertThat(tokenizer.endOfText()).isEqualTo(256);
    }

    @Test
    void cutsAnywhereButWithinACharacter() {
        assertThat(tokenizer.cut("a😀b", 1)).isEqualTo(1);
        assertThat(tokenizer.cut("a😀b", 2)).isEqualTo(3);
        assertThat(tokenizer.cut("a😀b", 9)).isEqualTo(4);
    }

    @Test
    void decodesHalfACharacterToAReplacement() {
        assertThat(tokenizer.decode(new int[] {'a', 0xC3})).isEqualTo("a\uFFFD");
    }
}
