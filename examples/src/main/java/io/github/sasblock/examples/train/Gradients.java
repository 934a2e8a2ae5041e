package io.github.sasblock.examples.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.List;

/** The gradients of all parameters after the backward passes of a step. */
final class Gradients implements AutoCloseable {

    private static final double EPSILON = 1e-6;

    private final NDManager manager;
    private final List<NDArray> arrays;

    /** Takes the gradients as they are; they stay those of the parameters. */
    Gradients(NDManager parent, List<NDArray> parameters) {
        manager = parent.newSubManager();
        arrays = parameters.stream().map(this::gradient).toList();
    }

    private NDArray gradient(NDArray parameter) {
        NDArray gradient = parameter.getGradient();
        gradient.attach(manager);
        return gradient;
    }

    List<NDArray> arrays() {
        return arrays;
    }

    /** Returns the square root of the sum of all squares. */
    double norm() {
        NDList squares = new NDList(arrays.size());
        for (NDArray gradient : arrays) {
            squares.add(gradient.square().sum().toType(DataType.FLOAT64, false));
        }
        return Math.sqrt(NDArrays.stack(squares).sum().getDouble());
    }

    /**
     * Scales the gradients to a largest norm, as {@code torch.nn.utils.clip_grad_norm_}.
     *
     * @param norm their norm
     * @param limit the largest norm; 0 for no limit
     */
    void clip(double norm, double limit) {
        double scale = limit / (norm + EPSILON);
        if (limit > 0 && scale < 1) {
            NDArray factor = manager.create(scale);
            arrays.forEach(gradient -> gradient.muli(factor));
        }
    }

    /** Sets all to zero, for the next step. */
    void zero() {
        NDArray zero = manager.create(0.0);
        arrays.forEach(gradient -> gradient.muli(zero));
    }

    @Override
    public void close() {
        manager.close();
    }
}
