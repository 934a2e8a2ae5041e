package io.github.sasblock.examples.selfcheck;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import io.github.sasblock.examples.train.InPlace;
import io.github.sasblock.safetensors.BlockWeights;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Compares a block in single precision on a device with its plain form in double precision on the
 * CPU: its output, and the gradients of its input and of all its parameters.
 *
 * @param name what is checked
 * @param block makes the block
 * @param input the shape of its input
 */
record ParityCheck(String name, Supplier<Block> block, Shape input) implements SelfCheck {

    private static final int SEED = 5;

    @Override
    public Outcome run(Device device) {
        Engine.getInstance().setRandomSeed(SEED);
        try (NDManager cpu = NDManager.newBaseManager(Device.cpu());
                NDManager there = NDManager.newBaseManager(device)) {
            Block initial = block.get();
            initial.initialize(cpu, DataType.FLOAT32, input);
            NDArray x = cpu.randomNormal(input);
            Shape output = initial.getOutputShapes(new Shape[] {input})[0];
            NDArray weights = cpu.randomNormal(output);
            Map<String, double[]> found = results(initial, there, DataType.FLOAT32, x, weights);
            Map<String, double[]> expected =
                    Results.ofPlainForm(() -> results(initial, cpu, DataType.FLOAT64, x, weights));
            return Results.compare(expected, found, Tolerance.of(device));
        }
    }

    /** Returns the output, and the gradients of the output's weighted sum, by name. */
    private Map<String, double[]> results(
            Block initial, NDManager manager, DataType type, NDArray x, NDArray weights) {
        Block copy = block.get();
        copy.initialize(manager, type, input);
        Map<String, Parameter> values = BlockWeights.named(initial);
        BlockWeights.named(copy)
                .forEach(
                        (name, parameter) ->
                                InPlace.copy(
                                        parameter.getArray(),
                                        moved(values.get(name).getArray(), manager, type)));
        NDArray here = moved(x, manager, type);
        here.setRequiresGradient(true);
        Map<String, double[]> results = new LinkedHashMap<>();
        try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
            ParameterStore store = new ParameterStore(manager, false);
            NDArray y = copy.forward(store, new NDList(here), true).singletonOrThrow();
            collector.backward(y.mul(moved(weights, manager, type)).sum());
            results.put("output", Results.doubles(y));
        }
        results.put("gradient of the input", Results.doubles(here.getGradient()));
        BlockWeights.named(copy)
                .forEach(
                        (name, parameter) ->
                                results.put(
                                        "gradient of " + name,
                                        Results.doubles(parameter.getArray().getGradient())));
        return results;
    }

    static NDArray moved(NDArray array, NDManager manager, DataType type) {
        NDArray moved = array.toType(type, true).toDevice(manager.getDevice(), false);
        moved.attach(manager);
        return moved;
    }
}
