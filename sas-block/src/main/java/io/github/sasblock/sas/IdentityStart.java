package io.github.sasblock.sas;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.initializer.Initializer;

/** The initial values of {@link SasInitialization#IDENTITY}. */
final class IdentityStart {

    /** The share of PyTorch's initial values that sets copies of a head apart. */
    private static final double COPY_NOISE = 0.1;

    private IdentityStart() {}

    /** Lets simulated head h′ copy head h′ mod H; copies beyond the first differ a little. */
    static void copyHeads(Block expansion, Block residual) {
        start(expansion, IdentityStart::headCopies);
        silence(residual);
    }

    /**
     * Lets the first D of the D′ features copy the features, scaled by (D′/D)^¼ in queries and
     * keys, so that scores divided by √D′ are those of D features divided by √D.
     *
     * @param explore whether the other features begin with PyTorch's values instead of zero; in one
     *     of queries and keys they must, or neither would ever learn
     */
    static void copyFeatures(Block expansion, Block residual, boolean explore) {
        start(expansion, (manager, shape, type) -> featureCopies(manager, shape, type, explore));
        silence(residual);
    }

    private static void start(Block expansion, Initializer weight) {
        expansion.setInitializer(weight, Parameter.Type.WEIGHT);
        expansion.setInitializer(Initializer.ZEROS, Parameter.Type.BIAS);
    }

    private static void silence(Block residual) {
        residual.setInitializer(Initializer.ZEROS, Parameter.Type.WEIGHT);
        residual.setInitializer(Initializer.ZEROS, Parameter.Type.BIAS);
    }

    // [H′, H] or [H′, H, K]
    private static NDArray headCopies(NDManager manager, Shape shape, DataType type) {
        int simulated = (int) shape.get(0);
        int heads = (int) shape.get(1);
        int kernel = (int) shape.size() / (simulated * heads);
        double bound = COPY_NOISE / Math.sqrt((double) heads * kernel);
        double[] values = uniform(manager, shape, bound);
        for (int i = 0; i < simulated; i++) {
            for (int j = 0; j < heads * kernel; j++) {
                boolean copied = j == i % heads * kernel + kernel / 2;
                double noise = i < heads ? 0 : values[i * heads * kernel + j];
                values[i * heads * kernel + j] = (copied ? 1 : 0) + noise;
            }
        }
        return manager.create(values, shape).toType(type, false);
    }

    // [D′, D]
    private static NDArray featureCopies(
            NDManager manager, Shape shape, DataType type, boolean explore) {
        int simulated = (int) shape.get(0);
        int features = (int) shape.get(1);
        double scale = Math.pow((double) simulated / features, 0.25);
        double[] values = uniform(manager, shape, explore ? 1 / Math.sqrt(features) : 0);
        for (int i = 0; i < features; i++) {
            for (int j = 0; j < features; j++) {
                values[i * features + j] = i == j ? scale : 0;
            }
        }
        return manager.create(values, shape).toType(type, false);
    }

    private static double[] uniform(NDManager manager, Shape shape, double bound) {
        if (bound == 0) {
            return new double[Math.toIntExact(shape.size())];
        }
        try (NDArray random =
                manager.randomUniform((float) -bound, (float) bound, shape, DataType.FLOAT64)) {
            return random.toDoubleArray();
        }
    }
}
