package io.github.sasblock.examples.tokens;

/**
 * What {@link TokenShards#prepare} did.
 *
 * @param outcome whether tokens were written
 * @param reason why they were, or why not, as part of a sentence
 * @param tokens the tokens, to be closed by whoever asked for them
 */
public record Preparation(Outcome outcome, String reason, TokenSequence tokens) {

    /** Whether tokens were written. */
    public enum Outcome {
        /** The tokens of an earlier preparation are still right. */
        REUSED,
        /** The source was read and its tokens were written. */
        WRITTEN
    }
}
