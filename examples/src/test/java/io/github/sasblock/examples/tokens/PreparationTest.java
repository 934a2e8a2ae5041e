package io.github.sasblock.examples.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.progress.Progress;
import io.github.sasblock.examples.storage.StorageException;
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
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which documents become tokens, and that an interruption changes nothing. */
class PreparationTest {

    private static final ByteTokenizer BYTES = new ByteTokenizer();
    private static final int END = 256;
    private static final int SHARD = 100_000;

    @TempDir Path folder;

    @Test
    void dropsDocumentsThatEqualOneBefore() throws IOException {
        FixedText text = FixedText.of("one", "two", "one", "", "", "two ", "two");
        try (TokenSequence tokens = prepare(text, true, 0).tokens()) {
            assertThat(decoded(tokens)).containsExactly("one", "two", "two ");
            assertThat(tokens.reports().get(0))
                    .returns(7L, PreparationReport::documents)
                    .returns(2L, PreparationReport::duplicates)
                    .returns(2L, PreparationReport::empty)
                    .returns(false, PreparationReport::comparedPartly);
        }
    }

    @Test
    void keepsDuplicatesWhenTold() throws IOException {
        try (TokenSequence tokens = prepare(FixedText.of("a", "a"), false, 0).tokens()) {
            assertThat(decoded(tokens)).containsExactly("a", "a");
        }
    }

    @Test
    void holdsOutDocumentsByTheirContentWhateverTheirOrder() throws IOException {
        List<String> texts = IntStream.range(0, 400).mapToObj(i -> "document " + i).toList();
        Preparation there = prepare(FixedText.of(texts.toArray(String[]::new)), true, 0.1);
        List<String> train = decoded(there.tokens());
        List<String> heldOut = decoded(there.heldOut().orElseThrow());
        assertThat(heldOut).hasSizeBetween(20, 60).doesNotContainAnyElementsOf(train);
        assertThat(train.size() + heldOut.size()).isEqualTo(400);
        assertThat(there.tokens().reports().get(0).heldOut()).isEqualTo(heldOut.size());

        List<String> reversed = new ArrayList<>(texts);
        java.util.Collections.reverse(reversed);
        Preparation back = prepare(FixedText.of(reversed.toArray(String[]::new)), true, 0.1);
        assertThat(decoded(back.heldOut().orElseThrow())).hasSameElementsAs(heldOut);
    }

    @Test
    void reusesHeldOutTokensToo() throws IOException {
        FixedText text = numbered(100);
        prepare(text, true, 0.2);
        assertThat(prepare(text, true, 0.2).outcome()).isEqualTo(Preparation.Outcome.REUSED);
        assertThat(prepare(text, true, 0.3))
                .returns(Preparation.Outcome.WRITTEN, Preparation::outcome)
                .returns(
                        "the tokens there are of other documents: without duplicates, 0.2 held out",
                        Preparation::reason);
    }

