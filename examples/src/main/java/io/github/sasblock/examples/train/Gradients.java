package io.github.sasblock.examples.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import io.github.sasblock.kernel.FlatArrays;
import java.util.List;

/** The plain form of what is done with all gradients at once. */
final class Gradients {

    private static final double EPSILON = 1e-6;

    private Gradients() {}

    /** Returns the square root of the sum of all squares. */
    static double norm(List<NDArray> gradients) {
        try (NDManager scratch = gradients.get(0).getManager().newSubManager()) {
            double sum = 0;
            for (NDArray gradient : gradients) {
                NDArray squares = gradient.square();
                squares.attach(scratch);
                NDArray total = squares.sum();
                total.attach(scratch);
                sum += total.toType(DataType.FLOAT64, false).getDouble();
            }
            return Math.sqrt(sum);
        }
    }

    /**
     * Scales the gradients to a largest norm, as {@code torch.nn.utils.clip_grad_norm_}.
     *
     * @param norm their norm
     * @param limit the largest norm; 0 for no limit
     */
    static void clip(List<NDArray> gradients, double norm, double limit) {
        double scale = limit / (norm + EPSILON);
        if (limit > 0 && scale < 1) {
            scale(gradients, scale);
        }
    }

    /** Sets gradients to zero. */
    static void clear(List<FlatArrays> shares) {
        for (FlatArrays share : shares) {
            List<NDArray> all = share.isFlat() ? List.of(share.flat()) : share.arrays();
            all.forEach(gradient -> gradient.set(new NDIndex("..."), 0));
        }
    }

    /** Multiplies all by a number, in place. */
    static void scale(List<NDArray> gradients, double factor) {
        try (NDArray number = gradients.get(0).getManager().create(factor)) {
            gradients.forEach(gradient -> gradient.muli(number));
        }
    }
}
