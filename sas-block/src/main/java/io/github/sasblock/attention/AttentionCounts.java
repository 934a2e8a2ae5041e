package io.github.sasblock.attention;

/**
 * What one attention layer costs, counted from its configuration.
 *
 * <p>Operations are the forward multiply-adds of matrix products and convolutions, per token;
 * element-wise work (softmax, activations, rotary embedding) is not counted. Training costs about
 * three times the forward pass.
 *
 * @param parameters the number of trainable values
 * @param projectionMultiplyAdds forward multiply-adds per token that do not depend on the sequence
 *     length: projections, expansions, aggregation
 * @param scoreMultiplyAddsPerKey forward multiply-adds per query token and key that it attends to:
 *     the score and the weighted sum of values over all heads
 * @param cacheElements elements of the key/value cache per token
 */
public record AttentionCounts(
        long parameters,
        long projectionMultiplyAdds,
        long scoreMultiplyAddsPerKey,
        long cacheElements) {

    /**
     * Returns the forward multiply-adds per token of a sequence of T tokens.
     *
     * @param length the sequence length T
     * @param causal whether a token attends only to itself and the tokens before it, on average (T
     *     + 1) / 2 of them, or to all T
     * @return forward multiply-adds per token
     */
    public double multiplyAddsPerToken(long length, boolean causal) {
        double keys = causal ? (length + 1) / 2.0 : length;
        return projectionMultiplyAdds + scoreMultiplyAddsPerKey * keys;
    }
}
