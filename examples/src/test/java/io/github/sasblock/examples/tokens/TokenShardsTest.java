package io.github.sasblock.examples.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.progress.Progress;
import io.github.sasblock.examples.text.Document;
import io.github.sasblock.examples.text.DocumentConsumer;
import io.github.sasblock.examples.text.ReadingListener;
import io.github.sasblock.examples.text.TextFiles;
import io.github.sasblock.examples.text.TextSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenShardsTest {

    private static final int END = 256;
    private static final Tokenizer BYTES = new ByteTokenizer();

    @TempDir Path folder;

    @Test
    void writesEachDocumentFollowedByEndOfText() throws IOException {
        try (TokenSequence tokens = prepare(FixedText.of("ab", "", "é")).tokens()) {
            assertThat(all(tokens)).containsExactly('a', 'b', END, 0xC3, 0xA9, END);
            assertThat(tokens.documents()).isEqualTo(2);
            assertThat(tokens.emptyDocuments()).isEqualTo(1);
            assertThat(tokens.textBytes()).isEqualTo(4);
            assertThat(tokens.tokenizerId()).isEqualTo("bytes");
            assertThat(tokens.vocabularySize()).isEqualTo(257);
        }
    }

    @Test
    void joinsThePartsOfADocument() throws IOException {
        FixedText parts =
                new FixedText(
                        "parts",
                        List.of(
                                new Document("a", "x", true),
                                new Document("b", "x", true),
                                new Document("", "x", false),
                                new Document("", "y", true),
                                new Document("", "y", false),
                                new Document("c", "z")));
        try (TokenSequence tokens = prepare(parts).tokens()) {
            assertThat(all(tokens)).containsExactly('a', 'b', END, 'c', END);
            assertThat(tokens.documents()).isEqualTo(2);
            assertThat(tokens.emptyDocuments()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3", "5", "7", "100"})
    void readsAcrossShards(int shardTokens) throws IOException {
        String text = "the quick brown fox";
        try (TokenSequence tokens = prepare(FixedText.of(text, "x"), BYTES, true, shardTokens)) {
            int[] expected =
                    Stream.of(BYTES.encode(text).ids(), new int[] {END, 'x', END})
                            .flatMapToInt(Arrays::stream)
                            .toArray();
            assertThat(tokens.size()).isEqualTo(expected.length);
            for (int from = 0; from <= expected.length; from++) {
                for (int to = from; to <= expected.length; to++) {
                    int[] read = new int[to - from];
                    tokens.read(from, read);
                    assertThat(read).isEqualTo(Arrays.copyOfRange(expected, from, to));
                    long ends = Arrays.stream(read).filter(id -> id == END).count();
                    assertThat(tokens.textBytes(from, to)).isEqualTo(read.length - ends);
                }
            }
        }
        int shards = (22 + shardTokens - 1) / shardTokens;
        assertThat(fileNames().filter(name -> name.endsWith(".bin"))).hasSize(shards);
    }

    @Test
    void keepsGpt2sTokensInTwoBytesAndTheirByteLengths() throws IOException {
        Tokenizer gpt2 = new Gpt2Tokenizer();
        String text = "Hello, world! " + "-".repeat(200) + " 😀";
        try (TokenSequence tokens = prepare(FixedText.of(text), gpt2, true, 1000)) {
            int[] ids = gpt2.encode(text).ids();
            assertThat(Arrays.copyOf(all(tokens), ids.length)).isEqualTo(ids);
            assertThat(all(tokens)).endsWith(50256);
            assertThat(tokens.textBytes(0, tokens.size())).isEqualTo(tokens.textBytes());
            assertThat(tokens.textBytes(0, 1)).isEqualTo(5);
            assertThat(onlyShard()).hasSize(ShardHeader.BYTES + tokens.size() * 3);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "65536, 255, 65535, 3",
        "65537, 255, 65536, 5",
        "300, 256, 299, 4",
        "300, 65535, 299, 4",
        "300, 65536, 299, 6",
        "70000, 2147483647, 69999, 8"
    })
    void choosesWidthsThatHoldEveryTokenAndLength(
            int vocabulary, int longest, int highest, int width) throws IOException {
        Tokenizer tokenizer = new OneToken(vocabulary, longest, highest);
        try (TokenSequence tokens = prepare(FixedText.of("x"), tokenizer, true, 10)) {
            assertThat(all(tokens)).containsExactly(highest, 0);
            assertThat(tokens.textBytes(0, 1)).isEqualTo(longest);
            assertThat(onlyShard()).hasSize(ShardHeader.BYTES + 2L * width);
        }
    }

    @Test
    void refusesATokenThatTheTokenizerDidNotPromise() {
        Tokenizer tokenizer = new OneToken(300, 10, 300);
        assertThatThrownBy(() -> prepare(FixedText.of("x"), tokenizer, true, 10))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("gave token 300 for 10 bytes; it promised tokens less than");
    }

    @Test
    void doesNotTellByteLengthsThatWereNotKept() throws IOException {
        try (TokenSequence tokens = prepare(FixedText.of("ab"), BYTES, false, 10)) {
            assertThat(tokens.hasByteLengths()).isFalse();
            assertThat(tokens.textBytes()).isEqualTo(2);
            assertThatThrownBy(() -> tokens.textBytes(0, 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("without byte lengths");
        }
    }

    @Test
    void refusesToReadBeyondTheEndOrWhenClosed() throws IOException {
        TokenSequence tokens = prepare(FixedText.of("ab")).tokens();
        assertThatThrownBy(() -> tokens.read(2, new int[2]))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> tokens.textBytes(0, 4))
                .isInstanceOf(IndexOutOfBoundsException.class);
        tokens.close();
        assertThatThrownBy(() -> tokens.read(0, new int[1]))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void reusesTokensWhenNothingHasChanged() throws IOException {
        assertThat(prepare(FixedText.of("ab")))
                .returns(Preparation.Outcome.WRITTEN, Preparation::outcome)
                .returns("no tokens were there", Preparation::reason);
        Preparation again =
                TokenShards.prepare(
                        new FixedText("ab", List.of(new Document("not read", "x"))),
                        BYTES,
                        folder,
                        false,
                        Progress.NONE);
        assertThat(again)
                .returns(Preparation.Outcome.REUSED, Preparation::outcome)
                .returns("nothing has changed", Preparation::reason);
        assertThat(all(again.tokens())).containsExactly('a', 'b', END);
    }

    @Test
    void writesTokensAnewWhenTheTextHasChanged() throws IOException {
        Path file = Files.writeString(folder.resolve("a.txt"), "one");
        Path cache = folder.resolve("cache");
        for (String text : List.of("one", "other")) {
            Files.writeString(file, text);
            Preparation preparation =
                    TokenShards.prepare(TextFiles.of(file), BYTES, cache, false, Progress.NONE);
            assertThat(preparation.outcome()).isEqualTo(Preparation.Outcome.WRITTEN);
            assertThat(preparation.tokens().textBytes()).isEqualTo(text.length());
        }
        try (Stream<Path> files = Files.list(cache)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .hasSize(4)
                    .contains("index.json", "prepare.lock");
        }
    }

    @Test
    void writesTokensAnewForAnotherTokenizer() throws IOException {
        prepare(FixedText.of("ab"));
        assertThat(
                        TokenShards.prepare(
                                FixedText.of("ab"),
                                new OneToken(300, 2, 7),
                                folder,
                                true,
                                Progress.NONE))
                .returns(Preparation.Outcome.WRITTEN, Preparation::outcome)
                .returns("the tokens there are of the tokenizer bytes", Preparation::reason);
    }

    @Test
    void writesTokensAnewForByteLengthsThatWereNotKept() throws IOException {
        prepare(FixedText.of("ab"), BYTES, false, 10).close();
        assertThat(prepare(FixedText.of("ab")))
                .returns(Preparation.Outcome.WRITTEN, Preparation::outcome)
                .returns("the tokens there are without byte lengths", Preparation::reason);
    }

    @Test
    void writesTokensAnewWhenAFileIsDamaged() throws IOException {
        prepare(FixedText.of("ab")).tokens().close();
        changeByte(onlyShard(), ShardHeader.BYTES);
        Preparation again = prepare(FixedText.of("ab"));
        assertThat(again.outcome()).isEqualTo(Preparation.Outcome.WRITTEN);
        assertThat(again.reason()).startsWith("the tokens there cannot be used: ");
        assertThat(all(again.tokens())).containsExactly('a', 'b', END);
    }

    @Test
    void leavesEarlierTokensUsableAndNoOthersWhenItIsInterrupted() throws IOException {
        prepare(FixedText.of("ab"), BYTES, true, 1).close();
        IOException interruption = new IOException("interrupted");
        assertThatThrownBy(() -> prepare(new InterruptedText(interruption), BYTES, true, 3))
                .cause()
                .isSameAs(interruption);
        try (TokenSequence tokens = TokenSequence.open(folder, BYTES)) {
            assertThat(all(tokens)).containsExactly('a', 'b', END);
        }
        assertThat(fileNames()).noneMatch(name -> name.endsWith(".tmp"));

        prepare(FixedText.of("new"), BYTES, true, 10).close();
        assertThat(fileNames().filter(name -> name.endsWith(".bin"))).hasSize(1);
    }

    @Test
    void neverTakesAnInterruptedPreparationForACompleteOne() {
        IOException interruption = new IOException("interrupted");
        assertThatThrownBy(() -> prepare(new InterruptedText(interruption), BYTES, true, 3))
                .cause()
                .isSameAs(interruption);
        assertThatThrownBy(() -> TokenSequence.open(folder, BYTES))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        folder + ": holds no tokens that were prepared to the end (no index.json)");
    }

    @Test
    void refusesASourceWithoutText() {
        assertThatThrownBy(() -> prepare(FixedText.of("", "")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("fixed text: has no text");
        assertThat(folder.resolve("index.json")).doesNotExist();
    }

    @Test
    void refusesAFileForAFolder() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(
                        () ->
                                TokenShards.prepare(
                                        FixedText.of("a"), BYTES, file, false, Progress.NONE))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(file + ": expected a folder");
    }

    @Test
    void tellsItsProgress() throws IOException {
        List<String> told = new ArrayList<>();
        Progress progress =
                (name, total, unit) -> {
                    told.add(name + " of " + total + " " + unit);
                    return done -> told.add("at " + done);
                };
        TokenShards.prepare(FixedText.of("ab", "cde"), BYTES, folder, false, progress)
                .tokens()
                .close();
        assertThat(told).containsExactly("Tokenising fixed text of 5 BYTES", "at 2", "at 5");
    }

    @Test
    void writesOnceForSeveralThatPrepareTheSameFolder() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        AtomicInteger written = new AtomicInteger();
        Callable<long[]> task =
                () -> {
                    Preparation preparation = prepare(FixedText.of("ab", "cde"));
                    if (preparation.outcome() == Preparation.Outcome.WRITTEN) {
                        written.incrementAndGet();
                    }
                    return new long[] {preparation.tokens().size()};
                };
        try {
            for (Future<long[]> future : threads.invokeAll(List.of(task, task, task, task))) {
                assertThat(future.get()).containsExactly(7);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(written).hasValue(1);
    }

    private Preparation prepare(TextSource text) throws IOException {
        return TokenShards.prepare(text, BYTES, folder, true, Progress.NONE);
    }

    private TokenSequence prepare(
            TextSource text, Tokenizer tokenizer, boolean withByteLengths, int shardTokens)
            throws IOException {
        return TokenShards.prepare(
                        text,
                        tokenizer,
                        folder,
                        PreparationOptions.everything(withByteLengths),
                        Progress.NONE,
                        shardTokens,
                        2)
                .tokens();
    }

    private static int[] all(TokenSequence tokens) {
        int[] ids = new int[(int) tokens.size()];
        tokens.read(0, ids);
        return ids;
    }

    private Stream<String> fileNames() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList().stream();
        }
    }

    private Path onlyShard() throws IOException {
        return folder.resolve(
                fileNames().filter(name -> name.endsWith(".bin")).findFirst().orElseThrow());
    }

    private static void changeByte(Path file, int offset) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[offset] ^= 1;
        Files.write(file, bytes);
    }

    /** Documents, and then a failure. */
    private record InterruptedText(IOException interruption) implements TextSource {

        @Override
        public String describe() {
            return "interrupted text";
        }

        @Override
        public String fingerprint() {
            return "interrupted";
        }

        @Override
        public void forEach(DocumentConsumer consumer, ReadingListener listener)
                throws IOException {
            FixedText.of("cdefgh", "ijk").forEach(consumer, listener);
            throw interruption;
        }

        @Override
        public long approximateBytes() {
            return -1;
        }
    }

    /** Encodes every text as one token of a given byte length, whatever the text. */
    private record OneToken(int vocabularySize, int longestTokenBytes, int token)
            implements Tokenizer {

        @Override
        public String id() {
            return "one:" + token;
        }

        @Override
        public int endOfText() {
            return 0;
        }

        @Override
        public Encoding encode(String text) {
            return new Encoding(new int[] {token}, new int[] {longestTokenBytes});
        }

        @Override
        public String decode(int[] ids) {
            throw new UnsupportedOperationException();
        }
    }
}
