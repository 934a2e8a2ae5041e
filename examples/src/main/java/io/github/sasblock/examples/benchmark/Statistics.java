package io.github.sasblock.examples.benchmark;

import java.util.List;

/**
 * The middle and the spread of samples.
 *
 * @param lowerQuartile a quarter of the samples is below
 * @param median half of the samples is below
 * @param upperQuartile a quarter of the samples is above
 */
public record Statistics(double lowerQuartile, double median, double upperQuartile) {

    /**
     * Describes samples. Between two samples, quantiles are interpolated linearly.
     *
     * @param samples at least one number
     * @return their quartiles
     */
    public static Statistics of(List<Double> samples) {
        if (samples.isEmpty()) {
            throw new IllegalArgumentException("samples are none, expected at least one");
        }
        double[] sorted = samples.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return new Statistics(
                quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75));
    }

    private static double quantile(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
