package io.github.sasblock.testing;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A test with arrays of its own, and the same random numbers each time. */
public abstract class ArrayTest {

    /** Owns what a test makes. */
    protected final NDManager manager = NDManager.newBaseManager();

    @BeforeEach
    void makeRandomNumbersReproducible() {
        manager.getEngine().setRandomSeed(17);
    }

    @AfterEach
    void freeArrays() {
        manager.close();
    }

    /** Returns random numbers of the standard normal distribution, in float32. */
    protected final NDArray normal(long... shape) {
        return manager.randomNormal(new Shape(shape));
    }

    /** Returns random numbers of the standard normal distribution, in float64. */
    protected final NDArray normal64(long... shape) {
        return manager.randomNormal(new Shape(shape), DataType.FLOAT64);
    }
}
