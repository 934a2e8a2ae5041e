package io.github.sasblock.examples.tokens;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.util.Arrays;
import java.util.Objects;

/** The windows of one sequence. */
final class SequenceWindows extends Windows {

    private final TokenSequence tokens;
    private final int length;
    private final long available;
    private final long count;

    private SequenceWindows(TokenSequence tokens, int length, long available, long count) {
        this.tokens = tokens;
        this.length = length;
        this.available = available;
        this.count = count;
    }

    static Windows wholeOf(TokenSequence tokens, int length) {
        requireTokens(tokens, length, length + 1L);
        long count = (tokens.size() - 1) / length;
        return new SequenceWindows(tokens, length, count, count);
    }

    static Windows allOf(TokenSequence tokens, int length) {
        requireTokens(tokens, length, 2);
        long count = (tokens.size() - 1 + length - 1) / length;
        return new SequenceWindows(tokens, length, count, count);
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

    @Override
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
        return new SequenceWindows(tokens, length, whole, maxTokens / length);
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public int length(long window) {
        return (int) Math.min(length, tokens.size() - 1 - start(window));
    }

    @Override
    public long targets() {
        return (count - 1) * length + length(count - 1);
    }

    @Override
    public long textBytes(long window) {
        long firstTarget = start(window) + 1;
        return tokens.textBytes(firstTarget, firstTarget + length(window));
    }

    @Override
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
