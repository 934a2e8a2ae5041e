package io.github.sasblock.testing;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.GradientCollector;
import ai.djl.training.optimizer.Adam;
import ai.djl.training.tracker.Tracker;
import io.github.sasblock.safetensors.BlockWeights;
import java.util.function.Function;

/** Trains a block with DJL's Adam. */
public final class Descent {

    private final NDManager manager;
    private final Block block;
    private final Adam adam;

    /** Trains an initialized block; the manager owns what a step needs, until the step ends. */
    public Descent(NDManager manager, Block block, float learningRate) {
        this.manager = manager;
        this.block = block;
        adam = Adam.builder().optLearningRateTracker(Tracker.fixed(learningRate)).build();
    }

    /** Makes one step and returns the loss before it. */
    public float step(Function<NDManager, NDArray> loss) {
        try (NDManager step = manager.newSubManager()) {
            float value;
            try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                NDArray scalar = loss.apply(step);
                value = scalar.getFloat();
                collector.backward(scalar);
            }
            BlockWeights.named(block)
                    .forEach(
                            (name, parameter) -> {
                                NDArray array = parameter.getArray();
                                try (NDArray gradient = array.getGradient()) {
                                    adam.update(name, array, gradient); // and zeroes the gradient
                                }
                            });
            return value;
        }
    }
}
