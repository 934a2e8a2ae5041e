package io.github.sasblock.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.testing.ArrayTest;
import io.github.sasblock.testing.Blocks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScaledDotProductTest extends ArrayTest {

    private static final int LENGTH = 6;

    @Test
    void isTheSoftmaxOfTheScaledScores() {
        NDArray q = normal(1, LENGTH, 1, 4);
        NDArray k = normal(1, LENGTH, 1, 4);
        NDArray weights =
                q.reshape(LENGTH, 4).matMul(k.reshape(LENGTH, 4).transpose()).div(2).softmax(-1);
        assertThat(Blocks.distance(weights(new ScaledDotProduct(false, 0), q, k), weights))
                .isLessThan(1e-6);
    }

    @Test
    void causalWeightsOfTheFutureAreExactlyZero() {
        NDArray weights = weights(new ScaledDotProduct(true, 0), 5);
        for (int t = 0; t < LENGTH; t++) {
            for (int s = 0; s < LENGTH; s++) {
                float weight = weights.getFloat(t, s);
                if (s > t) {
                    assertThat(weight).isZero();
                } else {
                    assertThat(weight).isPositive();
                }
            }
        }
    }

    @Test
    void dropsWeightsAtItsRateAndScalesTheRest() {
        float rate = 0.3f;
        long length = 80;
        NDArray x = manager.zeros(new Shape(1, length, 1, 2));
        NDArray eye = manager.eye((int) length).reshape(1, length, 1, length);
        NDArray weights = new ScaledDotProduct(false, rate).attend(x, x, eye, null, true).flatten();
        NDArray kept = weights.gt(0).toType(DataType.FLOAT32, false);
        assertThat(1 - kept.mean().getFloat()).isCloseTo(rate, within(0.02f));
        assertThat(weights.max().getFloat()).isCloseTo(1 / (1 - rate) / length, within(1e-7f));
        assertThat(weights.sum().getFloat() / length).isCloseTo(1f, within(0.05f));
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FLOAT16", "FLOAT32", "FLOAT64"})
    void aRowWithNothingToSeeSeesEverythingUpToItself(DataType type) {
        NDArray x = normal(1, LENGTH, 1, 4).toType(type, false);
        NDArray eye = manager.eye(LENGTH).reshape(1, LENGTH, 1, LENGTH).toType(type, false);
        NDArray mask = manager.zeros(new Shape(1, LENGTH, LENGTH));
        NDArray weights =
                new ScaledDotProduct(true, 0)
                        .attend(x, x, eye, mask, false)
                        .toType(DataType.FLOAT32, false)
                        .reshape(LENGTH, LENGTH);
        assertThat(Blocks.distance(weights.sum(new int[] {1}), manager.ones(new Shape(LENGTH))))
                .isLessThan(1e-2);
        assertThat(weights.getFloat(2, 0)).isPositive();
        assertThat(weights.getFloat(2, 3)).isZero();
    }

    @ParameterizedTest
    @ValueSource(floats = {0, -1e5f, -1e9f})
    void noMaskUncoversTheFuture(float past) {
        NDArray x = normal(1, LENGTH, 1, 4);
        NDArray eye = manager.eye(LENGTH).reshape(1, LENGTH, 1, LENGTH);
        NDArray position = manager.arange(LENGTH);
        NDArray future =
                position.reshape(1, LENGTH)
                        .gt(position.reshape(LENGTH, 1))
                        .toType(DataType.FLOAT32, false);
        NDArray hidesThePast =
                past == 0
                        ? future.reshape(1, LENGTH, LENGTH)
                        : future.sub(1).mul(-past).reshape(1, 1, LENGTH, LENGTH);
        NDArray weights =
                new ScaledDotProduct(true, 0)
                        .attend(x, x, eye, hidesThePast, false)
                        .reshape(LENGTH, LENGTH);
        assertThat(weights.mul(future).max().getFloat()).isZero();
        assertThat(Blocks.distance(weights.sum(new int[] {1}), manager.ones(new Shape(LENGTH))))
                .isLessThan(1e-5);
    }

    @Test
    void leavesNothingWithAMaskThatIsUsedAgain() {
        NDArray x = normal(1, LENGTH, 1, 4);
        try (NDManager keeper = manager.newSubManager()) {
            NDArray mask = keeper.ones(new Shape(1, LENGTH, LENGTH), DataType.INT32);
            NDArray additive = keeper.zeros(new Shape(1, 1, 1, LENGTH), DataType.FLOAT64);
            ScaledDotProduct attention = new ScaledDotProduct(false, 0);
            attention.attend(x, x, x, mask, false);
            attention.attend(x, x, x, additive, false);
            assertThat(keeper.getManagedArrays()).hasSize(2);
        }
    }

    private NDArray weights(ScaledDotProduct attention, double scale) {
        return weights(
                attention, normal(1, LENGTH, 1, 4).mul(scale), normal(1, LENGTH, 1, 4).mul(scale));
    }

    // With the identity as values the output is the weights [T, S].
    private NDArray weights(ScaledDotProduct attention, NDArray query, NDArray key) {
        NDArray eye = manager.eye(LENGTH).reshape(1, LENGTH, 1, LENGTH);
        return attention.attend(query, key, eye, null, false).reshape(LENGTH, LENGTH);
    }
}
