package io.github.sasblock.examples.tokens;

import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.text.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.LongConsumer;

/**
 * The tokens of all documents of a source, one after the other, each document followed by
 * end-of-text. They lie in memory-mapped files; reading is safe from several threads.
 */
public final class TokenSequence implements AutoCloseable {

    private final List<Part> parts;
    private final long[] starts; // each shard's first token, and the number of all tokens
    private volatile List<Shard> shards;

    /** A folder of tokens and what stands in it. */
    private record Part(Path folder, ShardIndex index) {}

    TokenSequence(Path folder, ShardIndex index, List<? extends Shard> shards) {
        this(List.of(new Part(folder, index)), shards);
    }

    private TokenSequence(List<Part> parts, List<? extends Shard> shards) {
        this.parts = parts;
        this.shards = List.copyOf(shards);
        starts = new long[shards.size() + 1];
        for (int i = 0; i < shards.size(); i++) {
            starts[i + 1] = starts[i] + shards.get(i).tokens();
        }
    }

    /**
     * Opens tokens that {@link TokenShards#prepare} wrote, and checks every file from beginning to
     * end.
     *
     * @param folder the folder of the tokens
     * @param expected the tokenizer that they must be of
     * @return the tokens
     * @throws InvalidInputException if the folder has no complete tokens, if these are of another
     *     tokenizer or format version, or if a file is cut off or damaged
     * @throws IOException if reading fails
     */
    public static TokenSequence open(Path folder, Tokenizer expected) throws IOException {
        ShardIndex index = ShardIndex.read(folder);
        checkTokenizer(folder, index, expected);
        List<MappedShard> shards = new ArrayList<>();
        for (ShardIndex.Shard entry : index.shards()) {
            MappedShard shard = MappedShard.open(folder, entry);
            checkFormat(folder.resolve(entry.file()), index, shard.header().format());
            shards.add(shard);
        }
        return new TokenSequence(folder, index, shards);
    }

    /**
     * Joins sequences of one tokenizer, one after the other.
     *
     * @param sequences at least one; closing them does not close the result, nor the other way
     *     around
     * @return all their tokens
     * @throws IllegalArgumentException if they are of several tokenizers
     */
    public static TokenSequence joined(List<TokenSequence> sequences) {
        List<String> tokenizers =
                sequences.stream().map(TokenSequence::tokenizerId).distinct().toList();
        if (tokenizers.size() != 1) {
            throw new IllegalArgumentException(
                    "sequences of the tokenizers " + tokenizers + ": expected one tokenizer");
        }
        return new TokenSequence(
                sequences.stream().flatMap(sequence -> sequence.parts.stream()).toList(),
                sequences.stream().flatMap(sequence -> sequence.shards().stream()).toList());
    }

    private static void checkTokenizer(Path folder, ShardIndex index, Tokenizer expected) {
        if (!index.tokenizer().equals(expected.id())
                || index.vocabularySize() != expected.vocabularySize()) {
            throw new InvalidInputException(
                    folder
                            + ": holds tokens of the tokenizer "
                            + index.tokenizer()
                            + " (vocabulary "
                            + index.vocabularySize()
                            + "), expected "
                            + expected.id()
                            + " (vocabulary "
                            + expected.vocabularySize()
                            + "); use that tokenizer, or prepare the text again in another folder");
        }
    }

    private static void checkFormat(Path file, ShardIndex index, ShardFormat format) {
        if (!format.tokenizerId().equals(index.tokenizer())
                || format.vocabularySize() != index.vocabularySize()
                || format.withByteLengths() != index.byteLengths()) {
            throw new InvalidInputException(
                    file
                            + ": is of another preparation than the index beside it ("
                            + format.tokenizerId()
                            + " instead of "
                            + index.tokenizer()
                            + ", or with other sections)");
        }
    }

    /**
     * Returns the number of tokens.
     *
     * @return the tokens of all documents, with one end-of-text for each
     */
    public long size() {
        return starts[starts.length - 1];
    }

    /**
     * Returns whose tokens these are.
     *
     * @return the tokenizer's {@linkplain Tokenizer#id() id}
     */
    public String tokenizerId() {
        return parts.get(0).index().tokenizer();
    }

    /**
     * Tells these tokens from others, wherever they lie and whenever they were made.
     *
     * @return a hash of the tokenizer's id, and of the length and checksum of each file of tokens
     */
    public String fingerprint() {
        StringBuilder content = new StringBuilder(tokenizerId());
        for (Part part : parts) {
            for (ShardIndex.Shard shard : part.index().shards()) {
                content.append('\n').append(shard.tokens()).append(' ').append(shard.crc32c());
            }
        }
        return Sha256.hex(content.toString());
    }

