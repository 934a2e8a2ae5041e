package io.github.sasblock.nn;

import ai.djl.ndarray.types.Shape;

/** Checks of configurations and inputs, with messages that name the value and what was expected. */
public final class Check {

    private Check() {}

    /**
     * Requires a condition.
     *
     * @param holds the condition
     * @param name what is checked
     * @param value its value
     * @param expected what was expected of it
     * @throws IllegalArgumentException if the condition does not hold
     */
    public static void that(boolean holds, String name, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(name + " = " + value + ", expected " + expected);
        }
    }

    /**
     * Requires the size of the last axis of an input.
     *
     * @param shape the shape of the input
     * @param size the expected size of its last axis
     * @throws IllegalArgumentException if the last axis has another size, or there is none
     */
    public static void lastAxis(Shape shape, long size) {
        int axes = shape.dimension();
        that(
                axes > 0 && shape.get(axes - 1) == size,
                "shape of the input",
                shape,
                "(.., " + size + ")");
    }

    /**
     * Requires a positive number.
     *
     * @param name what is checked
     * @param value its value
     * @throws IllegalArgumentException if the value is less than 1
     */
    public static void positive(String name, long value) {
        that(value >= 1, name, value, "at least 1");
    }

    /**
     * Requires a positive odd number.
     *
     * @param name what is checked
     * @param value its value
     * @throws IllegalArgumentException if the value is even or less than 1
     */
    public static void odd(String name, long value) {
        that(value >= 1 && value % 2 != 0, name, value, "an odd number");
    }

    /**
     * Requires a dropout rate.
     *
     * @param name what is checked
     * @param rate its value
     * @throws IllegalArgumentException if the rate is not in [0, 1)
     */
    public static void dropout(String name, double rate) {
        that(rate >= 0 && rate < 1, name, rate, "at least 0 and less than 1");
    }
}
