package io.github.sasblock.examples.compare.statistics;

import java.util.OptionalDouble;

/**
 * A loss against what was spent on it: steps, operations or seconds. Between two points it is a
 * straight line; beyond its ends it is not known.
 */
public final class Curve {

    private final double[] x;
    private final double[] y;

    /**
     * Creates a curve.
     *
     * @param x where it is known, ascending, one point at least
     * @param y its values there
     * @throws IllegalArgumentException if the lengths differ or x does not ascend
     */
    public Curve(double[] x, double[] y) {
        if (x.length == 0 || x.length != y.length) {
            throw new IllegalArgumentException(
                    "curve of " + x.length + " by " + y.length + " numbers: expected as many");
        }
        for (int i = 1; i < x.length; i++) {
            if (!(x[i] >= x[i - 1])) {
                throw new IllegalArgumentException(
                        "x = " + x[i] + " after " + x[i - 1] + ": expected ascending numbers");
            }
        }
        this.x = x.clone();
        this.y = y.clone();
    }

    /**
     * Returns where the curve is known.
     *
     * @return all x, ascending
     */
    public double[] places() {
        return x.clone();
    }

    /**
     * Returns where the curve ends.
     *
     * @return the last x
     */
    public double end() {
        return x[x.length - 1];
    }

    /**
     * Returns the value at the curve's end.
     *
     * @return the last y
     */
    public double last() {
        return y[y.length - 1];
    }

    /**
     * Returns the value at a place.
     *
     * @param place an x
     * @return the value, or nothing where the curve is not known
     */
    public OptionalDouble at(double place) {
        if (!(place >= x[0] && place <= end())) {
            return OptionalDouble.empty();
        }
        int right = 0;
        while (x[right] < place) {
            right++;
        }
        if (x[right] == place) {
            return OptionalDouble.of(y[right]);
        }
        double share = (place - x[right - 1]) / (x[right] - x[right - 1]);
        return OptionalDouble.of(y[right - 1] + share * (y[right] - y[right - 1]));
    }

    /**
     * Returns where the curve first comes down to a value.
     *
     * @param target a y
     * @return the first x at which the curve is not above it, or nothing if it never is
     */
    public OptionalDouble reaches(double target) {
        for (int i = 0; i < x.length; i++) {
            if (y[i] <= target) {
                if (i == 0) {
                    return OptionalDouble.of(x[0]);
                }
                double share = (y[i - 1] - target) / (y[i - 1] - y[i]);
                return OptionalDouble.of(x[i - 1] + share * (x[i] - x[i - 1]));
            }
        }
        return OptionalDouble.empty();
    }
}
