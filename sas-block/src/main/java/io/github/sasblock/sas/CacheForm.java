package io.github.sasblock.sas;

/** What Simulated Attention Score keeps of past tokens while decoding. */
public enum CacheForm {
    /**
     * The H heads of D features before expansion: 2·H·D elements a token, expanded at each step.
     */
    COMPACT,

    /** The H′ expanded heads: H′·(D′ + D) elements a token, nothing to expand again. */
    EXPANDED
}
