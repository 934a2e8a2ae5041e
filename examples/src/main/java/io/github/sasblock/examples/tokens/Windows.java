package io.github.sasblock.examples.tokens;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.util.Arrays;
import java.util.Objects;

/**
 * A sequence of tokens as windows of T inputs and T targets, each target the token after its input.
 * Window w begins at token w·T, so that the T + 1 tokens of two neighbours share one, and each
 * token but the sequence's first is a target once.
 */
public final class Windows {

    private final TokenSequence tokens;
    private final int length;
    private final long available;
    private final long count;

    private Windows(TokenSequence tokens, int length, long available, long count) {
        this.tokens = tokens;
        this.length = length;
        this.available = available;
        this.count = count;
    }

    /**
     * Returns windows to train on: only whole ones. The rest at the sequence's end, of less than T
     * + 1 tokens, is left out.
     *
     * @param tokens the sequence
     * @param length the number T of inputs and of targets, at least 1
     * @return the windows
     * @throws InvalidInputException if the sequence has less than T + 1 tokens
     */
    public static Windows training(TokenSequence tokens, int length) {
        requireTokens(tokens, length, length + 1L);
        long count = (tokens.size() - 1) / length;
        return new Windows(tokens, length, count, count);
    }

    /**
     * Returns windows to validate on: all tokens but the first are targets. The last window may be
     * shorter.
     *
     * @param tokens the sequence
     * @param length the number T of inputs and of targets, at least 1
     * @return the windows
     * @throws InvalidInputException if the sequence has less than two tokens
     */
    public static Windows validation(TokenSequence tokens, int length) {
        requireTokens(tokens, length, 2);
        long count = (tokens.size() - 1 + length - 1) / length;
        return new Windows(tokens, length, count, count);
    }

    private static void requireTokens(TokenSequence tokens, int length, long needed) {
        if (length < 1) {
            throw new IllegalArgumentException("length = " + length + ": expected at least 1");
        }
        if (tokens.size() < needed) {
            throw new InvalidInputException(
                    "the text has "
                            + tokens.size()
                            + " tokens of the tokenizer "
                            + tokens.tokenizerId()
                            + ", expected at least "
                            + needed
                            + " for one window of length "
                            + length);
        }
    }

    /**
     * Returns a part of these windows, of limited size, spread evenly over the sequence.
     *
     * @param maxTokens how many targets there may be; at least T
     * @return as many whole windows as the limit allows, or all windows if it allows these
     * @throws InvalidInputException if the limit is less than one window
     */
    public Windows validationSubset(long maxTokens) {
        if (maxTokens >= targets()) {
            return this;
        }
        if (maxTokens < length) {
            throw new InvalidInputException(
                    "validation is limited to "
                            + maxTokens
                            + " tokens, expected at least one window of "
                            + length);
        }
        long whole = (tokens.size() - 1) / length;
        return new Windows(tokens, length, whole, maxTokens / length);
    }

    /**
     * Returns the number of windows.
     *
     * @return at least 1
     */
    public long count() {
        return count;
    }

    /**
     * Returns the length T of all windows but, possibly, the last.
     *
     * @return the number of inputs and of targets
     */
    public int length() {
        return length;
    }

    /**
     * Returns a window's length.
     *
     * @param window the window, from 0
     * @return T, or less for the last window of a validation
     */
    public int length(long window) {
        return (int) Math.min(length, tokens.size() - 1 - start(window));
    }

    /**
     * Returns the number of targets in all windows.
     *
     * @return the tokens that are predicted
     */
    public long targets() {
        return (count - 1) * length + length(count - 1);
    }

    /**
     * Returns how much text a window's targets stand for.
     *
     * @param window the window, from 0
     * @return bytes of UTF-8
     * @throws IllegalStateException if the tokens were prepared without byte lengths
     */
    public long textBytes(long window) {
        long firstTarget = start(window) + 1;
        return tokens.textBytes(firstTarget, firstTarget + length(window));
    }

    /**
     * Reads a window.
     *
     * @param window the window, from 0
     * @param inputs takes T tokens
     * @param targets takes the T tokens after each of these. Of a shorter window, both have {@link
     *     #length(long)} tokens and zeros after them
     */
    public void read(long window, int[] inputs, int[] targets) {
        requireLength("inputs", inputs);
        requireLength("targets", targets);
        int read = length(window);
        tokens.read(start(window), inputs, read);
        tokens.read(start(window) + 1, targets, read);
        Arrays.fill(inputs, read, length, 0);
        Arrays.fill(targets, read, length, 0);
    }

    private void requireLength(String name, int[] array) {
        if (array.length != length) {
            throw new IllegalArgumentException(
                    name + " of " + array.length + " tokens, expected " + length);
        }
    }

    private long start(long window) {
        Objects.checkIndex(window, count);
        return evenlySpread(window) * length;
    }

    /** Returns the window's place among all that there are, in the middle of its share of them. */
    private long evenlySpread(long window) {
        long each = available / count;
        long rest = available % count;
        long place = 2 * window + 1; // in halves of a share
        return (place * each + place * rest / count) / 2;
    }
}
