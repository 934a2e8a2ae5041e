package io.github.sasblock.examples.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HuggingFaceTokenizerFileTest extends TokenizerContract {

    @TempDir static Path shared;
    private static Tokenizer byteLevel;

    @TempDir Path folder;

    @BeforeAll
    static void open() throws IOException {
        Path file = TinyTokenizerFiles.byteLevel(shared.resolve("tokenizer.json"));
        byteLevel = HuggingFaceTokenizerFile.open(file);
    }

    @AfterAll
    static void close() {
        byteLevel.close();
    }

    @Override
    Tokenizer tokenizer() {
        return byteLevel;
    }

    @Override
    boolean lossless() {
        return false; // a text that spells <|endoftext|> becomes that token
    }

    @Test
    void appliesMergesAndNeitherTruncationNorPaddingNorSpecialTokens() {
        Encoding encoding = byteLevel.encode("the theme is other");
        assertThat(encoding.ids())
                .containsExactly(257, ' ', 257, 'm', 'e', ' ', 'i', 's', ' ', 'o', 257, 'r');
        assertThat(byteLevel.decode(encoding.ids())).isEqualTo("the theme is other");
    }

    @Test
    void givesACharacterOfSeveralTokensToTheFirst() {
        assertThat(byteLevel.encode("a😀é").byteLengths()).containsExactly(1, 4, 0, 0, 0, 2, 0);
    }

    @Test
    void countsTheVocabularyToItsHighestId() {
        assertThat(byteLevel.vocabularySize()).isEqualTo(301);
        assertThat(byteLevel.endOfText()).isEqualTo(300);
    }

    @Test
    void givesCharactersOfNoTokenToANeighbour() throws IOException {
        try (Tokenizer words = words("</s>")) {
            Encoding encoding = words.encode(" \u2003the\n Énd  ");
            assertThat(encoding.ids()).containsExactly(2, 0);
            assertThat(encoding.byteLengths()).containsExactly(1 + 3 + 3, 2 + 4 + 2);
        }
    }

    @Test
    void hasNoTokenForATextThatTheTokenizerDrops() throws IOException {
        try (Tokenizer words = words("</s>")) {
            assertThat(words.encode("  \n").ids()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"<|endoftext|>", "</s>", "<eos>", "[SEP]"})
    void findsTheEndOfTextToken(String token) throws IOException {
        try (Tokenizer words = words(token)) {
            assertThat(words.endOfText()).isEqualTo(1);
        }
    }

    @Test
    void refusesAFileWithoutAnEndOfTextToken() {
        assertThatThrownBy(() -> words("<end>"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        folder.resolve("words.json")
                                + ": the tokenizer has no end-of-text token; expected one of"
                                + " <|endoftext|>, </s>, <eos>, [SEP]");
    }

    @Test
    void isIdentifiedByItsContent() throws IOException {
        Path copy = TinyTokenizerFiles.byteLevel(folder.resolve("copy.json"));
        try (Tokenizer same = HuggingFaceTokenizerFile.open(copy);
                Tokenizer other = words("</s>")) {
            assertThat(same.id()).isEqualTo(byteLevel.id()).matches("huggingface:[0-9a-f]{16}");
            assertThat(other.id()).isNotEqualTo(byteLevel.id());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "not json",
                "{}",
                "[]",
                "{\"model\": {\"type\": \"WordLevel\", \"vocab\": {\"</s>\": 0}}}",
                "{\"model\": {\"type\": \"Nonsense\", \"vocab\": {\"</s>\": 0}}}"
            })
    void refusesWhatIsNoTokenizer(String json) throws IOException {
        Path file = Files.writeString(folder.resolve("tokenizer.json"), json);
        assertThatThrownBy(() -> HuggingFaceTokenizerFile.open(file))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(file + ": is not a tokenizer.json of the Hugging Face");
    }

    private Tokenizer words(String endOfText) throws IOException {
        return HuggingFaceTokenizerFile.open(
                TinyTokenizerFiles.words(folder.resolve("words.json"), endOfText, "the", "end"));
    }
}
