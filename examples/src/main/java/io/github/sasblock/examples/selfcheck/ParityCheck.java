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
import io.github.sasblock.safetensors.BlockWeights;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Compares a block in single precision on a device with the same block in double precision on the
 * CPU: its output, and the gradients of its input and of all its parameters.
 *
 * @param name what is checked
 * @param block makes the block
 * @param input the shape of its input
 */
record ParityCheck(String name, Supplier<Block> block, Shape input) implements SelfCheck {

    private static final int SEED = 5;

    /** A gradient far smaller than the others is compared with these, not with itself. */
    private static final double SMALL = 1e-2;

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
            Map<String, double[]> expected = results(initial, cpu, DataType.FLOAT64, x, weights);
            Map<String, double[]> found = results(initial, there, DataType.FLOAT32, x, weights);
            return compare(expected, found, Tolerance.of(device));
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
                                moved(values.get(name).getArray(), manager, type)
                                        .copyTo(parameter.getArray()));
        NDArray here = moved(x, manager, type);
        here.setRequiresGradient(true);
        Map<String, double[]> results = new LinkedHashMap<>();
        try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
            ParameterStore store = new ParameterStore(manager, false);
            NDArray y = copy.forward(store, new NDList(here), true).singletonOrThrow();
            collector.backward(y.mul(moved(weights, manager, type)).sum());
            results.put("output", doubles(y));
        }
        results.put("gradient of the input", doubles(here.getGradient()));
        BlockWeights.named(copy)
                .forEach(
                        (name, parameter) ->
                                results.put(
                                        "gradient of " + name,
                                        doubles(parameter.getArray().getGradient())));
        return results;
    }

    private static NDArray moved(NDArray array, NDManager manager, DataType type) {
        NDArray moved = array.toType(type, true).toDevice(manager.getDevice(), false);
        moved.attach(manager);
        return moved;
    }

    private static double[] doubles(NDArray array) {
        try (NDArray wide = array.toType(DataType.FLOAT64, true)) {
            return wide.toDoubleArray();
        }
    }

    private static Outcome compare(
            Map<String, double[]> expected, Map<String, double[]> found, double tolerance) {
        double scaleOfGradients =
                expected.entrySet().stream()
                        .filter(entry -> entry.getKey().startsWith("gradient"))
                        .mapToDouble(entry -> largest(entry.getValue()))
                        .max()
                        .orElse(0);
        String worst = "";
        double error = -1;
        for (Map.Entry<String, double[]> entry : expected.entrySet()) {
            double[] values = entry.getValue();
            boolean isGradient = entry.getKey().startsWith("gradient");
            double scale = Math.max(largest(values), isGradient ? SMALL * scaleOfGradients : 0);
            double difference = difference(values, found.get(entry.getKey())) / scale;
            if (!(difference <= error)) { // NaN too
                error = difference;
                worst = entry.getKey();
            }
        }
        boolean passed = error <= tolerance;
        String detail = String.format(Locale.ROOT, "error %.1e", error);
        return new Outcome(
                passed,
                passed
                        ? detail
                        : detail
                                + String.format(
                                        Locale.ROOT,
                                        " in the %s, expected at most %.1e",
                                        worst,
                                        tolerance));
    }

    private static double largest(double[] values) {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    private static double difference(double[] a, double[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }
}
