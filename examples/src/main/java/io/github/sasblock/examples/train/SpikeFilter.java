package io.github.sasblock.examples.train;

import java.util.OptionalDouble;

/**
 * Finds losses far above those before. A loss that is too high counts in the average as the highest
 * that would have passed, so that a lasting rise is accepted after a while.
 */
final class SpikeFilter {

    private static final double DECAY = 0.95;

    /** Before so many losses an average says little. */
    private static final long WARMUP = 20;

    private final double factor;
    private double average;
    private long losses;

    SpikeFilter(double factor) {
        this.factor = factor;
    }

    /** Takes note of a loss, and returns whether it is a spike. */
    boolean add(double loss) {
        boolean spike = factor > 0 && losses >= WARMUP && loss > factor * average;
        double counted = spike ? factor * average : loss;
        average = losses == 0 ? counted : DECAY * average + (1 - DECAY) * counted;
        losses++;
        return spike;
    }

    /** Returns the moving average of the losses, if there was one. */
    OptionalDouble average() {
        return losses == 0 ? OptionalDouble.empty() : OptionalDouble.of(average);
    }

    long losses() {
        return losses;
    }

    void restore(double savedAverage, long savedLosses) {
        average = savedAverage;
        losses = savedLosses;
    }
}
