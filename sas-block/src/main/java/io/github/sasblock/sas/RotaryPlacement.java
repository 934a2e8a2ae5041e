package io.github.sasblock.sas;

/** Where queries and keys are rotated by their positions. */
public enum RotaryPlacement {
    /** Nowhere. */
    NONE,

    /**
     * Before the expansion, on D features. The expansion is not linear and mixes features, so
     * scores depend on absolute positions too.
     */
    BEFORE,

    /** After the expansion, on D′ features. Scores depend on relative positions alone. */
    AFTER
}
