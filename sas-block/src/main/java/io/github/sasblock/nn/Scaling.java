package io.github.sasblock.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/** Products with a number that autograd may follow. */
public final class Scaling {

    private Scaling() {}

    /**
     * Multiplies an array by a number.
     *
     * <p>{@link NDArray#mul(Number)} is not safe where autograd follows: on the PyTorch engine the
     * number is an array in memory of Java's, which autograd keeps for the derivative and the
     * garbage collector may free before.
     *
     * @param x an array of any shape
     * @param factor the number
     * @return factor · x, in the type of x
     */
    public static NDArray scaled(NDArray x, double factor) {
        try (NDArray number = x.getManager().zeros(new Shape(), x.getDataType())) {
            number.addi(factor); // not toType(.., true), which copies nothing in the same type
            return x.mul(number);
        }
    }
}
