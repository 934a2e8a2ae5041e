package io.github.sasblock.sas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import io.github.sasblock.safetensors.BlockWeights;
import io.github.sasblock.testing.ArrayTest;
import io.github.sasblock.testing.Blocks;
import io.github.sasblock.testing.GradientCheck;
import io.github.sasblock.testing.MatrixProducts;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParameterEfficientAggregationTest extends ArrayTest {

    private static final int HEADS = 2;
    private static final int SIZE = 4;
    private static final int GROUPS = 3;
    private static final int EMBEDDING = 10;
    private static final Shape X = new Shape(2, 5, HEADS * GROUPS, SIZE);

    @Test
    void gradientsAreItsDerivatives() {
        ParameterEfficientAggregation aggregation = aggregation(GROUPS, DataType.FLOAT64);
        NDArray x = manager.randomNormal(X, DataType.FLOAT64);
        GradientCheck.of(manager, aggregation)
                .with("x", x)
                .verify(() -> Blocks.forward(aggregation, true, x));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void isTheMeanOfAllGroupsProjectedByOneWeight(int groups) {
        ParameterEfficientAggregation aggregation = aggregation(groups, DataType.FLOAT64);
        NDArray weight =
                BlockWeights.named(aggregation).get("projection.weight").getArray(); // [E, H·D]
        NDArray bias = BlockWeights.named(aggregation).get("projection.bias").getArray();
        NDArray x = normal64(2, 5, HEADS * groups, SIZE);

        NDArray sum = manager.zeros(new Shape(2, 5, EMBEDDING), DataType.FLOAT64);
        for (int group = 0; group < groups; group++) {
            NDArray heads = x.get(":, :, {}:{}", group * HEADS, (group + 1) * HEADS);
            NDArray concatenated = heads.reshape(2, 5, HEADS * SIZE);
            sum.addi(Linear.linear(concatenated, weight, bias).singletonOrThrow());
        }
        assertThat(Blocks.distance(Blocks.infer(aggregation, x), sum.div(groups)))
                .isLessThan(1e-14);
    }

    @Test
    void outputHasTheShapeThatWasForetold() {
        ParameterEfficientAggregation aggregation = aggregation(GROUPS, DataType.FLOAT32);
        Shape[] foretold = aggregation.getOutputShapes(new Shape[] {X});
        assertThat(foretold).containsExactly(new Shape(2, 5, EMBEDDING));
        assertThat(Blocks.infer(aggregation, manager.randomNormal(X)).getShape())
                .isEqualTo(foretold[0]);
    }

    @Test
    void countsItsParametersAndOperations() throws IOException {
        ParameterEfficientAggregation aggregation = aggregation(GROUPS, DataType.FLOAT32);
        assertThat(aggregation.parameterCount()).isEqualTo(Blocks.parameterCount(aggregation));
        NDArray x = manager.randomNormal(X);
        long run = MatrixProducts.during(() -> Blocks.infer(aggregation, x));
        assertThat(run).isEqualTo(2 * 5 * aggregation.multiplyAdds());
    }

    @Test
    void refusesOtherHeads() {
        ParameterEfficientAggregation aggregation = aggregation(GROUPS, DataType.FLOAT32);
        NDArray x = normal(2, 5, SIZE, HEADS * GROUPS);
        assertThatThrownBy(() -> Blocks.infer(aggregation, x))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shape of the heads = (2, 5, 4, 6), expected (B, T, H' = 6, D = 4)");
    }

    private ParameterEfficientAggregation aggregation(int groups, DataType type) {
        return Blocks.initialized(
                new ParameterEfficientAggregation(HEADS, SIZE, groups, EMBEDDING, true),
                manager,
                type,
                X);
    }
}
