package io.github.sasblock.examples.tokens;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.util.List;

/**
 * Tokens as windows of T inputs and T targets, each target the token after its input. Window w of a
 * sequence begins at token w·T, so that the T + 1 tokens of two neighbours share one, and each
 * token but the sequence's first is a target once.
 */
public abstract sealed class Windows permits SequenceWindows, MixedWindows {

    /** Only for the windows of this package. */
    Windows() {}

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
        return SequenceWindows.wholeOf(tokens, length);
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
        return SequenceWindows.allOf(tokens, length);
    }

    /**
     * Returns windows of several sequences in given shares. There are as many as it takes for every
     * sequence to be read at least once; windows of those with a greater share than they have
     * windows come several times.
     *
     * @param parts windows to train on, of one length
     * @param weights the share of each, greater than 0; their sum need not be 1
     * @return the windows
     * @throws InvalidInputException if so small a share makes more than 2<sup>62</sup> windows
     */
    public static Windows mixture(List<Windows> parts, List<Double> weights) {
        return MixedWindows.of(parts, weights);
    }

    /**
     * Returns a part of these windows, of limited size, spread evenly over the sequence.
     *
     * @param maxTokens how many targets there may be; at least T
     * @return as many whole windows as the limit allows, or all windows if it allows these
     * @throws InvalidInputException if the limit is less than one window
     * @throws IllegalStateException if this is a mixture
     */
    public abstract Windows validationSubset(long maxTokens);

    /**
     * Returns the number of windows.
     *
     * @return at least 1
     */
    public abstract long count();

    /**
     * Returns the length T of all windows but, possibly, the last.
     *
     * @return the number of inputs and of targets
     */
    public abstract int length();

    /**
     * Returns a window's length.
     *
     * @param window the window, from 0
     * @return T, or less for the last window of a validation
     */
    public abstract int length(long window);

    /**
     * Returns the number of targets in all windows.
     *
     * @return the tokens that are predicted
     */
    public abstract long targets();

    /**
     * Returns how much text a window's targets stand for.
     *
     * @param window the window, from 0
     * @return bytes of UTF-8
     * @throws IllegalStateException if the tokens were prepared without byte lengths
     */
    public abstract long textBytes(long window);

    /**
     * Reads a window.
     *
     * @param window the window, from 0
     * @param inputs takes T tokens
     * @param targets takes the T tokens after each of these. Of a shorter window, both have {@link
     *     #length(long)} tokens and zeros after them
     */
    public abstract void read(long window, int[] inputs, int[] targets);
}
