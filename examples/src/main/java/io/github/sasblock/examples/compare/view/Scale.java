package io.github.sasblock.examples.compare.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Maps numbers to a stretch of a drawing.
 *
 * @param low the number at {@code from}
 * @param high the number at {@code to}
 * @param from a coordinate
 * @param to a coordinate
 */
record Scale(double low, double high, double from, double to) {

    double place(double value) {
        return from + (value - low) / (high - low) * (to - from);
    }

    /** Returns round numbers within the scale, about as many as asked for. */
    List<Double> ticks(int about) {
        double step = step(about);
        List<Double> ticks = new ArrayList<>();
        for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    private double step(int about) {
        double rough = (high - low) / about;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        for (double factor : new double[] {1, 2, 5}) {
            if (factor * power >= rough) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    /** Formats a tick with as many decimals as its neighbours need to be told apart. */
    String label(double tick, int about) {
        int decimals = (int) Math.max(0, -Math.floor(Math.log10(step(about)) + 1e-9));
        String text = String.format(Locale.ROOT, "%." + decimals + "f", tick + 0.0);
        return text.replace("-", "−");
    }
}
