package io.github.sasblock.transformer;

import io.github.sasblock.attention.Attention;
import java.util.List;

/**
 * The choice of a language model's attention. Each is an immutable record that builds its block.
 *
 * <p>The language model's attentions are causal.
 */
public sealed interface AttentionConfig
        permits MultiHeadConfig, MlaConfig, MfaConfig, TpaConfig, SasConfig {

    /** The names of all attentions: mha, gqa, mqa, mla, mfa, tpa, tpa-kv and sas. */
    List<String> NAMES = List.of("mha", "gqa", "mqa", "mla", "mfa", "tpa", "tpa-kv", "sas");

    /**
     * Returns the name by which people call the attention.
     *
     * @return one of {@link #NAMES}
     */
    String name();

    /**
     * Returns the number of query heads, for Simulated Attention Score before expansion.
     *
     * @return H
     */
    int headCount();

    /**
     * Returns whether the projections of queries, keys and values and of the output have biases.
     *
     * @return whether there are biases
     */
    boolean bias();

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
