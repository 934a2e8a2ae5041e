package io.github.sasblock.testing;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.util.Pair;
import io.github.sasblock.kernel.Kernels;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Compares the fused form of a block with its plain one: values and all gradients. */
public final class BothForms {

    private static final double TOLERANCE = 1e-10;

    private BothForms() {}

    /**
     * Requires that both forms of a block of float64 parameters give the same, but for rounding.
     */
    public static void assertEqual(Block block, NDArray x, NDArray... others) {
        assertThat(x.getDataType()).isEqualTo(DataType.FLOAT64);
        try (NDManager scratch = x.getManager().newSubManager()) {
            Map<String, NDArray> fused = run(Kernels.Mode.FUSED, block, scratch, x, others);
            Map<String, NDArray> plain = run(Kernels.Mode.PLAIN, block, scratch, x, others);
            assertClose(fused, plain);
        } finally {
            Kernels.use(Kernels.Mode.FUSED);
        }
    }

    /** Requires that arrays equal those of the same name, relative to the largest gradient. */
    public static void assertClose(Map<String, NDArray> actual, Map<String, NDArray> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        double scale = 0;
        for (NDArray array : expected.values()) {
            scale = Math.max(scale, largest(array));
        }
        for (Map.Entry<String, NDArray> entry : expected.entrySet()) {
            double distance = largest(actual.get(entry.getKey()).sub(entry.getValue()));
            assertThat(distance)
                    .as(entry.getKey())
                    .isLessThan(TOLERANCE * Math.max(largest(entry.getValue()), scale * 1e-3));
        }
    }

    private static double largest(NDArray array) {
        return array.abs().max().getDouble();
    }

    private static Map<String, NDArray> run(
            Kernels.Mode mode, Block block, NDManager scratch, NDArray x, NDArray... others) {
        Kernels.use(mode);
        Map<String, NDArray> results = new LinkedHashMap<>();
        NDArray input = x.duplicate();
        input.attach(scratch);
        input.setRequiresGradient(true);
        try (GradientCollector collector = scratch.getEngine().newGradientCollector()) {
            NDArray y = Blocks.forward(block, true, inputs(input, others));
            results.put("y", y.stopGradient().duplicate());
            long size = y.size();
            NDArray weights = scratch.arange(size).mul(0.7).sin().reshape(y.getShape());
            collector.backward(y.mul(weights.toType(DataType.FLOAT64, false)).sum());
        }
        results.put("gradient of x", input.getGradient());
        for (Pair<String, Parameter> parameter : block.getParameters()) {
            NDArray gradient = parameter.getValue().getArray().getGradient();
            results.put("gradient of " + parameter.getKey(), gradient.duplicate());
            gradient.subi(gradient); // the next pass would add to it
        }
        return results;
    }

    private static NDArray[] inputs(NDArray first, NDArray... others) {
        return Stream.concat(Stream.of(first), Stream.of(others)).toArray(NDArray[]::new);
    }
}
