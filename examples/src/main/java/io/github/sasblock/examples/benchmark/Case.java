package io.github.sasblock.examples.benchmark;

import io.github.sasblock.kernel.Kernels;
import java.util.function.DoubleSupplier;

/**
 * Something to measure.
 *
 * @param label what it is
 * @param unit of its samples
 * @param tokens the tokens that a run works through, or 0
 * @param operations the counted operations of a run, or 0
 * @param kernels the form of the blocks while it runs
 * @param prepare runs before each measurement, unmeasured
 * @param measure runs once and returns what that took
 */
record Case(
        Label label,
        String unit,
        double tokens,
        double operations,
        Kernels.Mode kernels,
        Runnable prepare,
        DoubleSupplier measure) {

    private static final double NANOS = 1e9;
    private static final Runnable NOTHING = () -> {};

    /** A case whose duration counts. */
    static Case timed(Label label, Kernels.Mode kernels, Runnable action) {
        DoubleSupplier measure =
                () -> {
                    long start = System.nanoTime();
                    action.run();
                    return (System.nanoTime() - start) / NANOS;
                };
        return new Case(label, Measurement.SECONDS, 0, 0, kernels, NOTHING, measure);
    }

    /** A case that measures memory. */
    static Case bytes(Label label, DoubleSupplier measure) {
        return new Case(label, Measurement.BYTES, 0, 0, Kernels.Mode.FUSED, NOTHING, measure);
    }

    Case counting(double operationsOfRun) {
        return new Case(label, unit, tokens, operationsOfRun, kernels, prepare, measure);
    }

    Case over(double tokensOfRun) {
        return new Case(label, unit, tokensOfRun, operations, kernels, prepare, measure);
    }

    Case preparedBy(Runnable preparation) {
        return new Case(label, unit, tokens, operations, kernels, preparation, measure);
    }

    double run() {
        Kernels.use(kernels);
        prepare.run();
        return measure.getAsDouble();
    }
}
