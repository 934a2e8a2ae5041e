package io.github.sasblock.examples.tokens;

import java.util.Objects;

/**
 * The order in which training reads windows: in every epoch each window once, shuffled anew. It is
 * a function of the seed, the epoch and the place in it, so that a run can resume anywhere, and
 * needs no table.
 *
 * <p>It is a Feistel network on the smallest even number of bits that holds all windows; a result
 * that is no window goes through the network again until it is one (cycle walking, J. Black and P.
 * Rogaway, Ciphers with Arbitrary Finite Domains, 2002).
 */
public final class WindowOrder {

    private static final int ROUNDS = 8;

    /** With narrower halves than this, a network has few permutations to choose from. */
    private static final int MIN_HALF_BITS = 3;

    private static final int MAX_HALF_BITS = 31;

    private final long count;
    private final long seed;
    private final int halfBits;
    private final long halfMask;

    /**
     * Creates an order.
     *
     * @param count the number of windows, at least 1 and at most 2<sup>62</sup>
     * @param seed chooses the order
     */
    public WindowOrder(long count, long seed) {
        if (count < 1 || count > 1L << (2 * MAX_HALF_BITS)) {
            throw new IllegalArgumentException("count = " + count + ": expected 1 to 2^62");
        }
        this.count = count;
        this.seed = seed;
        int bits = Long.SIZE - Long.numberOfLeadingZeros(count - 1);
        halfBits = Math.max(MIN_HALF_BITS, (bits + 1) / 2);
        halfMask = (1L << halfBits) - 1;
    }

    /**
     * Returns the number of windows.
     *
     * @return the windows of an epoch
     */
    public long count() {
        return count;
    }

    /**
     * Returns which window comes at a place.
     *
     * @param epoch the epoch, from 0
     * @param index the place in the epoch, from 0
     * @return a window, less than the count; a different one for every index of the epoch
     * @throws IndexOutOfBoundsException if the index is not less than the count
     */
    public long window(long epoch, long index) {
        Objects.checkIndex(index, count);
        long key = mix(mix(seed) + epoch);
        long window = index;
        do {
            window = permute(key, window);
        } while (window >= count);
        return window;
    }

    /** Returns a permutation of all numbers of twice the half's bits. */
    private long permute(long key, long value) {
        long left = value >>> halfBits;
        long right = value & halfMask;
        for (int round = 0; round < ROUNDS; round++) {
            long next = left ^ (mix(mix(key + round) ^ right) & halfMask);
            left = right;
            right = next;
        }
        return left << halfBits | right;
    }

    /** The finaliser of SplitMix64, after adding its increment. */
    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
