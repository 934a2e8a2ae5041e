package io.github.sasblock;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import io.github.sasblock.safetensors.BlockWeights;
import io.github.sasblock.safetensors.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** A golden file, and the errors of our blocks against it. */
final class GoldenCase implements AutoCloseable {

    /** Errors of one case: of the outputs, and of the gradients as a share of what is allowed. */
    record Errors(double output, double gradientOfBound, String worstGradient) {}

    private final NDManager manager = NDManager.newBaseManager();
    private final SafeTensors file;
    private final Map<String, NDArray> outputs = new LinkedHashMap<>();
    private final Map<String, NDArray> gradients = new LinkedHashMap<>();

    private GoldenCase(SafeTensors file) {
        this.file = file;
    }

    static GoldenCase open(Path path) throws IOException {
        return new GoldenCase(SafeTensors.open(path));
    }

    NDManager manager() {
        return manager;
    }

    ParameterStore parameters() {
        return new ParameterStore(manager, false);
    }

    int size(String key) {
        return Integer.parseInt(file.metadata().get(key));
    }

    int size(String key, int otherwise) {
        return file.metadata().containsKey(key) ? size(key) : otherwise;
    }

    boolean flag(String key) {
        return Boolean.parseBoolean(file.metadata().get(key));
    }

    NDArray read(String name) throws IOException {
        return file.read(manager, name);
    }

    NDArray input(String name) throws IOException {
        NDArray input = read("input." + name);
        if (input.getDataType().isFloating()) {
            input.setRequiresGradient(true);
        }
        return input;
    }

    /** Initialises a block and sets its parameters; each weight of the file must have its place. */
    void load(Block block, UnaryOperator<String> ourName, ai.djl.ndarray.types.Shape... input)
            throws IOException {
        block.initialize(manager, DataType.FLOAT32, input);
        Map<String, Parameter> parameters = BlockWeights.named(block);
        for (String name : new TreeSet<>(file.names())) {
            if (name.startsWith("weight.")) {
                String ours = ourName.apply(name.substring("weight.".length()));
                Parameter parameter = parameters.get(ours);
                if (parameter == null) {
                    throw new IllegalStateException(
                            name + " → " + ours + ": not one of " + parameters.keySet());
                }
                set(parameter, read(name));
            }
        }
    }

    static void set(Parameter parameter, NDArray value) {
        if (!parameter.getArray().getShape().equals(value.getShape())) {
            throw new IllegalStateException(
                    parameter.getArray().getShape() + " ≠ " + value.getShape());
        }
        value.copyTo(parameter.getArray());
    }

    /** Runs a function with gradients, as sum(output × cotangent) or as a loss. */
    void differentiate(NDArrayFunction function) throws IOException {
        try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
            collector.backward(function.apply());
        }
    }

    /** A function whose result is differentiated. */
    @FunctionalInterface
    interface NDArrayFunction {
        NDArray apply() throws IOException;
    }

    void output(String name, NDArray value) {
        outputs.put("output." + name, value);
    }

    void gradient(String name, NDArray variable) {
        gradients.put("grad." + name, variable.getGradient());
    }

    void gradients(Block block, UnaryOperator<String> ourName) {
        Map<String, Parameter> parameters = BlockWeights.named(block);
        for (String name : file.names()) {
            if (name.startsWith("grad.weight.")) {
                String theirs = name.substring("grad.weight.".length());
                Parameter parameter = parameters.get(ourName.apply(theirs));
                gradient("weight." + theirs, parameter.getArray());
            }
        }
    }

    Errors errors() throws IOException {
        double output = 0;
        for (Map.Entry<String, NDArray> entry : outputs.entrySet()) {
            NDArray expected = read(entry.getKey());
            output = Math.max(output, distance(entry.getValue(), expected) / norm(expected));
        }
        double all = 0;
        for (String name : file.names()) {
            if (name.startsWith("grad.")) {
                all = Math.hypot(all, norm(read(name)));
                if (!gradients.containsKey(name)) {
                    throw new IllegalStateException(name + " was not compared");
                }
            }
        }
        double worst = -1;
        String worstName = "";
        for (Map.Entry<String, NDArray> entry : gradients.entrySet()) {
            NDArray expected = read(entry.getKey());
            double bound = 1e-4 * norm(expected) + 1e-6 * all;
            double share = distance(entry.getValue(), expected) / bound;
            if (!(share <= worst)) {
                worst = share;
                worstName = entry.getKey();
            }
        }
        return new Errors(output, worst, worstName);
    }

    private static double distance(NDArray a, NDArray b) {
        if (!a.getShape().equals(b.getShape())) {
            throw new IllegalStateException("shapes " + a.getShape() + " and " + b.getShape());
        }
        return norm(a.toType(DataType.FLOAT64, true).sub(b.toType(DataType.FLOAT64, true)));
    }

    private static double norm(NDArray x) {
        return Math.sqrt(x.toType(DataType.FLOAT64, true).square().sum().getDouble());
    }

    @Override
    public void close() throws IOException {
        manager.close();
        file.close();
    }
}
