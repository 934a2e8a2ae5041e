package io.github.sasblock.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.testing.ArrayTest;
import io.github.sasblock.testing.Blocks;
import io.github.sasblock.testing.GradientCheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RmsNormTest extends ArrayTest {

    private static final int SIZE = 6;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void gradientsAreItsDerivatives(boolean weight) {
        RmsNorm norm = norm(RmsNorm.builder().optWeight(weight), DataType.FLOAT64);
        NDArray x = normal64(2, 3, SIZE);
        GradientCheck.of(manager, norm).with("x", x).verify(() -> Blocks.forward(norm, true, x));
    }

    @Test
    void dividesByTheRootMeanSquare() {
        RmsNorm norm = norm(RmsNorm.builder().optEpsilon(0.5), DataType.FLOAT64);
        NDArray weight = normal64(SIZE);
        Blocks.set(norm.getParameters().valueAt(0), weight);
        NDArray x = normal64(SIZE);
        double squares = 0;
        for (double value : x.toDoubleArray()) {
            squares += value * value;
        }
        double root = Math.sqrt(squares / SIZE + 0.5);
        NDArray expected = x.div(root).mul(weight);
        assertThat(Blocks.distance(Blocks.infer(norm, x), expected)).isLessThan(1e-12);
    }

    @Test
    void zeroStaysZero() {
        RmsNorm norm = norm(RmsNorm.builder(), DataType.FLOAT32);
        NDArray zero = manager.zeros(new Shape(2, SIZE));
        assertThat(Blocks.infer(norm, zero)).isEqualTo(zero);
    }

    @Test
    void outputHasTheShapeThatWasForetold() {
        RmsNorm norm = norm(RmsNorm.builder(), DataType.FLOAT32);
        NDArray x = normal(2, 3, SIZE);
        assertThat(norm.getOutputShapes(new Shape[] {x.getShape()}))
                .containsExactly(Blocks.infer(norm, x).getShape());
    }

    @Test
    void namesWhatIsNotValid() {
        assertThatThrownBy(() -> RmsNorm.builder().build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("size = 0, expected at least 1");
        assertThatThrownBy(() -> RmsNorm.builder().setSize(2).optEpsilon(-1).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("epsilon = -1.0, expected not negative");
        RmsNorm norm = norm(RmsNorm.builder(), DataType.FLOAT32);
        NDArray narrow = normal(2, 1);
        assertThatThrownBy(() -> Blocks.infer(norm, narrow))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shape of the input = (2, 1), expected (.., 6)");
    }

    private RmsNorm norm(RmsNorm.Builder builder, DataType type) {
        return Blocks.initialized(builder.setSize(SIZE).build(), manager, type, new Shape(SIZE));
    }
}
