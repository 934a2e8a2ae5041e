package io.github.sasblock.examples.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.examples.problem.InvalidInputException;
import org.junit.jupiter.api.Test;

class Gpt2TokenizerTest extends TokenizerContract {

    private static final Tokenizer TOKENIZER = new Gpt2Tokenizer();

    @Override
    Tokenizer tokenizer() {
        return TOKENIZER;
    }

    @Override
    boolean lossless() {
        return true;
    }

    @Test
    void encodesAsGpt2() {
        assertThat(TOKENIZER.encode("Hello, world!").ids()).containsExactly(15496, 11, 995, 0);
        assertThat(TOKENIZER.encode("Hello, world!").byteLengths()).containsExactly(5, 1, 6, 1);
    }

    @Test
    void takesASpelledEndOfTextForOrdinaryText() {
        assertThat(TOKENIZER.encode("<|endoftext|>").ids()).hasSizeGreaterThan(1);
    }

    @Test
    void cutsBeforeWhiteSpaceThatFollowsAVisibleCharacter() {
        assertThat(TOKENIZER.cut("one two  three", 1)).isEqualTo(3);
        assertThat(TOKENIZER.cut("one two  three", 4)).isEqualTo(7);
        assertThat(TOKENIZER.cut("one two  three", 8)).isEqualTo(14);
        assertThat(TOKENIZER.cut("é\n\u00a0 \n.\n", 1)).isEqualTo(6);
    }

    @Test
    void refusesAWordForWhichMemoryWouldNotSuffice() {
        String longest = "a".repeat(1 << 19);
        assertThat(TOKENIZER.encode("1" + longest + " " + longest).ids()).isNotEmpty();
        assertThatThrownBy(() -> TOKENIZER.encode("one " + longest + "a"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "has a word of more than 524288 characters, from character 5 on, which"
                                + " GPT-2's encoding takes too much memory for; leave the document"
                                + " out, or use --tokenizer bytes");
    }

    @Test
    void hasGpt2sVocabulary() {
        assertThat(TOKENIZER.vocabularySize()).isEqualTo(50257);
        assertThat(TOKENIZER.endOfText()).isEqualTo(50256);
    }
}
