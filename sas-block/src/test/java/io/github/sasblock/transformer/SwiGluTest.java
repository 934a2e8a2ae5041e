package io.github.sasblock.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.safetensors.BlockWeights;
import io.github.sasblock.testing.ArrayTest;
import io.github.sasblock.testing.Blocks;
import io.github.sasblock.testing.GradientCheck;
import io.github.sasblock.testing.MatrixProducts;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class SwiGluTest extends ArrayTest {

    private static final Shape X = new Shape(2, 3, 6);

    @Test
    void gradientsAreItsDerivatives() {
        SwiGlu network = network(DataType.FLOAT64);
        NDArray x = manager.randomNormal(X, DataType.FLOAT64);
        GradientCheck.of(manager, network)
                .with("x", x)
                .verify(() -> Blocks.forward(network, true, x));
    }

    @Test
    void gatesByXTimesSigmoid() {
        SwiGlu network = network(DataType.FLOAT64);
        NDArray x = manager.randomNormal(X, DataType.FLOAT64);
        NDArray gate = x.matMul(weight(network, "gate"));
        NDArray silu = gate.div(gate.neg().exp().add(1));
        NDArray expected =
                silu.mul(x.matMul(weight(network, "up"))).matMul(weight(network, "down"));
        assertThat(Blocks.distance(Blocks.infer(network, x), expected)).isLessThan(1e-14);
    }

    private static NDArray weight(SwiGlu network, String layer) {
        return BlockWeights.named(network).get(layer + ".weight").getArray().transpose();
    }

    @Test
    void outputHasTheShapeThatWasForetold() {
        SwiGlu network = network(DataType.FLOAT32);
        assertThat(network.getOutputShapes(new Shape[] {X}))
                .containsExactly(Blocks.infer(network, manager.randomNormal(X)).getShape());
    }

    @Test
    void countsItsParametersAndOperations() throws IOException {
        SwiGlu network = network(DataType.FLOAT32);
        assertThat(network.parameterCount()).isEqualTo(Blocks.parameterCount(network));
        NDArray x = manager.randomNormal(X);
        long run = MatrixProducts.during(() -> Blocks.infer(network, x));
        assertThat(run).isEqualTo(2 * 3 * network.parameterCount());
    }

    @Test
    void namesWhatIsNotValid() {
        assertThatThrownBy(() -> new SwiGlu(0, 8))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("embedding size E = 0, expected at least 1");
        assertThatThrownBy(() -> new SwiGlu(6, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("hidden size = -1, expected at least 1");
        SwiGlu network = network(DataType.FLOAT32);
        NDArray wide = normal(2, 3, 7);
        assertThatThrownBy(() -> Blocks.infer(network, wide))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shape of the input = (2, 3, 7), expected (.., 6)");
    }

    private SwiGlu network(DataType type) {
        return Blocks.initialized(new SwiGlu(6, 9), manager, type, X);
    }
}
