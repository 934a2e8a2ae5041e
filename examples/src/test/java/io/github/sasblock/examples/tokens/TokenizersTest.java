package io.github.sasblock.examples.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizersTest {

    @TempDir Path folder;

    @Test
    void knowsTokenizersByName() {
        assertThat(Tokenizers.of("bytes").id()).isEqualTo("bytes");
        assertThat(Tokenizers.of("gpt2").id()).isEqualTo("gpt2");
    }

    @Test
    void opensATokenizerFileOrItsFolder() throws IOException {
        Path file = TinyTokenizerFiles.words(folder.resolve("tokenizer.json"), "</s>", "the");
        try (Tokenizer ofFile = Tokenizers.of(file.toString());
                Tokenizer ofFolder = Tokenizers.of(folder.toString())) {
            assertThat(ofFile.id()).startsWith("huggingface:").isEqualTo(ofFolder.id());
        }
    }

    @ParameterizedTest
    @CsvSource({"byte, bytes", "GPT-2, gpt2"})
    void suggestsTheNearestName(String spec, String nearest) {
        assertThatThrownBy(() -> Tokenizers.of(spec))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "tokenizer = "
                                + spec
                                + ": expected bytes, gpt2 or the path of a tokenizer.json; did you"
                                + " mean "
                                + nearest
                                + "?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sentencepiece", "", "a\0b"})
    void tellsWhatIsValid(String spec) {
        assertThatThrownBy(() -> Tokenizers.of(spec))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageEndingWith(": expected bytes, gpt2 or the path of a tokenizer.json");
    }

    @Test
    void namesAMissingFile() {
        Path missing = folder.resolve("tokenizer.json");
        assertThatThrownBy(() -> Tokenizers.of(missing.toString()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(missing + ": there is no such tokenizer file");
    }
}
