package io.github.sasblock.examples.tokens;

import java.util.Optional;

/**
 * What {@link TokenShards#prepare} did.
 *
 * @param outcome whether tokens were written
 * @param reason why they were, or why not, as part of a sentence
 * @param tokens the tokens, to be closed by whoever asked for them
 * @param heldOut the tokens of held-out documents, if any were to be; to be closed too
 * @param continued how many files of an interrupted preparation were kept
 * @param seconds how long writing took; 0 if nothing was written
 */
public record Preparation(
        Outcome outcome,
        String reason,
        TokenSequence tokens,
        Optional<TokenSequence> heldOut,
        int continued,
        double seconds) {

    /** Whether tokens were written. */
    public enum Outcome {
        /** The tokens of an earlier preparation are still right. */
        REUSED,
        /** The source was read and its tokens were written. */
        WRITTEN
    }
}
