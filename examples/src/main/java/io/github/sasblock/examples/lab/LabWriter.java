package io.github.sasblock.examples.lab;

import io.github.sasblock.examples.builtin.SplitMix64;

/**
 * Writes a document byte by byte, with the surprisal of each. What is written after the document is
 * full is dropped: since surprisal is kept by byte, a document that is cut off is as exact as a
 * whole one.
 */
final class LabWriter {

    private static final double LN_2 = Math.log(2);

    private final SplitMix64 random;
    private final byte[] text;
    private final double[] bits;
    private final boolean[] answers;
    private int length;

    LabWriter(SplitMix64 random, int length) {
        this.random = random;
        text = new byte[length];
        bits = new double[length];
        answers = new boolean[length];
    }

    boolean isFull() {
        return length == text.length;
    }

    SplitMix64 random() {
        return random;
    }

    /** Draws one of the first characters of an alphabet, each as likely, and writes it. */
    int draw(String alphabet, int count) {
        int drawn = random.nextBelow(count);
        write(alphabet.charAt(drawn), 1.0 / count, false);
        return drawn;
    }

    /** Writes what a reader of the text before it knows for certain. */
    void answer(char character) {
        write(character, 1, true);
    }

    /** Writes a character that had the given probability. */
    void write(char character, double probability, boolean answer) {
        if (isFull()) {
            return;
        }
        text[length] = (byte) character;
        bits[length] = -Math.log(probability) / LN_2 + 0.0; // not −0
        answers[length] = answer;
        length++;
    }

    LabDocument document() {
        if (!isFull()) {
            throw new IllegalStateException(
                    "document of " + length + " bytes, expected " + text.length);
        }
        return new LabDocument(text, bits, answers);
    }
}