    /**
     * Returns the size of the tokenizer's vocabulary.
     *
     * @return a number greater than every token
     */
    public int vocabularySize() {
        return parts.get(0).index().vocabularySize();
    }

    /**
     * Returns the number of documents.
     *
     * @return the documents that have a token
     */
    public long documents() {
        return shards().stream().mapToLong(shard -> shard.documents()).sum();
    }

    /**
     * Returns the number of documents that were left out because they have no token.
     *
     * @return the empty documents
     */
    public long emptyDocuments() {
        return parts.stream().mapToLong(part -> part.index().report().empty()).sum();
    }

    /**
     * Returns what was read to make these tokens, and what was left out.
     *
     * @return the counts; of all documents, where some were held out; one for each sequence joined
     */
    public List<PreparationReport> reports() {
        return parts.stream().map(part -> part.index().report()).toList();
    }

    /**
     * Counts the documents that are in other tokens too, byte for byte. Documents too long to be
     * held at once are not compared.
     *
     * @param other other tokens, far fewer than these
     * @return how many of these documents are also there
     * @throws IOException if the files of documents' hashes cannot be read
     */
    public long sharedDocuments(TokenSequence other) throws IOException {
        SeenDocuments theirs = new SeenDocuments(Long.MAX_VALUE);
        other.forEachHash(theirs::add);
        long[] shared = {0};
        forEachHash(hash -> shared[0] += theirs.contains(hash) ? 1 : 0);
        return shared[0];
    }

    private void forEachHash(LongConsumer consumer) throws IOException {
        for (Part part : parts) {
            for (ShardIndex.Shard shard : part.index().shards()) {
                DocumentHashes.read(part.folder(), shard, consumer);
            }
        }
    }

    /**
     * Returns the length of all documents.
     *
     * @return bytes of UTF-8
     */
    public long textBytes() {
        return shards().stream().mapToLong(shard -> shard.textBytes()).sum();
    }

    /**
     * Returns whether {@link #textBytes(long, long)} can be asked.
     *
     * @return whether each token's byte length was kept
     */
    public boolean hasByteLengths() {
        return parts.stream().allMatch(part -> part.index().byteLengths());
    }

    /**
     * Copies tokens.
     *
     * @param from the first token's index
     * @param into takes as many tokens as it has places
     * @throws IndexOutOfBoundsException if there are not as many from there on
     */
    public void read(long from, int[] into) {
        read(from, into, into.length);
    }

    void read(long from, int[] into, int count) {
        Objects.checkFromIndexSize(from, count, size());
        int copied = 0;
        for (int i = shardOf(from); copied < count; i++) {
            long first = from + copied - starts[i];
            int available = (int) Math.min(count - copied, starts[i + 1] - starts[i] - first);
            shards().get(i).read((int) first, into, copied, available);
            copied += available;
        }
    }

    /**
     * Returns how much text tokens stand for. End-of-text stands for none.
     *
     * @param from the first token's index
     * @param to the index after the last token
     * @return bytes of UTF-8
     * @throws IndexOutOfBoundsException if there are no such tokens
     * @throws IllegalStateException if the tokens were prepared without byte lengths
     */
    public long textBytes(long from, long to) {
        Objects.checkFromToIndex(from, to, size());
        if (!hasByteLengths()) {
            throw new IllegalStateException(
                    folders() + ": the tokens were prepared without byte lengths");
        }
        long bytes = 0;
        long at = from;
        for (int i = shardOf(from); at < to; i++) {
            long end = Math.min(to, starts[i + 1]);
            bytes += shards().get(i).textBytes((int) (at - starts[i]), (int) (end - starts[i]));
            at = end;
        }
        return bytes;
    }

    private int shardOf(long token) {
        int found = Arrays.binarySearch(starts, token);
        int shard = found < 0 ? -found - 2 : found;
        return Math.min(shard, starts.length - 2); // of the end, the last
    }

    private String folders() {
        return String.join(", ", parts.stream().map(part -> part.folder().toString()).toList());
    }

    private List<Shard> shards() {
        List<Shard> open = shards;
        if (open == null) {
            throw new IllegalStateException(folders() + ": the tokens are closed");
        }
        return open;
    }

    /** Lets go of the files. The memory is unmapped when it is garbage-collected. */
    @Override
    public void close() {
        shards = null;
    }
}
