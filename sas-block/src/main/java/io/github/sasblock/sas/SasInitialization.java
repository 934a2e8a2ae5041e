package io.github.sasblock.sas;

/** How the expansions of Simulated Attention Score begin. */
public enum SasInitialization {
    /** Uniform in ±1/√(fan in), as the published code. */
    PYTORCH,

    /**
     * As plain attention: simulated head h′ copies head h′ mod H, the residual branches are zero,
     * and the scores are those of the copied heads.
     *
     * <p>Copies beyond the first and features beyond the first D would never learn to differ, so
     * the former carry a tenth of PyTorch's initial values besides, and the latter begin with
     * PyTorch's values in the queries and zero in the keys. With H′ = H and D′ = D nothing of that
     * is there.
     */
    IDENTITY
}
