package io.github.sasblock.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.testing.ArrayTest;
import io.github.sasblock.testing.Blocks;
import io.github.sasblock.testing.GradientCheck;
import org.junit.jupiter.api.Test;

class QkvProjectionTest extends ArrayTest {

    private static final Shape X = new Shape(2, 3, 8);

    @Test
    void gradientsAreItsDerivatives() {
        QkvProjection projection = projection(DataType.FLOAT64);
        NDArray x = normal64(2, 3, 8);
        GradientCheck.of(manager, projection)
                .with("x", x)
                .verify(() -> flat(project(projection, x, x, x)));
    }

    private static NDArray flat(NDList arrays) {
        return arrays.get(0)
                .flatten()
                .concat(arrays.get(1).flatten())
                .concat(arrays.get(2).flatten());
    }

    @Test
    void outputsHaveTheShapesThatWereForetold() {
        QkvProjection projection = projection(DataType.FLOAT32);
        NDArray keys = normal(2, 5, 8);
        NDList heads = project(projection, normal(2, 3, 8), keys, keys);
        Shape[] foretold =
                projection.getOutputShapes(new Shape[] {X, new Shape(2, 5, 8), new Shape(2, 5, 8)});
        assertThat(heads.getShapes())
                .isEqualTo(foretold)
                .containsExactly(
                        new Shape(2, 3, 4, 3), new Shape(2, 5, 2, 3), new Shape(2, 5, 2, 3));
    }

    @Test
    void countsItsParameters() {
        QkvProjection projection = projection(DataType.FLOAT32);
        assertThat(projection.parameterCount())
                .isEqualTo(Blocks.parameterCount(projection))
                .isEqualTo(9 * 3 * (4 + 2 * 2));
    }

    @Test
    void takesThreeInputs() {
        QkvProjection projection = projection(DataType.FLOAT32);
        NDArray x = normal(2, 3, 8);
        assertThatThrownBy(() -> project(projection, x))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("number of inputs = 1, expected query, key and value");
    }

    private NDList project(QkvProjection projection, NDArray... inputs) {
        return projection.forward(Blocks.parameters(manager), new NDList(inputs), true);
    }

    private QkvProjection projection(DataType type) {
        AttentionSettings settings = new AttentionSettings(8, 4, 3, true, 0, 0, false);
        return Blocks.initialized(new QkvProjection(settings, 2), manager, type, X, X, X);
    }
}
