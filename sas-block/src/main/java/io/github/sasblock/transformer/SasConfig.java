package io.github.sasblock.transformer;

import io.github.sasblock.attention.Attention;
import io.github.sasblock.attention.RotaryEmbedding;
import io.github.sasblock.sas.CacheForm;
import io.github.sasblock.sas.RotaryPlacement;
import io.github.sasblock.sas.SasAttention;
import io.github.sasblock.sas.SasInitialization;
import io.github.sasblock.sas.SasShape;

/**
 * Attention with Simulated Attention Score.
 *
 * @param shape H, D, H′, D′, K, and what is expanded
 * @param bias whether the projections of queries, keys and values and of the output have biases
 * @param rotary where queries and keys are rotated by their positions
 * @param rotaryBase the base of the rotary embedding
 * @param initialization how the expansions begin
 * @param cacheForm what is kept of past tokens while decoding
 */
public record SasConfig(
        SasShape shape,
        boolean bias,
        RotaryPlacement rotary,
        double rotaryBase,
        SasInitialization initialization,
        CacheForm cacheForm)
        implements AttentionConfig {

    /**
     * Returns the usual configuration: no biases in the projections, rotary embedding with base
     * 10000 after the expansion, PyTorch's initial values, the compact cache.
     *
     * @param shape H, D, H′, D′, K, and what is expanded
     * @return the configuration
     */
    public static SasConfig of(SasShape shape) {
        return new SasConfig(
                shape,
                false,
                RotaryPlacement.AFTER,
                RotaryEmbedding.DEFAULT_BASE,
                SasInitialization.PYTORCH,
                CacheForm.COMPACT);
    }

    /** {@inheritDoc} */
    @Override
    public String name() {
        return "sas";
    }

    /** {@inheritDoc} */
    @Override
    public int headCount() {
        return shape.headCount();
    }

    /** {@inheritDoc} */
    @Override
    public Attention build(long embeddingSize, float dropout) {
        return SasAttention.builder()
                .setEmbeddingSize(embeddingSize)
                .setHeadCount(shape.headCount())
                .optHeadSize(shape.headSize())
                .optSimulatedHeadCount(shape.simulatedHeadCount())
                .optSimulatedHeadSize(shape.simulatedHeadSize())
                .optHeadExpansion(shape.headExpansion())
                .optKernelSize(shape.kernelSize())
                .optExpandFeatures(shape.expandFeatures())
                .optExpandValues(shape.expandValues())
                .optAggregation(shape.aggregation())
                .optBias(bias)
                .optRotary(rotary)
                .optRotaryBase(rotaryBase)
                .optInitialization(initialization)
                .optCacheForm(cacheForm)
                .optAttentionDropout(dropout)
                .optOutputDropout(dropout)
                .optCausal(true)
                .build();
    }
}
