package io.github.sasblock.examples.selfcheck;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.github.sasblock.examples.selfcheck.SelfCheck.Outcome;
import io.github.sasblock.kernel.Kernels;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** Outputs and gradients by name, and how far they are apart. */
final class Results {

    /** A gradient far smaller than the others is compared with these, not with itself. */
    private static final double SMALL = 1e-2;

    private Results() {}

    /** Runs something in the plain form of all blocks. */
    static <T> T ofPlainForm(Supplier<T> supplier) {
        Kernels.Mode mode = Kernels.mode();
        Kernels.use(Kernels.Mode.PLAIN);
        try {
            return supplier.get();
        } finally {
            Kernels.use(mode);
        }
    }

    static double[] doubles(NDArray array) {
        try (NDArray wide = array.toType(DataType.FLOAT64, true)) {
            return wide.toDoubleArray();
        }
    }

    /** Compares, relative to the largest value of each. */
    static Outcome compare(
            Map<String, double[]> expected, Map<String, double[]> found, double tolerance) {
        double scaleOfGradients =
                expected.entrySet().stream()
                        .filter(entry -> entry.getKey().startsWith("gradient"))
                        .mapToDouble(entry -> largest(entry.getValue()))
                        .max()
                        .orElse(0);
        String worst = "";
        double error = -1;
        for (Map.Entry<String, double[]> entry : expected.entrySet()) {
            double[] values = entry.getValue();
            boolean isGradient = entry.getKey().startsWith("gradient");
            double scale = Math.max(largest(values), isGradient ? SMALL * scaleOfGradients : 0);
            double difference = difference(values, found.get(entry.getKey())) / scale;
            if (!(difference <= error)) { // NaN too
                error = difference;
                worst = entry.getKey();
            }
        }
        boolean passed = error <= tolerance;
        String detail = String.format(Locale.ROOT, "error %.1e", error);
        return new Outcome(
                passed,
                passed
                        ? detail
                        : detail
                                + String.format(
                                        Locale.ROOT,
                                        " in the %s, expected at most %.1e",
                                        worst,
                                        tolerance));
    }

    private static double largest(double[] values) {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    private static double difference(double[] a, double[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }
}
