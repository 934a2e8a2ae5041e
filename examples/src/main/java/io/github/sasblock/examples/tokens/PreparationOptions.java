package io.github.sasblock.examples.tokens;

/**
 * What is made of a text.
 *
 * @param byteLengths whether each token's byte length is kept, for {@link
 *     TokenSequence#textBytes(long, long)}; held-out tokens always have theirs
 * @param dropDuplicates whether a document is left out that equals one before it, byte for byte
 * @param heldOut the share of the documents, from 0 to less than 1, that is kept apart to be
 *     scored; a document's hash decides, so that equal documents and repeated runs agree
 */
public record PreparationOptions(boolean byteLengths, boolean dropDuplicates, double heldOut) {

    /**
     * Checks the options.
     *
     * @param byteLengths whether each token's byte length is kept
     * @param dropDuplicates whether a document is left out that equals one before it
     * @param heldOut the share of the documents that is kept apart
     */
    public PreparationOptions {
        if (!(heldOut >= 0 && heldOut < 1)) {
            throw new IllegalArgumentException(
                    "heldOut = " + heldOut + ": expected at least 0 and less than 1");
        }
    }

    /**
     * Returns options that keep every document, all together.
     *
     * @param byteLengths whether each token's byte length is kept
     * @return the options
     */
    public static PreparationOptions everything(boolean byteLengths) {
        return new PreparationOptions(byteLengths, false, 0);
    }

    boolean holdsOut() {
        return heldOut > 0;
    }

    /** Tells all that determines which documents there are. */
    String selection() {
        return (dropDuplicates ? "without duplicates" : "with duplicates")
                + ", "
                + heldOut
                + " held out";
    }
}
