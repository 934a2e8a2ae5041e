package io.github.sasblock.examples.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * One run as a chart draws it, in the chart's units.
 *
 * @param name the run's name
 * @param train the training loss, thinned where there are too many points to tell apart
 * @param smooth the training loss, smoothed
 * @param validation the validation loss
 */
record LossCurve(String name, Line train, Line smooth, Line validation) {

    private static final int TRAIN_POINTS = 700;
    private static final int SMOOTH_POINTS = 350;
    private static final int WINDOWS_IN_CURVE = 40;

    /**
     * Points of a line.
     *
     * @param x where on the horizontal axis, ascending
     * @param y the loss, finite
     */
    record Line(double[] x, double[] y) {

        boolean isEmpty() {
            return x.length == 0;
        }

        double end() {
            return isEmpty() ? 0 : x[x.length - 1];
        }

        double last() {
            return y[y.length - 1];
        }

        static <P extends MetricsPoint> Line of(
                List<P> points, ToDoubleFunction<MetricsPoint> x, ToDoubleFunction<P> y) {
            List<P> finite =
                    points.stream().filter(p -> Double.isFinite(y.applyAsDouble(p))).toList();
            return new Line(
                    finite.stream().mapToDouble(x::applyAsDouble).toArray(),
                    finite.stream().mapToDouble(y).toArray());
        }

        /** A moving average, taken twice: each point weighs its neighbours by their distance. */
        Line smoothed() {
            int reach = y.length / (2 * WINDOWS_IN_CURVE);
            return new Line(x, averaged(averaged(y, reach), reach));
        }

        // As many neighbours on one side as on the other, so that the steep start is not lifted;
        // at the end, where the slope is small, fewer to the right.
        private static double[] averaged(double[] values, int reach) {
            double[] sums = new double[values.length + 1];
            for (int i = 0; i < values.length; i++) {
                sums[i + 1] = sums[i] + values[i];
            }
            double[] means = new double[values.length];
            for (int i = 0; i < values.length; i++) {
                int from = i - Math.min(reach, i);
                int to = Math.min(2 * i - from, values.length - 1) + 1;
                means[i] = (sums[to] - sums[from]) / (to - from);
            }
            return means;
        }

        /** Keeps the lowest and the highest point of each stretch, so that the noise stays seen. */
        Line thinned(int most) {
            if (x.length <= most) {
                return this;
            }
            int stretches = most / 2;
            List<Integer> kept = new ArrayList<>(most);
            for (int s = 0; s < stretches; s++) {
                int from = (int) ((long) x.length * s / stretches);
                int to = (int) ((long) x.length * (s + 1) / stretches);
                int low = from;
                int high = from;
                for (int i = from; i < to; i++) {
                    low = y[i] < y[low] ? i : low;
                    high = y[i] > y[high] ? i : high;
                }
                kept.add(Math.min(low, high));
                if (low != high) {
                    kept.add(Math.max(low, high));
                }
            }
            return new Line(
                    kept.stream().mapToDouble(i -> x[i]).toArray(),
                    kept.stream().mapToDouble(i -> y[i]).toArray());
        }
    }

    double end() {
        return Math.max(train.end(), validation.end());
    }

    static LossCurve of(
            String name,
            Metrics metrics,
            ToDoubleFunction<MetricsPoint> x,
            ToDoubleFunction<TrainPoint> trainLoss,
            ToDoubleFunction<ValidationPoint> validationLoss) {
        Line train = Line.of(metrics.train(), x, trainLoss);
        return new LossCurve(
                name,
                train.thinned(TRAIN_POINTS),
                train.smoothed().thinned(SMOOTH_POINTS),
                Line.of(metrics.validation(), x, validationLoss));
    }
}
