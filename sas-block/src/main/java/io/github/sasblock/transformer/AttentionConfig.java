package io.github.sasblock.transformer;

import io.github.sasblock.attention.Attention;

/**
 * The choice of a language model's attention. Each is an immutable record that builds its block.
 *
 * <p>The language model's attentions are causal.
 */
public sealed interface AttentionConfig permits MultiHeadConfig, SasConfig {

    /**
     * Returns the name by which people call the attention.
     *
     * @return mha, gqa, mqa or sas
     */
    String name();

    /**
     * Builds the block of one layer.
     *
     * @param embeddingSize E
     * @param dropout the rate at which attention weights and outputs are dropped in training
     * @return the block
     * @throws IllegalArgumentException if the sizes do not fit each other
     */
    Attention build(long embeddingSize, float dropout);
}
