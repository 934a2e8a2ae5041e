package io.github.sasblock.transformer;

import io.github.sasblock.attention.Attention;
import io.github.sasblock.attention.MultiHeadAttention;
import io.github.sasblock.attention.RotaryEmbedding;

/**
 * Multi-head, grouped-query or multi-query attention.
 *
 * @param headCount H
 * @param keyValueHeadCount Hkv: H for MHA, 1 for MQA, a divisor of H between them for GQA
 * @param headSize D
 * @param bias whether the projections have biases
 * @param rotary whether queries and keys are rotated by their positions
 * @param rotaryBase the base of the rotary embedding
 */
public record MultiHeadConfig(
        int headCount,
        int keyValueHeadCount,
        int headSize,
        boolean bias,
        boolean rotary,
        double rotaryBase)
        implements AttentionConfig {

    /**
     * Returns the usual configuration: no biases, rotary embedding with base 10000.
     *
     * @param headCount H
     * @param keyValueHeadCount Hkv
     * @param headSize D
     * @return the configuration
     */
    public static MultiHeadConfig of(int headCount, int keyValueHeadCount, int headSize) {
        return new MultiHeadConfig(
                headCount, keyValueHeadCount, headSize, false, true, RotaryEmbedding.DEFAULT_BASE);
    }

    /** {@inheritDoc} */
    @Override
    public String name() {
        if (keyValueHeadCount == headCount) {
            return "mha";
        }
        return keyValueHeadCount == 1 ? "mqa" : "gqa";
    }

    /** {@inheritDoc} */
    @Override
    public Attention build(long embeddingSize, float dropout) {
        return MultiHeadAttention.builder()
                .setEmbeddingSize(embeddingSize)
                .setHeadCount(headCount)
                .optKeyValueHeadCount(keyValueHeadCount)
                .optHeadSize(headSize)
                .optBias(bias)
                .optRotary(rotary)
                .optRotaryBase(rotaryBase)
                .optAttentionDropout(dropout)
                .optOutputDropout(dropout)
                .optCausal(true)
                .build();
    }
}
