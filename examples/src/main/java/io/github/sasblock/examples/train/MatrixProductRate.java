package io.github.sasblock.examples.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

/**
 * Measures how fast this machine multiplies matrices, the yardstick of every speed printed here.
 */
public final class MatrixProductRate {

    private static final int SIZE = 1024;
    private static final int WARM_UP = 3;
    private static final int REPEATS = 9;

    private MatrixProductRate() {}

    /**
     * Measures the rate of products of 1024 × 1024 matrices of type FLOAT32.
     *
     * @param parent the manager whose device is measured
     * @return the median, in operations per second, a multiply-add counted as two
     */
    public static double measure(NDManager parent) {
        double[] seconds = new double[REPEATS];
        try (NDManager manager = parent.newSubManager()) {
            Shape shape = new Shape(SIZE, SIZE);
            NDArray a = manager.randomUniform(-1, 1, shape, DataType.FLOAT32);
            NDArray b = manager.randomUniform(-1, 1, shape, DataType.FLOAT32);
            for (int i = -WARM_UP; i < REPEATS; i++) {
                long start = System.nanoTime();
                try (NDArray product = a.matMul(b)) {
                    product.getFloat(0, 0); // waits for the device
                }
                if (i >= 0) {
                    seconds[i] = (System.nanoTime() - start) / 1e9;
                }
            }
        }
        Arrays.sort(seconds);
        return 2.0 * SIZE * SIZE * SIZE / seconds[REPEATS / 2];
    }
}
