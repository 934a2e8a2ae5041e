package io.github.sasblock.examples.tokens;

import io.github.sasblock.examples.progress.Progress;
import io.github.sasblock.examples.text.ReadingListener;
import java.io.IOException;

/** Decides of each document whether it is trained on, held out or left out, and counts them. */
final class DocumentSorter implements DocumentPipeline.Receiver {

    private final PreparationOptions options;
    private final TokenShardWriter train;
    private final TokenShardWriter heldOut;
    private final PreparationReport.Builder counts = new PreparationReport.Builder();
    private final SeenDocuments seen = new SeenDocuments();
    private boolean dropped; // of the document whose pieces are coming
    private boolean mixedLineEnds;

    /**
     * Creates a sorter.
     *
     * @param options what is done with which documents
     * @param train takes those to train on
     * @param heldOut takes those to score; null if there are to be none
     */
    DocumentSorter(PreparationOptions options, TokenShardWriter train, TokenShardWriter heldOut) {
        this.options = options;
        this.train = train;
        this.heldOut = heldOut;
    }

    @Override
    public boolean wants(long document, long hash) {
        return writerOf(hash).wants(document);
    }

    private TokenShardWriter writerOf(long hash) {
        return DocumentHash.isHeldOut(hash, options.heldOut()) ? heldOut : train;
    }

    @Override
    public void take(DocumentPipeline.EncodedPiece encoded) throws IOException {
        DocumentPipeline.Piece piece = encoded.piece();
        TokenShardWriter writer = writerOf(encoded.hash());
        if (piece.first()) {
            dropped = isDropped(encoded);
            mixedLineEnds = false;
            writer.begin(piece.document());
        }
        if (encoded.encoding() != null && !dropped) {
            writer.add(encoded.encoding());
        }
        mixedLineEnds |= encoded.mixedLineEnds();
        if (piece.last()) {
            end(encoded, writer);
        }
    }

    private boolean isDropped(DocumentPipeline.EncodedPiece encoded) {
        boolean empty = encoded.piece().isWhole() && encoded.piece().text().isEmpty();
        boolean comparable = encoded.hash() != DocumentHash.NONE && !empty;
        return options.dropDuplicates() && comparable && !seen.add(encoded.hash());
    }

    private void end(DocumentPipeline.EncodedPiece encoded, TokenShardWriter writer)
            throws IOException {
        counts.document();
        if (encoded.hash() == DocumentHash.NONE) {
            counts.inParts();
        }
        if (dropped) {
            counts.duplicate();
            return;
        }
        if (mixedLineEnds) {
            counts.mixedLineEnds(encoded.piece().origin());
        }
        boolean written = encoded.encoding() == null; // by an earlier preparation
        boolean hasTokens = written || writer.end(encoded.hash());
        if (hasTokens && writer == heldOut) {
            counts.heldOut();
        }
    }

    /** Returns what a source is to tell while it is read. */
    ReadingListener listener(Progress.Task task) {
        return new ReadingListener() {
            @Override
            public void bytesRead(long bytes) {
                task.advanceTo(bytes);
            }

            @Override
            public void skipped(String name, String reason) {
                counts.skipped(name, reason);
            }
        };
    }

    PreparationReport report() {
        long empty = train.emptyDocuments() + (heldOut == null ? 0 : heldOut.emptyDocuments());
        return counts.build(empty, seen.size());
    }
}
