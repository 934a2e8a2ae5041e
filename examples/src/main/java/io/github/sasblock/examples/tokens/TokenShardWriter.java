package io.github.sasblock.examples.tokens;

import io.github.sasblock.examples.text.Document;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes documents as tokens, each followed by end-of-text, into shards of a limited size. */
final class TokenShardWriter implements Closeable {

    private final Path folder;
    private final String stamp;
    private final Tokenizer tokenizer;
    private final ShardFormat format;
    private final int maxTokens;
    private final long maxByteLength;
    private final List<ShardIndex.Shard> finished = new ArrayList<>();
    private ShardFile current;
    private boolean withinDocument;
    private long emptyDocuments;

    TokenShardWriter(
            Path folder, String stamp, Tokenizer tokenizer, ShardFormat format, int maxTokens) {
        this.folder = folder;
        this.stamp = stamp;
        this.tokenizer = tokenizer;
        this.format = format;
        this.maxTokens = maxTokens;
        this.maxByteLength = tokenizer.longestTokenBytes();
    }

    void add(Document document) throws IOException {
        Encoding encoding = tokenizer.encode(document.text());
        int[] ids = encoding.ids();
        for (int i = 0; i < ids.length; i++) {
            write(ids[i], encoding.byteLengths()[i]);
        }
        withinDocument |= ids.length > 0;
        if (!document.continues()) {
            endDocument();
        }
    }

    private void write(int token, int byteLength) throws IOException {
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
        if (current == null || current.count() == maxTokens) {
            startShard();
        }
        current.write(token, byteLength);
    }

    private void startShard() throws IOException {
        finishShard();
        current = new ShardFile(folder.resolve(ShardNames.shard(stamp, finished.size())), format);
    }

    private void finishShard() throws IOException {
        if (current != null) {
            try (ShardFile shard = current) {
                finished.add(shard.finish());
            }
            current = null;
        }
    }

    private void endDocument() throws IOException {
        if (withinDocument) {
            write(tokenizer.endOfText(), 0);
            current.endDocument();
        } else {
            emptyDocuments++;
        }
        withinDocument = false;
    }

    /** Finishes the last shard and returns all of them. */
    List<ShardIndex.Shard> finish() throws IOException {
        finishShard();
        return List.copyOf(finished);
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
