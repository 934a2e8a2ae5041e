package io.github.sasblock.examples.compare.statistics;

import java.util.Arrays;

/**
 * What is known of a figure that was measured once a seed.
 *
 * @param count the number of seeds, at least 1
 * @param mean the mean over the seeds
 * @param standardError the standard deviation (of n − 1) divided by √n; NaN of one seed, which has
 *     no spread
 */
public record Sample(int count, double mean, double standardError) {

    /**
     * Summarises measurements.
     *
     * @param values one or more numbers
     * @return their mean and standard error
     * @throws IllegalArgumentException if there are none
     */
    public static Sample of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("values = []: expected at least one");
        }
        double mean = Arrays.stream(values).average().orElseThrow();
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        double variance = squares / (values.length - 1.0); // 0/0 = NaN of one value
        return new Sample(values.length, mean, Math.sqrt(variance / values.length));
    }

    /**
     * Returns whether the mean may be shown: whether there is a spread to show with it.
     *
     * @return whether there is more than one value
     */
    public boolean hasSpread() {
        return count > 1;
    }
}
