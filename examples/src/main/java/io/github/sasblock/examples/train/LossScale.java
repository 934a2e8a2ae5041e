package io.github.sasblock.examples.train;

import io.github.sasblock.kernel.Precision;

/**
 * The factor by which losses are multiplied so that their gradients fit into float16 (arXiv
 * 1710.03740, section 3.2). It halves when they overflow and doubles after a while without.
 */
final class LossScale {

    private static final double FIRST = 65_536;
    private static final int STEPS_TO_DOUBLE = 2000;

    private final boolean changes;
    private double factor;
    private int steps;

    private LossScale(boolean changes, double factor) {
        this.changes = changes;
        this.factor = factor;
    }

    static LossScale of(Precision precision) {
        return precision == Precision.FP16 ? new LossScale(true, FIRST) : new LossScale(false, 1);
    }

    double factor() {
        return factor;
    }

    /** Returns the steps since the factor changed. */
    int steps() {
        return steps;
    }

    /** Goes on from a factor and the steps since it changed. */
    void restore(double savedFactor, int savedSteps) {
        factor = savedFactor;
        steps = savedSteps;
    }

    /** Takes note of a step's gradient norm; returns whether the step is to be made again. */
    boolean repeats(double norm) {
        if (!changes) {
            return false;
        }
        if (!Double.isFinite(norm)) {
            factor /= 2;
            steps = 0;
            return factor >= 1;
        }
        if (++steps == STEPS_TO_DOUBLE) {
            factor *= 2;
            steps = 0;
        }
        return false;
    }
}
