package io.github.sasblock.sas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.sas.FeatureExpansion.Role;
import io.github.sasblock.testing.ArrayTest;
import io.github.sasblock.testing.Blocks;
import io.github.sasblock.testing.GradientCheck;
import io.github.sasblock.testing.MatrixProducts;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class FeatureExpansionTest extends ArrayTest {

    private static final int SIZE = 4;
    private static final int SIMULATED = 6;
    private static final Shape X = new Shape(2, 3, 5, SIZE);

    @Test
    void gradientsAreItsDerivatives() {
        FeatureExpansion expansion = expansion(DataType.FLOAT64);
        NDArray x = manager.randomNormal(X, DataType.FLOAT64);
        GradientCheck.of(manager, expansion)
                .with("x", x)
                .verify(() -> Blocks.forward(expansion, true, x));
    }

    @Test
    void outputHasTheShapeThatWasForetold() {
        Shape[] foretold = expansion(DataType.FLOAT32).getOutputShapes(new Shape[] {X});
        assertThat(foretold).containsExactly(new Shape(2, 3, 5, SIMULATED));
        NDArray y = Blocks.infer(expansion(DataType.FLOAT32), manager.randomNormal(X));
        assertThat(y.getShape()).isEqualTo(foretold[0]);
    }

    @Test
    void countsItsParametersAndOperations() throws IOException {
        FeatureExpansion expansion = expansion(DataType.FLOAT32);
        assertThat(expansion.parameterCount()).isEqualTo(Blocks.parameterCount(expansion));
        NDArray x = manager.randomNormal(X);
        long run = MatrixProducts.during(() -> Blocks.infer(expansion, x));
        assertThat(run).isEqualTo(2 * 3 * 5 * expansion.multiplyAddsPerHead());
    }

    @Test
    void allHeadsShareItsWeights() {
        FeatureExpansion expansion = expansion(DataType.FLOAT32);
        NDArray x = manager.randomNormal(X);
        NDArray reversed = x.flip(2);
        assertThat(Blocks.infer(expansion, reversed)).isEqualTo(Blocks.infer(expansion, x).flip(2));
    }

    @Test
    void featuresAreNotReduced() {
        assertThatThrownBy(
                        () ->
                                new FeatureExpansion(
                                        SIZE, SIZE - 1, SasInitialization.PYTORCH, Role.KEY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("simulated head size D' = 3, expected at least the head size D = 4");
    }

    @Test
    void refusesOtherFeatures() {
        FeatureExpansion expansion = expansion(DataType.FLOAT32);
        NDArray x = normal(2, 3, 5, SIZE + 1);
        assertThatThrownBy(() -> Blocks.infer(expansion, x))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shape of the input = (2, 3, 5, 5), expected (.., 4)");
    }

    private FeatureExpansion expansion(DataType type) {
        return Blocks.initialized(
                new FeatureExpansion(SIZE, SIMULATED, SasInitialization.PYTORCH, Role.QUERY),
                manager,
                type,
                X);
    }
}
