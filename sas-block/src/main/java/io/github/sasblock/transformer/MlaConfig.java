package io.github.sasblock.transformer;

import io.github.sasblock.attention.Attention;
import io.github.sasblock.attention.MultiHeadLatentAttention;
import io.github.sasblock.attention.RotaryEmbedding;

/**
 * Multi-head Latent Attention.
 *
 * @param headCount H
 * @param headSize D, the features of a query or key head that are not rotated
 * @param rotarySize Dr, the features of a query or key head that are rotated; 0 for no rotary
 *     embedding
 * @param valueSize Dv, the features of a value head
 * @param queryRank the size of the queries' latent
 * @param keyValueRank the size of the latent of keys and values
 * @param bias whether the projections have biases
 * @param rotaryBase the base of the rotary embedding
 */
public record MlaConfig(
        int headCount,
        int headSize,
        int rotarySize,
        int valueSize,
        int queryRank,
        int keyValueRank,
        boolean bias,
        double rotaryBase)
        implements AttentionConfig {

    /**
     * Returns the usual configuration: ranks in proportion, Dr = D/2, Dv = D, no biases, rotary
     * embedding with base 10000. At E = 768 and D = 64 the ranks are 512 and 256, and stay so at
     * larger E.
     *
     * @param embeddingSize E
     * @param headCount H
     * @param headSize D
     * @return the configuration
     */
    public static MlaConfig of(int embeddingSize, int headCount, int headSize) {
        return new MlaConfig(
                headCount,
                headSize,
                defaultRotarySize(headSize),
                headSize,
                defaultQueryRank(embeddingSize, headSize),
                defaultKeyValueRank(embeddingSize, headSize),
                false,
                RotaryEmbedding.DEFAULT_BASE);
    }

    /**
     * Returns the rank of queries used unless another one is given: 8·D, but at most two thirds of
     * the embedding.
     *
     * @param embeddingSize E
     * @param headSize D
     * @return min(8·D, 2·E/3), the latter rounded down to a multiple of 8 where there is one
     */
    public static int defaultQueryRank(int embeddingSize, int headSize) {
        return rank(8 * headSize, 2 * embeddingSize / 3);
    }

    /**
     * Returns the rank of keys and values used unless another one is given: 4·D, as in DeepSeek-V2,
     * but at most a third of the embedding.
     *
     * @param embeddingSize E
     * @param headSize D
     * @return min(4·D, E/3), the latter rounded down to a multiple of 8 where there is one
     */
    public static int defaultKeyValueRank(int embeddingSize, int headSize) {
        return rank(4 * headSize, embeddingSize / 3);
    }

    /**
     * Returns the number of rotated features used unless another one is given, as in DeepSeek-V2.
     *
     * @param headSize D
     * @return D/2, rounded down to an even number, at least 2
     */
    public static int defaultRotarySize(int headSize) {
        return Math.max(2, headSize / 4 * 2);
    }

    static int rank(int wanted, int most) {
        int rounded = most < 8 ? Math.max(1, most) : most / 8 * 8;
        return Math.min(wanted, rounded);
    }

    /** {@inheritDoc} */
    @Override
    public String name() {
        return "mla";
    }

    /** {@inheritDoc} */
    @Override
    public Attention build(long embeddingSize, float dropout) {
        return MultiHeadLatentAttention.builder()
                .setEmbeddingSize(embeddingSize)
                .setHeadCount(headCount)
                .optHeadSize(headSize)
                .optRotarySize(rotarySize)
                .optValueSize(valueSize)
                .setQueryRank(queryRank)
                .setKeyValueRank(keyValueRank)
                .optBias(bias)
                .optRotaryBase(rotaryBase)
                .optAttentionDropout(dropout)
                .optOutputDropout(dropout)
                .optCausal(true)
                .build();
    }
}