    @Test
    void tellsWhenNoDocumentIsHeldOut() {
        assertThatThrownBy(() -> prepare(FixedText.of("a", "b"), true, 1e-9))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "fixed text: of its 2 documents none is held out at a share of 1.0E-9;"
                                + " choose a larger share, or give validation text");
    }

    @ParameterizedTest
    @CsvSource({
        "0, false, 0",
        "1, false, 0",
        "17, false, 0",
        "59, true, 0",
        "60, true, 0.3",
        "31, true, 0.3"
    })
    void goesOnAfterAnInterruptionAsIfThereHadBeenNone(
            int readBefore, boolean dropDuplicates, double heldOut) throws IOException {
        List<Document> documents = new ArrayList<>();
        Random random = new Random(3);
        for (int i = 0; i < 60; i++) {
            String text = "x".repeat(random.nextInt(100_000)) + i % 50;
            documents.add(new Document(i % 7 == 0 ? "" : text, "d" + i));
        }
        PreparationOptions options = new PreparationOptions(true, dropDuplicates, heldOut);
        Path whole = folder.resolve("whole");
        prepare(new Failing(documents, 1000), whole, options, SHARD);

        Path interrupted = folder.resolve("interrupted");
        assertThatThrownBy(
                        () ->
                                prepare(
                                        new Failing(documents, readBefore),
                                        interrupted,
                                        options,
                                        SHARD))
                .hasRootCauseMessage("power failure");
        assertThat(interrupted.resolve("index.json")).doesNotExist();
        Map<String, Object> finished = files(interrupted, true);
        Preparation again = prepare(new Failing(documents, 1000), interrupted, options, SHARD);

        assertThat(again.continued())
                .isEqualTo(
                        (int) finished.keySet().stream().filter(n -> n.endsWith(".bin")).count());
        assertThat(readBefore < 50 || again.continued() > 2).isTrue();
        assertThat(files(interrupted, true)).containsAllEntriesOf(withoutProgress(finished));
        assertThat(files(interrupted, false)).isEqualTo(files(whole, false));
    }

    private static Map<String, Object> withoutProgress(Map<String, Object> files) {
        Map<String, Object> others = new TreeMap<>(files);
        others.keySet().removeIf(name -> name.endsWith(".json"));
        return others;
    }

    /** The files' contents, or when they were written. */
    private static Map<String, Object> files(Path where, boolean times) throws IOException {
        Map<String, Object> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(where)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                found.put(
                        where.relativize(file).toString(),
                        times
                                ? Files.getLastModifiedTime(file)
                                : Arrays.toString(Files.readAllBytes(file)));
            }
        }
        return found;
    }

    @Test
    void writesFinishedFilesAnewFromTheFirstThatIsDamaged() throws IOException {
        List<Document> documents =
                numbered(60).documents().stream()
                        .map(d -> new Document(d.text() + "x".repeat(70_000), d.origin()))
                        .toList();
        PreparationOptions options = PreparationOptions.everything(true);
        assertThatThrownBy(() -> prepare(new Failing(documents, 60), folder, options, SHARD))
                .hasRootCauseMessage("power failure");
        Path second;
        try (Stream<Path> files = Files.list(folder)) {
            second = files.filter(f -> f.toString().endsWith("00001.bin")).findAny().orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(second);
        bytes[bytes.length - 1] ^= 1;
        Files.write(second, bytes);
        Preparation again = prepare(new Failing(documents, 1000), folder, options, SHARD);
        assertThat(again.continued()).isEqualTo(1);
        assertThat(decoded(again.tokens()))
                .isEqualTo(documents.stream().map(Document::text).toList());
    }

    @Test
    void tellsThatTheDiskIsFullAndWhatIsKept() {
        TextSource full =
                new Delegating(numbered(1)) {
                    @Override
                    public void forEach(DocumentConsumer consumer, ReadingListener listener)
                            throws IOException {
                        throw new IOException("No space left on device");
                    }
                };
        PreparationOptions options = PreparationOptions.everything(false);
        assertThatThrownBy(() -> prepare(full, folder, options, 100))
                .isInstanceOf(StorageException.class)
                .hasMessageStartingWith(
                        "the tokens of fixed text were not written; when prepared again, the files"
                                + " that are finished are kept: the disk of "
                                + folder
                                + " is full");
        assertThat(folder.resolve(ShardIndex.FILE)).doesNotExist();
    }

    @Test
    void refusesTextThatChangesWhileItIsRead() throws IOException {
        Path file = Files.writeString(folder.resolve("a.txt"), "one");
        TextFiles files = TextFiles.of(file);
        TextSource growing =
                new Delegating(files) {
                    @Override
                    public void forEach(DocumentConsumer consumer, ReadingListener listener)
                            throws IOException {
                        files.forEach(consumer, listener);
                        Files.writeString(file, "one and more");
                    }
                };
        Path cache = folder.resolve("cache");
        assertThatThrownBy(() -> prepare(growing, cache, PreparationOptions.everything(false), 100))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        file
                                + ": a file changed while it was read; prepare again once it is"
                                + " complete");
        try (Stream<Path> left = Files.list(cache)) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactly("prepare.lock");
        }
    }

    @Test
    void countsMixedLineEndsAndKeepsThem() throws IOException {
        FixedText text = FixedText.of("a\r\nb\nc", "a\r\nb\r\n", "a\nb");
        try (TokenSequence tokens = prepare(text, true, 0).tokens()) {
            assertThat(decoded(tokens)).containsExactly("a\r\nb\nc", "a\r\nb\r\n", "a\nb");
            assertThat(tokens.reports().get(0))
                    .returns(1L, PreparationReport::mixedLineEnds)
                    .returns("fixed:1", PreparationReport::mixedLineEndsExample);
        }
    }

    @Test
    void countsDocumentsInPartsAndNeverHoldsThemOut() throws IOException {
        List<Document> documents =
                List.of(
                        new Document("be", "a", true),
                        new Document("gin", "a"),
                        new Document("b", "b"));
        PreparationOptions options = new PreparationOptions(true, true, 0.999999);
        Preparation preparation = prepare(new FixedText("parts", documents), folder, options, 100);
        assertThat(decoded(preparation.tokens())).containsExactly("begin");
        assertThat(preparation.tokens().reports().get(0).inParts()).isEqualTo(1);
    }

    @Test
    void keepsTheOrderOfManyDocumentsOfVeryDifferentLength() throws IOException {
        Random random = new Random(5);
        String[] texts = new String[300];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = i + " " + "line\n".repeat(random.nextInt(1 << random.nextInt(14)));
        }
        try (TokenSequence tokens = prepare(FixedText.of(texts), false, 0).tokens()) {
            assertThat(decoded(tokens)).containsExactly(texts);
        }
    }

    @Test
    void countsDocumentsThatAreInOtherTokensToo() throws IOException {
        Preparation train = prepare(FixedText.of("a", "b", "c", "b"), false, 0);
        Path other = folder.resolve("other");
        Preparation scored =
                prepare(FixedText.of("b", "d"), other, PreparationOptions.everything(true), 100);
        assertThat(train.tokens().sharedDocuments(scored.tokens())).isEqualTo(2);
        assertThat(scored.tokens().sharedDocuments(train.tokens())).isEqualTo(1);
    }

    @Test
    void remembersDocumentsUpToItsLimit() {
        SeenDocuments seen = new SeenDocuments(1000);
        Random random = new Random(1);
        long[] hashes = random.longs(5000).map(hash -> hash == 0 ? 1 : hash).toArray();
        for (long hash : hashes) {
            assertThat(seen.add(hash)).isTrue();
        }
        assertThat(seen.size()).isEqualTo(1000);
        assertThat(Arrays.stream(hashes).limit(1000)).noneMatch(seen::add);
        assertThat(Arrays.stream(hashes).skip(1000)).allMatch(seen::add);
    }

    private static FixedText numbered(int count) {
        return FixedText.of(
                IntStream.range(0, count).mapToObj(i -> "text " + i).toArray(String[]::new));
    }

    private Preparation prepare(TextSource text, boolean dropDuplicates, double heldOut)
            throws IOException {
        return prepare(
                text, folder, new PreparationOptions(true, dropDuplicates, heldOut), 1 << 20);
    }

    private static Preparation prepare(
            TextSource text, Path where, PreparationOptions options, int shardTokens)
            throws IOException {
        return TokenShards.prepare(text, BYTES, where, options, Progress.NONE, shardTokens, 1);
    }

    private static List<String> decoded(TokenSequence tokens) {
        int[] ids = new int[(int) tokens.size()];
        tokens.read(0, ids);
        List<String> texts = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == END) {
                texts.add(BYTES.decode(Arrays.copyOfRange(ids, from, i)));
                from = i + 1;
            }
        }
        assertThat(from).as("every document ends").isEqualTo(ids.length);
        return texts;
    }

    /** Documents of which reading fails after some. */
    private record Failing(List<Document> documents, int readable) implements TextSource {

        @Override
        public String describe() {
            return "failing";
        }

        @Override
        public String fingerprint() {
            return "failing";
        }

        @Override
        public long approximateBytes() {
            return -1;
        }

        @Override
        public void forEach(DocumentConsumer consumer, ReadingListener listener)
                throws IOException {
            for (int i = 0; i < documents.size(); i++) {
                if (i == readable) {
                    throw new IOException("power failure");
                }
                consumer.accept(documents.get(i));
            }
            if (readable == documents.size()) {
                throw new IOException("power failure");
            }
        }
    }

    /** A source that can be changed in a test. */
    private abstract static class Delegating implements TextSource {

        private final TextSource source;

        Delegating(TextSource source) {
            this.source = source;
        }

        @Override
        public String describe() {
            return source.describe();
        }

        @Override
        public String fingerprint() throws IOException {
            return source.fingerprint();
        }

        @Override
        public long approximateBytes() throws IOException {
            return source.approximateBytes();
        }
    }
}
