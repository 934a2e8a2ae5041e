package io.github.sasblock.examples.report;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/**
 * The part of the vertical axis that a chart of losses shows.
 *
 * <p>A loss falls from the logarithm of the vocabulary within the first steps, and by a hundredth
 * of that in all the others. So the top is set by what comes after the start, and what lies above
 * it is cut off.
 *
 * @param low the least loss shown
 * @param high the highest loss shown
 */
record LossRange(double low, double high) {

    private static final double START = 0.05; // of the horizontal axis
    private static final double SHOWN = 0.99; // of the training losses after the start
    private static final double MARGIN = 0.06; // of the range
    private static final double LEAST_SPAN = 0.05;

    double span() {
        return high - low;
    }

    static LossRange of(List<LossCurve> curves, OptionalDouble floor) {
        double end = curves.stream().mapToDouble(LossCurve::end).max().orElse(0);
        double[] shown =
                DoubleStream.concat(
                                curves.stream().flatMapToDouble(c -> after(c, START * end)),
                                floor.stream())
                        .toArray();
        if (shown.length == 0) {
            return new LossRange(0, 1);
        }
        double low = Arrays.stream(shown).min().getAsDouble();
        double high = Arrays.stream(shown).max().getAsDouble();
        double margin = MARGIN * Math.max(high - low, LEAST_SPAN);
        return new LossRange(Math.max(0, low - margin), high + margin);
    }

    private static DoubleStream after(LossCurve curve, double start) {
        double[] train = sorted(curve.train(), start);
        int most = (int) Math.ceil(SHOWN * train.length);
        return DoubleStream.concat(
                Arrays.stream(train, 0, most), Arrays.stream(sorted(curve.validation(), start)));
    }

    // A line that ends before the start is over is shown whole.
    private static double[] sorted(LossCurve.Line line, double start) {
        boolean goesOn = line.end() >= start;
        double[] losses = new double[line.x().length];
        int count = 0;
        for (int i = 0; i < losses.length; i++) {
            if (!goesOn || line.x()[i] >= start) {
                losses[count++] = line.y()[i];
            }
        }
        double[] kept = Arrays.copyOf(losses, count);
        Arrays.sort(kept);
        return kept;
    }
}
