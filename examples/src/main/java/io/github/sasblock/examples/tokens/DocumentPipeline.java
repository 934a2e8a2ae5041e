package io.github.sasblock.examples.tokens;

import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.text.Document;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Encodes documents on several threads and hands them on in their order. Whoever adds documents
 * also takes the results: both happen on one thread, so that no more is read than is being encoded,
 * and memory does not grow with the text.
 */
final class DocumentPipeline implements AutoCloseable {

    private static final int BATCH_CHARACTERS = 1 << 16;
    private static final int PIECE_CHARACTERS = 1 << 16;
    private static final int BATCHES_A_THREAD = 4;
    private static final long CHARACTERS_AT_ONCE = 1 << 22;

    private final Tokenizer tokenizer;
    private final Receiver receiver;
    private final ExecutorService threads;
    private final int mostBatches;
    private final Deque<Submitted> submitted = new ArrayDeque<>();
    private List<Piece> batch = new ArrayList<>();
    private long batchCharacters;
    private long charactersAtOnce;
    private long documents;
    private boolean withinDocument;

    /** A batch under way. */
    private record Submitted(Future<List<EncodedPiece>> result, long characters) {}

    /**
     * A document or a part of one.
     *
     * @param document which of the source's documents it is of, from 0
     * @param first whether the document begins with it
     * @param last whether the document ends with it
     * @param hash the whole document's, {@link DocumentHash#NONE} if that is not known
     * @param text the text
     * @param origin where it came from
     */
    record Piece(
            long document, boolean first, boolean last, long hash, String text, String origin) {

        boolean isWhole() {
            return first && last;
        }
    }

    /**
     * A piece with what was made of it.
     *
     * @param piece the piece
     * @param hash the whole document's
     * @param mixedLineEnds whether lines end both with and without a carriage return
     * @param encoding its tokens, null if they are not wanted
     */
    record EncodedPiece(Piece piece, long hash, boolean mixedLineEnds, Encoding encoding) {}

    /** Takes the results. */
    interface Receiver {

        /** Returns whether the tokens of a document are wanted; called by several threads. */
        boolean wants(long document, long hash);

        /** Takes the next piece, in the order in which documents were added. */
        void take(EncodedPiece piece) throws IOException;
    }

    DocumentPipeline(Tokenizer tokenizer, int threadCount, Receiver receiver) {
        this.tokenizer = tokenizer;
        this.receiver = receiver;
        this.mostBatches = BATCHES_A_THREAD * threadCount;
        this.threads =
                Executors.newFixedThreadPool(
                        threadCount,
                        task -> {
                            Thread thread = new Thread(task, "tokenizer");
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    void add(Document document) throws IOException {
        boolean first = !withinDocument;
        boolean last = !document.continues();
        withinDocument = document.continues();
        List<String> pieces = TextPieces.of(document.text(), PIECE_CHARACTERS, tokenizer);
        boolean inPieces = first && last && pieces.size() > 1;
        long hash = inPieces ? DocumentHash.of(document.text()) : DocumentHash.NONE;
        for (int i = 0; i < pieces.size(); i++) {
            add(
                    new Piece(
                            documents,
                            first && i == 0,
                            last && i == pieces.size() - 1,
                            hash,
                            pieces.get(i),
                            document.origin()));
        }
        if (last) {
            documents++;
        }
    }

    private void add(Piece piece) throws IOException {
        batch.add(piece);
        batchCharacters += piece.text().length();
        if (batchCharacters >= BATCH_CHARACTERS) {
            submit();
        }
    }

    private void submit() throws IOException {
        List<Piece> pieces = batch;
        submitted.add(new Submitted(threads.submit(() -> encode(pieces)), batchCharacters));
        charactersAtOnce += batchCharacters;
        batch = new ArrayList<>();
        batchCharacters = 0;
        while (submitted.size() > mostBatches
                || charactersAtOnce > CHARACTERS_AT_ONCE && submitted.size() > 1) {
            takeNext();
        }
    }

    private List<EncodedPiece> encode(List<Piece> pieces) {
        return pieces.stream().map(this::encode).toList();
    }

    private EncodedPiece encode(Piece piece) {
        long hash = piece.isWhole() ? DocumentHash.of(piece.text()) : piece.hash();
        boolean wanted = receiver.wants(piece.document(), hash);
        return new EncodedPiece(
                piece, hash, mixesLineEnds(piece.text()), wanted ? tokens(piece) : null);
    }

    private Encoding tokens(Piece piece) {
        try {
            return tokenizer.encode(piece.text());
        } catch (InvalidInputException e) {
            throw new InvalidInputException(piece.origin() + ": " + e.getMessage(), e);
        }
    }

    private static boolean mixesLineEnds(String text) {
        if (text.indexOf('\r') < 0) {
            return false;
        }
        boolean with = false;
        boolean without = false;
        for (int at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
            boolean returns = at > 0 && text.charAt(at - 1) == '\r';
            with |= returns;
            without |= !returns;
        }
        return with && without;
    }

    private void takeNext() throws IOException {
        Submitted next = submitted.remove();
        charactersAtOnce -= next.characters();
        try {
            for (EncodedPiece piece : next.result().get()) {
                receiver.take(piece);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while documents were encoded");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Encodes and hands on what is left. */
    void finish() throws IOException {
        submit();
        while (!submitted.isEmpty()) {
            takeNext();
        }
    }

    /** Ends the threads, whatever is under way. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
