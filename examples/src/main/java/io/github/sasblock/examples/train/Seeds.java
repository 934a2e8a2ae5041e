package io.github.sasblock.examples.train;

import ai.djl.ndarray.NDManager;

/**
 * Seeds of the engine's generator. Each step has its own, which depends on the run's seed and the
 * step alone: so no state of a generator has to be saved, and a step that is computed again drops
 * the same features.
 */
final class Seeds {

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private Seeds() {}

    /** Seeds the engine for a step. */
    static void use(NDManager manager, long seed, long step) {
        manager.getEngine().setRandomSeed((int) mixed(seed * GOLDEN + step));
    }

    /** The finalizer of SplitMix64 (Steele, Lea and Flood, 2014): close inputs, far outputs. */
    private static long mixed(long value) {
        long z = value + GOLDEN;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
