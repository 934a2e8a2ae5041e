package io.github.sasblock.examples.lab;

import io.github.sasblock.examples.builtin.SplitMix64;
import io.github.sasblock.examples.problem.InvalidInputException;

/**
 * Documents of a task, all of the same length, each made from the seed and its index as it is asked
 * for.
 *
 * <p>With documents of T − 1 bytes, each followed by end-of-text, windows of T byte tokens and
 * documents coincide: window w holds document w, and no window has parts of two.
 *
 * <p>The floor is the sum of the surprisal over all bytes, divided by their number; see {@link
 * io.github.sasblock.examples.builtin.BuiltInText} for why no model can be expected to beat it.
 */
public final class LabText {

    /** The version of the text; the same task, seed, sizes and version give the same bytes. */
    public static final int VERSION = 1;

    private final LabTask task;
    private final long seed;
    private final int documentLength;
    private final long documentCount;
    private volatile double floor = Double.NaN; // until asked for

    /**
     * Describes a text, without making it.
     *
     * @param task the task
     * @param seed any number
     * @param minimumBytes the least number of bytes of all documents, positive
     * @param context T, the tokens of a window; documents have T − 1 bytes
     * @throws InvalidInputException if a document has too few bytes for the task, or the length is
     *     not positive
     */
    public LabText(LabTask task, long seed, long minimumBytes, int context) {
        if (minimumBytes <= 0) {
            throw new InvalidInputException(
                    "length of the text of "
                            + task.label()
                            + " = "
                            + minimumBytes
                            + " bytes: expected a positive number");
        }
        if (context <= task.minimumLength()) {
            throw new InvalidInputException(
                    "--context = "
                            + context
                            + ": expected at least "
                            + (task.minimumLength() + 1)
                            + " for "
                            + task.label());
        }
        this.task = task;
        this.seed = seed;
        documentLength = context - 1;
        documentCount = (minimumBytes + documentLength - 1) / documentLength;
    }

    /**
     * Returns the number of documents.
     *
     * @return at least 1
     */
    public long documentCount() {
        return documentCount;
    }

    /**
     * Returns the length of the text.
     *
     * @return bytes of all documents
     */
    public long byteCount() {
        return documentCount * documentLength;
    }

    /**
     * Makes a document.
     *
     * @param index its place, from 0
     * @return the document
     */
    public LabDocument document(long index) {
        LabWriter writer = new LabWriter(SplitMix64.of(seed, index), documentLength);
        task.write(writer);
        return writer.document();
    }

    /**
     * Returns the loss that no model can be expected to beat on this text. The first call makes the
     * text once.
     *
     * @return bits per byte
     */
    public double floorBitsPerByte() {
        double known = floor;
        if (Double.isNaN(known)) {
            double bits = 0;
            for (long i = 0; i < documentCount; i++) {
                bits += document(i).surprisalBits();
            }
            known = bits / byteCount();
            floor = known;
        }
        return known;
    }

    /**
     * Names the text for people.
     *
     * @return a few words
     */
    public String describe() {
        return "laboratory text of "
                + task.description()
                + " (version "
                + VERSION
                + ", seed "
                + seed
                + ", "
                + documentCount
                + " documents of "
                + documentLength
                + " bytes)";
    }

    /**
     * Identifies the text: equal fingerprints mean equal bytes.
     *
     * @return the task, version, seed and sizes
     */
    public String fingerprint() {
        return String.join(
                ":",
                task.label(),
                "v" + VERSION,
                Long.toString(seed),
                Long.toString(documentCount),
                Integer.toString(documentLength));
    }
}
