package io.github.sasblock.examples.compare.statistics;

import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The difference between two configurations that were measured with the same seeds, with the
 * interval of Student's t distribution that holds the true mean in 95 of 100 comparisons.
 *
 * @param count the number of pairs
 * @param mean the mean of the differences
 * @param standardError of that mean; NaN of one pair
 * @param low the lower end of the interval; NaN of one pair
 * @param high the upper end of the interval; NaN of one pair
 */
public record PairedDifference(
        int count, double mean, double standardError, double low, double high) {

    private static final double UPPER_QUANTILE = 0.975;

    /** What an interval says. */
    public enum Verdict {
        /** It lies wholly below zero. */
        LOWER,
        /** It lies wholly above zero. */
        HIGHER,
        /** It holds zero: the difference may be noise. */
        UNDECIDED,
        /** There is none, of one pair. */
        NO_SPREAD
    }

    /**
     * Summarises differences.
     *
     * @param differences one a pair, at least one
     * @return their mean and its interval
     */
    public static PairedDifference of(double... differences) {
        Sample sample = Sample.of(differences);
        if (!sample.hasSpread()) {
            return new PairedDifference(1, sample.mean(), Double.NaN, Double.NaN, Double.NaN);
        }
        double half = quantile(sample.count() - 1) * sample.standardError();
        return new PairedDifference(
                sample.count(),
                sample.mean(),
                sample.standardError(),
                sample.mean() - half,
                sample.mean() + half);
    }

    /** Returns the number that Student's t with so many degrees of freedom exceeds in 2.5 %. */
    static double quantile(int degreesOfFreedom) {
        return TDistribution.of(degreesOfFreedom).inverseCumulativeProbability(UPPER_QUANTILE);
    }

    /**
     * Returns what the interval says.
     *
     * @return on which side of zero it lies
     */
    public Verdict verdict() {
        if (count < 2) {
            return Verdict.NO_SPREAD;
        }
        if (high < 0) {
            return Verdict.LOWER;
        }
        return low > 0 ? Verdict.HIGHER : Verdict.UNDECIDED;
    }
}
