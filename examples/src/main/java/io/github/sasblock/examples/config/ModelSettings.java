package io.github.sasblock.examples.config;

import io.github.sasblock.transformer.AttentionConfig;
import io.github.sasblock.transformer.LanguageModelConfig;
import io.github.sasblock.transformer.MatchedSizes;

/**
 * The sizes of a model but its vocabulary, which the tokenizer determines.
 *
 * @param sizes the embedding size, the attention, the hidden size of the feed-forward network, and
 *     how they were matched
 * @param layerCount the number of decoder layers
 * @param dropout the rate of dropout
 * @param tiedEmbedding whether the output projection is the embedding's weight
 * @param normEpsilon the ε of RMSNorm
 */
public record ModelSettings(
        MatchedSizes sizes,
        int layerCount,
        float dropout,
        boolean tiedEmbedding,
        double normEpsilon) {

    /**
     * Returns the embedding size.
     *
     * @return E
     */
    public int embeddingSize() {
        return sizes.embeddingSize();
    }

    /**
     * Returns the attention.
     *
     * @return the attention of every layer
     */
    public AttentionConfig attention() {
        return sizes.attention();
    }

    /**
     * Returns the hidden size of the feed-forward network.
     *
     * @return the hidden size
     */
    public int hiddenSize() {
        return sizes.hiddenSize();
    }

    LanguageModelConfig languageModel(long vocabularySize) {
        return new LanguageModelConfig(
                vocabularySize,
                embeddingSize(),
                layerCount,
                hiddenSize(),
                attention(),
                dropout,
                tiedEmbedding,
                true,
                normEpsilon);
    }
}
