package io.github.sasblock.examples.tokens;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes documents as tokens, each followed by end-of-text, into shards of a limited size. After
 * every finished shard it notes where the next one begins, so that an interrupted preparation can
 * go on there.
 */
final class TokenShardWriter implements Closeable {

    private final Path folder;
    private final ShardFormat format;
    private final int maxTokens;
    private final long maxByteLength;
    private final Encoding endOfText;
    private final ShardProgress begun;
    private ShardProgress progress;
    private ShardFile current;
    private long document;
    private long tokensOfDocument;
    private long emptyDocuments;

    TokenShardWriter(
            Path folder,
            ShardProgress begun,
            Tokenizer tokenizer,
            ShardFormat format,
            int maxTokens) {
        this.folder = folder;
        this.begun = begun;
        this.progress = begun;
        this.format = format;
        this.maxTokens = maxTokens;
        this.maxByteLength = tokenizer.longestTokenBytes();
        this.endOfText = new Encoding(new int[] {tokenizer.endOfText()}, new int[] {0});
        this.emptyDocuments = begun.empty();
    }

    Path folder() {
        return folder;
    }

    /** Returns how many shards there are of an earlier preparation. */
    int finished() {
        return begun.finished().size();
    }

    /** Returns whether a document, or its end, was not written by an earlier preparation. */
    boolean wants(long which) {
        return which >= begun.document();
    }

    /** Begins one of the source's documents. */
    void begin(long which) {
        document = which;
        tokensOfDocument = 0;
    }

    /** Adds tokens of the document that was begun. */
    void add(Encoding encoding) throws IOException {
        int[] ids = encoding.ids();
        int[] lengths = encoding.byteLengths();
        for (int i = 0; i < ids.length; i++) {
            check(ids[i], lengths[i]);
        }
        write(encoding);
    }

    private void check(int token, int byteLength) {
        if (token < 0 || token >= format.vocabularySize() || byteLength > maxByteLength) {
            throw new IllegalStateException(
                    "the tokenizer "
                            + format.tokenizerId()
                            + " gave token "
                            + token
                            + " for "
                            + byteLength
                            + " bytes; it promised tokens less than "
                            + format.vocabularySize()
                            + " for at most "
                            + maxByteLength
                            + " bytes");
        }
    }

    /** Writes what an earlier preparation did not, as many tokens at once as a shard has room. */
    private void write(Encoding encoding) throws IOException {
        int count = encoding.ids().length;
        int from = (int) Math.min(count, writtenBefore());
        tokensOfDocument += from;
        while (from < count) {
            if (current == null || current.count() == maxTokens) {
                startShard();
            }
            int to = (int) Math.min(count, from + (maxTokens - current.count()));
            current.write(encoding, from, to);
            tokensOfDocument += to - from;
            from = to;
        }
    }

    /** Returns how many of the document's next tokens an earlier preparation wrote. */
    private long writtenBefore() {
        return document == begun.document() ? Math.max(0, begun.tokens() - tokensOfDocument) : 0;
    }

    private void startShard() throws IOException {
        finishShard(document, tokensOfDocument);
        int number = progress.finished().size();
        current = new ShardFile(folder.resolve(ShardNames.shard(progress.stamp(), number)), format);
    }

    private void finishShard(long nextDocument, long tokensOfNext) throws IOException {
        if (current != null) {
            try (ShardFile file = current) {
                ShardIndex.Shard shard = file.finish();
                progress =
                        progress.with(
                                new ShardProgress.Finished(
                                        shard, nextDocument, tokensOfNext, emptyDocuments));
            }
            current = null;
            progress.write(folder);
        }
    }

    /** Ends a document and returns whether it has a token. */
    boolean end(long hash) throws IOException {
        if (tokensOfDocument == 0) {
            emptyDocuments++;
            return false;
        }
        write(endOfText);
        current.endDocument(hash);
        return true;
    }

    /** Finishes the last shard and returns all of them. */
    List<ShardIndex.Shard> finish() throws IOException {
        finishShard(document + 1, 0);
        return progress.shards();
    }

    /** Returns how many documents had no token and were left out. */
    long emptyDocuments() {
        return emptyDocuments;
    }

    /** Deletes the shard under way, if there is one. */
    @Override
    public void close() throws IOException {
        if (current != null) {
            current.close();
        }
    }
}
