package io.github.sasblock.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.testing.ArrayTest;
import io.github.sasblock.testing.Blocks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RotaryEmbeddingTest extends ArrayTest {

    private static final int SIZE = 6;

    @ParameterizedTest
    @CsvSource({"0, 10000", "3, 10000", "500, 10000", "100000, 500000"})
    void turnsPairsOfFeaturesByTheirAngles(long firstPosition, double base) {
        NDArray x = normal64(2, 4, 3, SIZE);
        NDArray rotated = new RotaryEmbedding(SIZE, base).rotate(x, firstPosition);
        assertThat(Blocks.distance(rotated, turned(x, firstPosition, base))).isLessThan(1e-12);
    }

    // Features i and i + size/2 as a complex number, times e^(i·position·base^(−2i/size))
    private NDArray turned(NDArray x, long firstPosition, double base) {
        Shape shape = x.getShape();
        int half = SIZE / 2;
        double[] values = x.toDoubleArray();
        double[] result = new double[values.length];
        for (int start = 0; start < values.length; start += SIZE) {
            long token = start / SIZE / shape.get(2) % shape.get(1);
            for (int i = 0; i < half; i++) {
                double angle = (firstPosition + token) / Math.pow(base, 2.0 * i / SIZE);
                double real = values[start + i];
                double imaginary = values[start + half + i];
                result[start + i] = real * Math.cos(angle) - imaginary * Math.sin(angle);
                result[start + half + i] = real * Math.sin(angle) + imaginary * Math.cos(angle);
            }
        }
        return manager.create(result, shape);
    }

    @Test
    void positionZeroIsLeftAsItIs() {
        NDArray x = normal(2, 1, 3, SIZE);
        assertThat(rotary().rotate(x, 0)).isEqualTo(x);
    }

    @Test
    void keepsLengths() {
        NDArray x = normal64(2, 4, 3, SIZE);
        NDArray rotated = rotary().rotate(x, 77);
        assertThat(
                        Blocks.distance(
                                rotated.square().sum(new int[] {3}), x.square().sum(new int[] {3})))
                .isLessThan(1e-12);
    }

    @Test
    void scoresDependOnTheDistanceAlone() {
        NDArray q = normal64(1, 1, 1, SIZE);
        NDArray k = normal64(1, 1, 1, SIZE);
        double near = score(q, 7, k, 3);
        assertThat(Math.abs(score(q, 507, k, 503) - near)).isLessThan(1e-10);
        assertThat(Math.abs(score(q, 8, k, 3) - near)).isGreaterThan(1e-3);
    }

    private static double score(NDArray q, long queryPosition, NDArray k, long keyPosition) {
        NDArray query = rotary().rotate(q, queryPosition);
        return query.mul(rotary().rotate(k, keyPosition)).sum().getDouble();
    }

    @Test
    void keepsTheTypeOfItsInput() {
        NDArray x = normal(1, 2, 1, SIZE).toType(DataType.FLOAT16, false);
        assertThat(rotary().rotate(x, 9).getDataType()).isEqualTo(DataType.FLOAT16);
    }

    @ParameterizedTest
    @ValueSource(ints = {-2, 0, 1, 7})
    void needsAnEvenSize(int size) {
        assertThatThrownBy(() -> new RotaryEmbedding(size, 10_000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rotary size = " + size + ", expected an even number, at least 2");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void needsAPositiveBase(double base) {
        assertThatThrownBy(() -> new RotaryEmbedding(SIZE, base))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rotary base = " + base + ", expected positive and finite");
    }

    @Test
    void refusesHeadsOfAnotherSize() {
        NDArray x = normal(1, 2, 1, SIZE + 2);
        assertThatThrownBy(() -> rotary().rotate(x, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shape of the heads = (1, 2, 1, 8), expected (B, T, H, 6)");
    }

    private static RotaryEmbedding rotary() {
        return new RotaryEmbedding(SIZE, RotaryEmbedding.DEFAULT_BASE);
    }
}
