package io.github.sasblock.sas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.sasblock.safetensors.BlockWeights;
import io.github.sasblock.testing.ArrayTest;
import io.github.sasblock.testing.Blocks;
import io.github.sasblock.testing.GradientCheck;
import io.github.sasblock.testing.MatrixProducts;
import java.io.IOException;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeadExpansionTest extends ArrayTest {

    private static final int HEADS = 2;
    private static final int SIMULATED = 6;
    private static final Shape X = new Shape(2, 3, HEADS, 5);

    static Stream<HeadExpansion> expansions() {
        return Stream.of(convolution(1), convolution(3), convolution(5), mlp());
    }

    @ParameterizedTest
    @MethodSource("expansions")
    void gradientsAreItsDerivatives(HeadExpansion expansion) {
        expansion.initialize(manager, DataType.FLOAT64, X);
        NDArray x = manager.randomNormal(X, DataType.FLOAT64);
        GradientCheck.of(manager, expansion)
                .with("x", x)
                .verify(() -> Blocks.forward(expansion, true, x));
    }

    @ParameterizedTest
    @MethodSource("expansions")
    void outputHasTheShapeThatWasForetold(HeadExpansion expansion) {
        expansion.initialize(manager, DataType.FLOAT32, X);
        Shape[] foretold = expansion.getOutputShapes(new Shape[] {X});
        assertThat(foretold).containsExactly(new Shape(2, 3, SIMULATED, 5));
        assertThat(Blocks.infer(expansion, manager.randomNormal(X)).getShape())
                .isEqualTo(foretold[0]);
    }

    @ParameterizedTest
    @MethodSource("expansions")
    void countsItsParametersAndOperations(HeadExpansion expansion) throws IOException {
        expansion.initialize(manager, DataType.FLOAT32, X);
        assertThat(expansion.parameterCount()).isEqualTo(Blocks.parameterCount(expansion));
        NDArray x = manager.randomNormal(X);
        long run = MatrixProducts.during(() -> Blocks.infer(expansion, x));
        long features = X.get(0) * X.get(1) * X.get(3);
        assertThat(run).isEqualTo(features * expansion.multiplyAddsPerFeature());
    }

    @ParameterizedTest
    @MethodSource("expansions")
    void mixesNoTimeSteps(HeadExpansion expansion) {
        expansion.initialize(manager, DataType.FLOAT32, X);
        NDArray x = manager.randomNormal(X);
        NDArray changed = x.duplicate();
        changed.set(new NDIndex(":, 1"), 9);
        NDArray y = Blocks.infer(expansion, x);
        NDArray yChanged = Blocks.infer(expansion, changed);
        assertThat(yChanged.get(":, 0")).isEqualTo(y.get(":, 0"));
        assertThat(yChanged.get(":, 2")).isEqualTo(y.get(":, 2"));
        assertThat(yChanged.get(":, 1")).isNotEqualTo(y.get(":, 1"));
    }

    @Test
    void theMlpIsTheConvolutionWithAKernelOfOne() {
        HeadExpansion convolution =
                Blocks.initialized(convolution(1), manager, DataType.FLOAT32, X);
        HeadExpansion mlp = Blocks.initialized(mlp(), manager, DataType.FLOAT32, X);
        Map<String, Parameter> weights = BlockWeights.named(convolution);
        BlockWeights.named(mlp)
                .forEach(
                        (name, parameter) -> {
                            Shape shape = parameter.getArray().getShape();
                            Blocks.set(parameter, weights.get(name).getArray().reshape(shape));
                        });
        NDArray x = manager.randomNormal(X);
        assertThat(Blocks.distance(Blocks.infer(mlp, x), Blocks.infer(convolution, x)))
                .isLessThan(1e-6);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 2, 4})
    void theKernelIsOdd(int kernelSize) {
        assertThatThrownBy(() -> convolution(kernelSize))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("kernel size K = " + kernelSize + ", expected an odd number");
    }

    @ParameterizedTest
    @CsvSource({"4, 6", "4, 2", "4, 0"})
    void simulatedHeadsAreAMultipleOfHeads(int heads, int simulated) {
        assertThatThrownBy(() -> new MlpHeadExpansion(heads, simulated, SasInitialization.PYTORCH))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "simulated head count H' = "
                                + simulated
                                + ", expected a multiple of the head count H = 4");
    }

    @Test
    void refusesOtherHeads() {
        HeadExpansion expansion = Blocks.initialized(mlp(), manager, DataType.FLOAT32, X);
        NDArray x = normal(2, 3, HEADS + 1, 5);
        assertThatThrownBy(() -> Blocks.infer(expansion, x))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shape of the heads = (2, 3, 3, 5), expected (B, T, H = 2, D)");
    }

    private static HeadExpansion convolution(int kernelSize) {
        return new ConvolutionalHeadExpansion(
                HEADS, SIMULATED, kernelSize, SasInitialization.PYTORCH);
    }

    private static HeadExpansion mlp() {
        return new MlpHeadExpansion(HEADS, SIMULATED, SasInitialization.PYTORCH);
    }
}
