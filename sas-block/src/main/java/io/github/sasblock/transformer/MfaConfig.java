package io.github.sasblock.transformer;

import io.github.sasblock.attention.Attention;
import io.github.sasblock.attention.MultiMatrixFactorizationAttention;
import io.github.sasblock.attention.RotaryEmbedding;

/**
 * Multi-matrix Factorization Attention.
 *
 * @param headCount H
 * @param headSize D, twice that of multi-head attention in the usual configuration
 * @param queryRank the size of the latent that the query heads share
 * @param bias whether the projections have biases
 * @param rotary whether queries and keys are rotated by their positions
 * @param rotaryBase the base of the rotary embedding
 */
public record MfaConfig(
        int headCount, int headSize, int queryRank, boolean bias, boolean rotary, double rotaryBase)
        implements AttentionConfig {

    /**
     * Returns the usual configuration: the rank in proportion, no biases, rotary embedding with
     * base 10000. At E = 768 and D = 128 the rank is 256, and stays so at larger E.
     *
     * @param embeddingSize E
     * @param headCount H
     * @param headSize D
     * @return the configuration
     */
    public static MfaConfig of(int embeddingSize, int headCount, int headSize) {
        return new MfaConfig(
                headCount,
                headSize,
                defaultQueryRank(embeddingSize, headSize),
                false,
                true,
                RotaryEmbedding.DEFAULT_BASE);
    }

    /**
     * Returns the rank of queries used unless another one is given: 2·D, but at most a third of the
     * embedding.
     *
     * @param embeddingSize E
     * @param headSize D
     * @return min(2·D, E/3), the latter rounded down to a multiple of 8 where there is one
     */
    public static int defaultQueryRank(int embeddingSize, int headSize) {
        return MlaConfig.rank(2 * headSize, embeddingSize / 3);
    }

    /** {@inheritDoc} */
    @Override
    public String name() {
        return "mfa";
    }

    /** {@inheritDoc} */
    @Override
    public Attention build(long embeddingSize, float dropout) {
        return MultiMatrixFactorizationAttention.builder()
                .setEmbeddingSize(embeddingSize)
                .setHeadCount(headCount)
                .optHeadSize(headSize)
                .setQueryRank(queryRank)
                .optBias(bias)
                .optRotary(rotary)
                .optRotaryBase(rotaryBase)
                .optAttentionDropout(dropout)
                .optOutputDropout(dropout)
                .optCausal(true)
                .build();
    }
}
