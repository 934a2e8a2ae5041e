package io.github.sasblock.examples.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenSequenceTest {

    private static final int VERSION_OFFSET = 8;

    @TempDir Path folder;

    @BeforeEach
    void prepareFiveBytes() throws IOException {
        FixedText.of("abcde").tokens(folder).close();
    }

    @Test
    void opensWhatWasPrepared() throws IOException {
        try (TokenSequence tokens = TokenSequence.open(folder, new ByteTokenizer())) {
            assertThat(tokens.size()).isEqualTo(6);
        }
    }

    @Test
    void namesBothTokenizersAndWhatToDo() {
        assertThatThrownBy(() -> TokenSequence.open(folder, new Gpt2Tokenizer()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        folder
                                + ": holds tokens of the tokenizer bytes (vocabulary 257), expected"
                                + " gpt2 (vocabulary 50257); use that tokenizer, or prepare the"
                                + " text again in another folder");
    }

    @Test
    void refusesAFileOfAnotherKind() throws IOException {
        change(shard(), 0);
        assertProblem().hasMessage(shard() + ": is not a file of tokens (wrong magic)");
    }

    @Test
    void refusesAnotherFormatVersion() throws IOException {
        change(shard(), VERSION_OFFSET);
        assertProblem().hasMessage(shard() + ": tokens of format version 3, expected 2");
        changeIndex(json -> json.replace("\"formatVersion\" : 2", "\"formatVersion\" : 3"));
        assertProblem()
                .hasMessage(
                        folder.resolve("index.json") + ": tokens of format version 3, expected 2");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1})
    void refusesAFileThatIsShorterOrLonger(int change) throws IOException {
        Path file = shard();
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length + change));
        assertProblem()
                .hasMessage(
                        file
                                + ": has "
                                + (bytes.length + change)
                                + " bytes, expected "
                                + bytes.length
                                + " for its 6 tokens; the file is cut off or damaged, so the text"
                                + " must be prepared again");
    }

    @Test
    void refusesAFileThatEndsInItsHeader() throws IOException {
        Files.write(shard(), Arrays.copyOf(Files.readAllBytes(shard()), 20));
        assertProblem().hasMessage(shard() + ": is not a file of tokens (wrong magic)");
    }

    @Test
    void refusesACountOtherThanTheIndexHas() throws IOException {
        change(shard(), 24);
        assertProblem()
                .hasMessage(
                        shard()
                                + ": has 7 tokens in 149 bytes by its header, expected 6 in 146 by"
                                + " the index");
    }

    @ParameterizedTest
    @CsvSource({
        "12, tokens of 3 bytes",
        "16, byte lengths of",
        "28, tokens",
        "31, tokens",
        "50, tokenizer id of"
    })
    void refusesADamagedHeader(int offset, String what) throws IOException {
        change(shard(), offset);
        if (offset == 16) {
            changeTo(shard(), offset, (byte) 3);
        }
        assertProblem().hasMessageContaining("the header is damaged").hasMessageContaining(what);
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 52})
    void refusesAShardOfAnotherPreparation(int offset) throws IOException {
        change(shard(), offset);
        assertProblem().hasMessageStartingWith(shard() + ": is of another preparation");
    }

    @ParameterizedTest
    @ValueSource(ints = {ShardHeader.BYTES, ShardHeader.BYTES + 12})
    void refusesDamagedTokensAndDamagedByteLengths(int offset) throws IOException {
        change(shard(), offset);
        assertProblem().hasMessageStartingWith(shard() + ": has the CRC-32C ");
    }

    @Test
    void refusesAMissingFile() throws IOException {
        Path file = shard();
        Files.delete(file);
        assertProblem()
                .hasMessage(
                        file
                                + ": the file of tokens is missing, so the text must be prepared"
                                + " again");
    }

    @Test
    void refusesAFolderWithoutTokens() throws IOException {
        Files.delete(folder.resolve("index.json"));
        assertProblem().hasMessageContaining("no index.json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"formatVersion\": 2}", "{\"formatVersion\": 2, \"shards\": 3}"})
    void refusesABrokenIndex(String json) throws IOException {
        Files.writeString(folder.resolve("index.json"), json);
        assertProblem()
                .hasMessageStartingWith(folder.resolve("index.json") + ": is not an index of")
                .hasMessageNotContaining("\n");
    }

    @Test
    void refusesAnIndexThatNamesAForeignFile() throws IOException {
        changeIndex(json -> json.replaceAll("tokens-[^\"]*", "../secret.bin"));
        assertProblem().hasMessageContaining("names a file that is no shard: ../secret.bin");
    }

    private AbstractThrowableAssert<?, ?> assertProblem() {
        return assertThatThrownBy(() -> TokenSequence.open(folder, new ByteTokenizer()))
                .isInstanceOf(InvalidInputException.class);
    }

    private Path shard() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".bin")).findFirst().orElseThrow();
        }
    }

    private static void change(Path file, int offset) throws IOException {
        changeTo(file, offset, (byte) (Files.readAllBytes(file)[offset] ^ 1));
    }

    private static void changeTo(Path file, int offset, byte value) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[offset] = value;
        Files.write(file, bytes);
    }

    private void changeIndex(UnaryOperator<String> change) throws IOException {
        Path index = folder.resolve("index.json");
        Files.writeString(index, change.apply(Files.readString(index)));
    }
}
