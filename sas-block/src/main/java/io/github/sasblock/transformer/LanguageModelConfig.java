package io.github.sasblock.transformer;

import io.github.sasblock.nn.Check;
import io.github.sasblock.nn.RmsNorm;

/**
 * The sizes of a causal language model.
 *
 * @param vocabularySize V, the number of token ids
 * @param embeddingSize E
 * @param layerCount the number of decoder layers
 * @param hiddenSize the hidden size of the feed-forward network
 * @param attention the attention of every layer
 * @param dropout the rate of dropout on embeddings, attention weights and the outputs of attention
 *     and feed-forward network
 * @param tiedEmbedding whether the output projection is the embedding's weight
 * @param normWeight whether RMSNorm multiplies by a learnt weight
 * @param normEpsilon the ε of RMSNorm
 */
public record LanguageModelConfig(
        long vocabularySize,
        int embeddingSize,
        int layerCount,
        int hiddenSize,
        AttentionConfig attention,
        float dropout,
        boolean tiedEmbedding,
        boolean normWeight,
        double normEpsilon) {

    private static final double DEFAULT_EPSILON = 1e-6;

    /**
     * Checks the values.
     *
     * @param vocabularySize V, the number of token ids
     * @param embeddingSize E
     * @param layerCount the number of decoder layers
     * @param hiddenSize the hidden size of the feed-forward network
     * @param attention the attention of every layer
     * @param dropout the rate of dropout on embeddings, attention weights and the outputs of
     *     attention and feed-forward network
     * @param tiedEmbedding whether the output projection is the embedding's weight
     * @param normWeight whether RMSNorm multiplies by a learnt weight
     * @param normEpsilon the ε of RMSNorm
     * @throws IllegalArgumentException if a value is not valid
     */
    public LanguageModelConfig {
        Check.positive("vocabulary size V", vocabularySize);
        Check.positive("embedding size E", embeddingSize);
        Check.positive("layers", layerCount);
        Check.positive("hidden size", hiddenSize);
        Check.that(attention != null, "attention", attention, "a configuration");
        Check.dropout("dropout", dropout);
        Check.that(normEpsilon >= 0, "norm epsilon", normEpsilon, "not negative");
    }

    /**
     * Returns the usual configuration: hidden size ⌊8E/3⌋, tied embedding, RMSNorm with a weight
     * and ε = 1e-6, no dropout.
     *
     * @param vocabularySize V
     * @param embeddingSize E
     * @param layerCount the number of decoder layers
     * @param attention the attention of every layer
     * @return the configuration
     */
    public static LanguageModelConfig of(
            long vocabularySize, int embeddingSize, int layerCount, AttentionConfig attention) {
        return new LanguageModelConfig(
                vocabularySize,
                embeddingSize,
                layerCount,
                defaultHiddenSize(embeddingSize),
                attention,
                0,
                true,
                true,
                DEFAULT_EPSILON);
    }

    /**
     * Returns the hidden size that gives a gated network the parameters of one with 4E.
     *
     * @param embeddingSize E
     * @return ⌊8E/3⌋
     */
    public static int defaultHiddenSize(int embeddingSize) {
        return Math.toIntExact(8L * embeddingSize / 3);
    }

    /**
     * Returns the size of a vocabulary padded to a multiple of 64, which matrix products like.
     *
     * @param tokens the number of token ids in use
     * @return the next multiple of 64
     */
    public static long paddedVocabulary(long tokens) {
        return (tokens + 63) / 64 * 64;
    }

    /**
     * Returns this configuration with dropout.
     *
     * @param rate at least 0 and less than 1
     * @return the configuration
     */
    public LanguageModelConfig withDropout(float rate) {
        return new LanguageModelConfig(
                vocabularySize,
                embeddingSize,
                layerCount,
                hiddenSize,
                attention,
                rate,
                tiedEmbedding,
                normWeight,
                normEpsilon);
    }

    RmsNorm norm() {
        return RmsNorm.builder()
                .setSize(embeddingSize)
                .optEpsilon(normEpsilon)
                .optWeight(normWeight)
                .build();
    }
}
