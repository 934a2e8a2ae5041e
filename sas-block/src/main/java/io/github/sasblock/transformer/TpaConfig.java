package io.github.sasblock.transformer;

import io.github.sasblock.attention.Attention;
import io.github.sasblock.attention.RotaryEmbedding;
import io.github.sasblock.attention.TensorProductAttention;
import io.github.sasblock.nn.Check;

/**
 * Tensor Product Attention, or its form whose keys and values alone are factored.
 *
 * @param headCount H
 * @param headSize D
 * @param queryRank the rank of queries, or 0 where they are not factored
 * @param keyValueRank the rank of keys and values
 * @param bias whether the projections have biases
 * @param rotary whether queries and keys are rotated by their positions
 * @param rotaryBase the base of the rotary embedding
 */
public record TpaConfig(
        int headCount,
        int headSize,
        int queryRank,
        int keyValueRank,
        boolean bias,
        boolean rotary,
        double rotaryBase)
        implements AttentionConfig {

    private static final int PAPER_QUERY_RANK = 6;
    private static final int PAPER_KEY_VALUE_RANK = 2;
    private static final int PAPER_HEADS = 12; // of MHA at the paper's smallest size

    /**
     * Checks the values.
     *
     * @param headCount H
     * @param headSize D
     * @param queryRank the rank of queries, or 0 where they are not factored
     * @param keyValueRank the rank of keys and values
     * @param bias whether the projections have biases
     * @param rotary whether queries and keys are rotated by their positions
     * @param rotaryBase the base of the rotary embedding
     * @throws IllegalArgumentException if the rank of queries is negative
     */
    public TpaConfig {
        Check.that(queryRank >= 0, "query rank Rq", queryRank, "not negative");
    }

    /**
     * Returns the usual configuration: ranks in proportion, no biases, rotary embedding with base
     * 10000. At E = 768 and D = 64 the ranks are the paper's 6 and 2, and stay so at larger E.
     *
     * @param embeddingSize E
     * @param headCount H
     * @param headSize D
     * @return the configuration
     */
    public static TpaConfig of(int embeddingSize, int headCount, int headSize) {
        return new TpaConfig(
                headCount,
                headSize,
                defaultQueryRank(embeddingSize, headSize),
                defaultKeyValueRank(embeddingSize, headSize),
                false,
                true,
                RotaryEmbedding.DEFAULT_BASE);
    }

    /**
     * Returns the usual configuration of the form whose queries are not factored.
     *
     * @param embeddingSize E
     * @param headCount H
     * @param headSize D
     * @return the configuration
     */
    public static TpaConfig keyValueOnly(int embeddingSize, int headCount, int headSize) {
        return new TpaConfig(
                headCount,
                headSize,
                0,
                defaultKeyValueRank(embeddingSize, headSize),
                false,
                true,
                RotaryEmbedding.DEFAULT_BASE);
    }

    /**
     * Returns the rank of queries used unless another one is given: the paper's 6 at 12 heads of
     * multi-head attention and more, fewer in proportion below.
     *
     * @param embeddingSize E
     * @param headSize D
     * @return min(6, E/D · 6/12), rounded up
     */
    public static int defaultQueryRank(int embeddingSize, int headSize) {
        return inProportion(PAPER_QUERY_RANK, embeddingSize, headSize);
    }

    /**
     * Returns the rank of keys and values used unless another one is given: the paper's 2 at 12
     * heads of multi-head attention and more, fewer in proportion below.
     *
     * @param embeddingSize E
     * @param headSize D
     * @return min(2, E/D · 2/12), rounded up
     */
    public static int defaultKeyValueRank(int embeddingSize, int headSize) {
        return inProportion(PAPER_KEY_VALUE_RANK, embeddingSize, headSize);
    }

    private static int inProportion(int paperRank, int embeddingSize, int headSize) {
        double multiHeads = (double) embeddingSize / headSize;
        return (int) Math.min(paperRank, Math.ceil(multiHeads * paperRank / PAPER_HEADS));
    }

    /** {@inheritDoc} */
    @Override
    public String name() {
        return queryRank == 0 ? "tpa-kv" : "tpa";
    }

    /** {@inheritDoc} */
    @Override
    public Attention build(long embeddingSize, float dropout) {
        TensorProductAttention.Builder builder =
                TensorProductAttention.builder()
                        .setEmbeddingSize(embeddingSize)
                        .setHeadCount(headCount)
                        .optHeadSize(headSize)
                        .setKeyValueRank(keyValueRank)
                        .optBias(bias)
                        .optRotary(rotary)
                        .optRotaryBase(rotaryBase)
                        .optAttentionDropout(dropout)
                        .optOutputDropout(dropout)
                        .optCausal(true);
        return queryRank == 0
                ? builder.optFactorizeQuery(false).build()
                : builder.optQueryRank(queryRank).build();
    }
}
