package io.github.sasblock.examples.lab;

import java.nio.charset.StandardCharsets;

/**
 * One instance of a task: its text, what each byte costs the best possible reader, and which bytes
 * are answers.
 */
public final class LabDocument {

    private final byte[] text;
    private final double[] surprisalBits;
    private final boolean[] answers;

    LabDocument(byte[] text, double[] surprisalBits, boolean[] answers) {
        this.text = text;
        this.surprisalBits = surprisalBits;
        this.answers = answers;
    }

    /**
     * Returns the number of bytes.
     *
     * @return the length, the same for all documents of a text
     */
    public int length() {
        return text.length;
    }

    /**
     * Returns the text.
     *
     * @return ASCII, one character a byte
     */
    public String text() {
        return new String(text, StandardCharsets.US_ASCII);
    }

    /**
     * Returns what a byte costs a reader who knows how the text is made and has read all bytes
     * before it.
     *
     * @param index the byte's place
     * @return −log₂ of its probability, in bits
     */
    public double surprisalBits(int index) {
        return surprisalBits[index];
    }

    /**
     * Returns whether a byte is an answer: one that can be told, wholly or in part, from what
     * stands before it. The other bytes are drawn at random.
     *
     * @param index the byte's place
     * @return whether the task is to predict it
     */
    public boolean isAnswer(int index) {
        return answers[index];
    }

    /**
     * Returns what the whole document costs.
     *
     * @return the sum of the surprisal of its bytes, in bits
     */
    public double surprisalBits() {
        double sum = 0;
        for (double bits : surprisalBits) {
            sum += bits;
        }
        return sum;
    }
}
