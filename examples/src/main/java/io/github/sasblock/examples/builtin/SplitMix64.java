package io.github.sasblock.examples.builtin;

/**
 * The SplitMix64 generator of Steele, Lea and Flood ("Fast splittable pseudorandom number
 * generators", OOPSLA 2014), written out so that a seed gives the same text on every platform and
 * Java version.
 */
public final class SplitMix64 {

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    /**
     * Creates a generator.
     *
     * @param seed any number
     */
    public SplitMix64(long seed) {
        state = seed;
    }

    /**
     * Returns a generator for one member of a family, independent of the other members.
     *
     * @param seed the family
     * @param member the member
     * @return a generator
     */
    public static SplitMix64 of(long seed, long member) {
        return new SplitMix64(mix(mix(seed + GOLDEN_GAMMA) + member * GOLDEN_GAMMA));
    }

    /**
     * Returns the next number.
     *
     * @return any of the 2<sup>64</sup>, each equally likely
     */
    public long next() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /**
     * Returns a number below a bound.
     *
     * @param bound at least 1
     * @return a number from 0 to {@code bound} − 1, each equally likely
     */
    public int nextBelow(int bound) {
        // Of the 2^31 values, the incomplete last run of `bound` values is drawn again.
        int limit = (int) ((1L << 31) / bound * bound - 1);
        int value;
        do {
            value = (int) (next() >>> 33);
        } while (value > limit);
        return value % bound;
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
