package io.github.sasblock.attention;

import io.github.sasblock.nn.Check;

/**
 * What the builders of all attentions have in common, once it is known.
 *
 * @param embeddingSize E
 * @param headCount H, the number of query heads
 * @param headSize D
 * @param bias whether the projections of queries, keys and values and of the output have a bias
 * @param attentionDropout the rate at which attention weights are dropped in training
 * @param outputDropout the rate at which outputs are dropped in training
 * @param causal whether a position sees only itself and what is before it
 */
public record AttentionSettings(
        long embeddingSize,
        int headCount,
        int headSize,
        boolean bias,
        float attentionDropout,
        float outputDropout,
        boolean causal) {

    /**
     * Checks the values.
     *
     * @param embeddingSize E
     * @param headCount H, the number of query heads
     * @param headSize D
     * @param bias whether the projections of queries, keys and values and of the output have a bias
     * @param attentionDropout the rate at which attention weights are dropped in training
     * @param outputDropout the rate at which outputs are dropped in training
     * @param causal whether a position sees only itself and what is before it
     * @throws IllegalArgumentException if a value is not valid
     */
    public AttentionSettings {
        Check.positive("embedding size E", embeddingSize);
        Check.positive("head count H", headCount);
        Check.positive("head size D", headSize);
        Check.dropout("attention dropout", attentionDropout);
        Check.dropout("output dropout", outputDropout);
    }

    /**
     * Returns the scaled dot product of these settings.
     *
     * @return the function, with mask and dropout of the weights
     */
    public ScaledDotProduct scaledDotProduct() {
        return new ScaledDotProduct(causal, attentionDropout);
    }
}
