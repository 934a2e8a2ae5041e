package io.github.sasblock.testing;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.training.GradientCollector;
import io.github.sasblock.safetensors.BlockWeights;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Compares gradients with central differences, in float64.
 *
 * <p>The function's output is weighed with random numbers and summed. Each variable is then moved
 * along a few random directions of length 1, all its elements at once: a wrong element shows in
 * every direction.
 */
public final class GradientCheck {

    private static final double TOLERANCE = 1e-6;

    /** Of the largest gradient of all variables: where the exact gradient is zero, noise is not. */
    private static final double FLOOR = 1e-7;

    private static final double STEP = 1e-6;
    private static final int DIRECTIONS = 2;

    private final NDManager manager;
    private final Map<String, NDArray> variables = new LinkedHashMap<>();

    private GradientCheck(NDManager manager) {
        this.manager = manager;
    }

    /** Returns a check of all parameters of a block. */
    public static GradientCheck of(NDManager manager, Block block) {
        GradientCheck check = new GradientCheck(manager);
        BlockWeights.named(block).forEach((name, p) -> check.variables.put(name, p.getArray()));
        return check;
    }

    /** Adds an input to the variables. */
    public GradientCheck with(String name, NDArray input) {
        input.setRequiresGradient(true);
        variables.put(name, input);
        return this;
    }

    /** Requires that the gradients of a function are its derivatives. */
    public void verify(Supplier<NDArray> function) {
        NDArray weights;
        try (NDArray y = function.get()) {
            weights = manager.randomNormal(y.getShape(), DataType.FLOAT64);
        }
        variables.values().forEach(GradientCheck::zeroGradient);
        Map<String, NDArray> gradients = gradients(function, weights);
        double largest =
                gradients.values().stream().mapToDouble(GradientCheck::norm).max().orElseThrow();
        variables.forEach(
                (name, variable) ->
                        verify(name, variable, gradients.get(name), function, weights, largest));
    }

    private Map<String, NDArray> gradients(Supplier<NDArray> function, NDArray weights) {
        try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
            collector.backward(function.get().mul(weights).sum());
        }
        Map<String, NDArray> gradients = new LinkedHashMap<>();
        variables.forEach((name, variable) -> gradients.put(name, variable.getGradient()));
        return gradients;
    }

    private void verify(
            String name,
            NDArray variable,
            NDArray gradient,
            Supplier<NDArray> function,
            NDArray weights,
            double largest) {
        for (int i = 0; i < DIRECTIONS; i++) {
            try (NDManager step = manager.newSubManager()) {
                NDArray direction = step.randomNormal(variable.getShape(), DataType.FLOAT64);
                direction.divi(norm(direction));
                double expected = difference(variable, direction, function, weights);
                double actual = direction.mul(gradient).sum().getDouble();
                assertThat(Math.abs(actual - expected))
                        .as("error of the gradient of %s: %s instead of %s", name, actual, expected)
                        .isLessThanOrEqualTo(TOLERANCE * norm(gradient) + FLOOR * largest);
            }
        }
    }

    private static double difference(
            NDArray variable, NDArray direction, Supplier<NDArray> function, NDArray weights) {
        NDArray start = direction.mul(0).add(variable);
        double after = at(start.add(direction.mul(STEP)), variable, function, weights);
        double before = at(start.sub(direction.mul(STEP)), variable, function, weights);
        start.copyTo(variable);
        return (after - before) / (2 * STEP);
    }

    private static double at(
            NDArray value, NDArray variable, Supplier<NDArray> function, NDArray weights) {
        value.copyTo(variable);
        try (NDArray y = function.get();
                NDArray sum = y.mul(weights).sum()) {
            return sum.getDouble();
        }
    }

    private static void zeroGradient(NDArray variable) {
        if (variable.hasGradient()) {
            try (NDArray gradient = variable.getGradient()) {
                gradient.muli(0);
            }
        }
    }

    private static double norm(NDArray x) {
        try (NDArray sum = x.square().sum()) {
            return Math.sqrt(sum.getDouble());
        }
    }
}
