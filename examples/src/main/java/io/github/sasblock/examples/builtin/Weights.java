package io.github.sasblock.examples.builtin;

import java.util.Arrays;
import java.util.List;

/** The weights of alternatives: whole numbers, so that the probabilities are exact. */
final class Weights {

    private final int[] ends; // ends[i]: sum of the weights 0..i
    private final double[] bits;

    private Weights(int[] ends) {
        this.ends = ends;
        this.bits = new double[ends.length];
        for (int i = 0; i < bits.length; i++) {
            // StrictMath gives the same result on every platform.
            bits[i] = StrictMath.log((double) total() / weight(i)) / StrictMath.log(2);
        }
    }

    /**
     * Creates weights.
     *
     * @param weights one or more, each positive
     * @return the weights
     */
    static Weights of(List<Integer> weights) {
        if (weights.isEmpty()) {
            throw new IllegalArgumentException("no weights: expected at least one");
        }
        int[] ends = new int[weights.size()];
        int end = 0;
        for (int i = 0; i < ends.length; i++) {
            if (weights.get(i) <= 0) {
                throw new IllegalArgumentException(
                        "weight " + weights.get(i) + ": expected a positive number");
            }
            end = Math.addExact(end, weights.get(i));
            ends[i] = end;
        }
        return new Weights(ends);
    }

    int size() {
        return ends.length;
    }

    int weight(int index) {
        return ends[index] - (index == 0 ? 0 : ends[index - 1]);
    }

    int total() {
        return ends[ends.length - 1];
    }

    /** Returns −log₂ of the probability of an alternative. */
    double bits(int index) {
        return bits[index];
    }

    /** Returns the alternative that owns a point of the range 0 to {@link #total()} − 1. */
    int at(int point) {
        int found = Arrays.binarySearch(ends, point + 1);
        return found >= 0 ? found : -found - 1;
    }
}
