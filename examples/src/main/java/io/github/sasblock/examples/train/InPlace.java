package io.github.sasblock.examples.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;

/** Writing into arrays that others have views of. */
public final class InPlace {

    private InPlace() {}

    /**
     * Gives an array the values of another. ({@code NDArray.copyTo} would give it new memory, apart
     * from that of its views, such as those that an optimizer holds of parameters.)
     *
     * @param target the array; it may require a gradient
     * @param source as many values, of the same shape and type
     */
    public static void copy(NDArray target, NDArray source) {
        try (NDArray values = target.stopGradient()) {
            values.set(new NDIndex("..."), source);
        }
    }
}
