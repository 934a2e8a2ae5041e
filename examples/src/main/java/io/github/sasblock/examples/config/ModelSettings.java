package io.github.sasblock.examples.config;

import io.github.sasblock.transformer.AttentionConfig;
import io.github.sasblock.transformer.LanguageModelConfig;

/**
 * The sizes of a model but its vocabulary, which the tokenizer determines.
 *
 * @param embeddingSize E
 * @param layerCount the number of decoder layers
 * @param hiddenSize the hidden size of the feed-forward network
 * @param attention the attention
 * @param dropout the rate of dropout
 * @param tiedEmbedding whether the output projection is the embedding's weight
 * @param normEpsilon the ε of RMSNorm
 */
public record ModelSettings(
        int embeddingSize,
        int layerCount,
        int hiddenSize,
        AttentionConfig attention,
        float dropout,
        boolean tiedEmbedding,
        double normEpsilon) {

    LanguageModelConfig languageModel(long vocabularySize) {
        return new LanguageModelConfig(
                vocabularySize,
                embeddingSize,
                layerCount,
                hiddenSize,
                attention,
                dropout,
                tiedEmbedding,
                true,
                normEpsilon);
    }
}
