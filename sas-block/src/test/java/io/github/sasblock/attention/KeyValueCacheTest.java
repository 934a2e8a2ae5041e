package io.github.sasblock.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.sasblock.testing.ArrayTest;
import org.junit.jupiter.api.Test;

class KeyValueCacheTest extends ArrayTest {

    @Test
    void beginsEmpty() {
        try (KeyValueCache cache = new KeyValueCache(manager)) {
            assertThat(cache.length()).isZero();
            assertThat(cache.bytes()).isZero();
        }
    }

    @Test
    void returnsAllTokensSoFar() {
        NDArray keys = normal(2, 5, 3, 4);
        NDArray values = normal(2, 5, 3, 2);
        try (KeyValueCache cache = new KeyValueCache(manager)) {
            cache.append(keys.get(":, :2"), values.get(":, :2"));
            NDList all = cache.append(keys.get(":, 2:"), values.get(":, 2:"));
            assertThat(all.get(0)).isEqualTo(keys);
            assertThat(all.get(1)).isEqualTo(values);
            assertThat(cache.length()).isEqualTo(5);
            assertThat(cache.bytes()).isEqualTo(4 * (keys.size() + values.size()));
        }
    }

    @Test
    void outlivesTheScopeOfAStep() {
        try (KeyValueCache cache = new KeyValueCache(manager)) {
            for (int step = 1; step <= 3; step++) {
                try (NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    cache.append(
                            manager.ones(new Shape(1, 1, 1, 2)),
                            manager.ones(new Shape(1, 1, 1, 2)));
                }
                assertThat(cache.length()).isEqualTo(step);
            }
            NDArray one = manager.ones(new Shape(1, 1, 1, 2));
            assertThat(cache.append(one, one).get(0).sum().getFloat()).isEqualTo(8);
        }
    }

    @Test
    void returnsAllTokensHoweverTheyCome() {
        for (int batch = 1; batch <= 2; batch++) {
            NDArray keys = normal(batch, 23, 3, 4);
            NDArray values = normal(batch, 23, 3, 2);
            int[] ends = {3, 4, 5, 6, 7, 8, 13, 14, 23};
            try (KeyValueCache cache = new KeyValueCache(manager)) {
                int start = 0;
                for (int end : ends) {
                    NDIndex next = new NDIndex(":, {}:{}", start, end);
                    NDList all = cache.append(keys.get(next), values.get(next));
                    assertThat(all.get(0)).isEqualTo(keys.get(":, :{}", end));
                    assertThat(all.get(1)).isEqualTo(values.get(":, :{}", end));
                    assertThat(cache.length()).isEqualTo(end);
                    start = end;
                }
            }
        }
    }

    @Test
    void takesNoGradient() {
        NDArray x = normal(1, 1, 1, 2);
        x.setRequiresGradient(true);
        try (KeyValueCache cache = new KeyValueCache(manager);
                GradientCollector collector = manager.getEngine().newGradientCollector()) {
            for (int step = 0; step < 3; step++) {
                cache.append(x.mul(2), x);
            }
            NDList all = cache.append(x, x);
            assertThat(all.get(0).hasGradient()).isFalse();
            collector.backward(x.mul(3).sum());
        }
        assertThat(x.getGradient()).isEqualTo(manager.full(new Shape(1, 1, 1, 2), 3f));
    }

    @Test
    void doesNotChangeWhatItWasGiven() {
        NDArray first = normal(1, 2, 1, 2);
        NDArray copy = first.duplicate();
        try (KeyValueCache cache = new KeyValueCache(manager)) {
            cache.append(first, first).get(0).addi(1);
            assertThat(first).isEqualTo(copy);
        }
    }

    @Test
    void holdsFourArraysHoweverLong() {
        int before = manager.getManagedArrays().size();
        NDArray x = normal(1, 1, 1, 2);
        try (KeyValueCache cache = new KeyValueCache(manager)) {
            for (int step = 0; step < 10; step++) {
                cache.append(x, x);
            }
            assertThat(manager.getManagedArrays()).hasSize(before + 5);
        }
        assertThat(manager.getManagedArrays()).hasSize(before + 1);
    }

    @Test
    void refusesWhatDoesNotContinueIt() {
        NDArray x = normal(2, 1, 3, 4);
        try (KeyValueCache cache = new KeyValueCache(manager)) {
            cache.append(x, x);
            NDArray otherHeads = normal(2, 1, 2, 4);
            assertThatThrownBy(() -> cache.append(x, otherHeads))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "shape of what is appended = (2, 1, 2, 4), expected (2, 1, 3, 4) but"
                                    + " for the axis T");
            assertThat(cache.length()).isEqualTo(1);
        }
    }

    @Test
    void holdsAsManyArraysOfAnyAxesAsAreAppended() {
        NDArray latent = normal(2, 5, 3);
        NDArray rotated = normal(2, 5, 1, 2);
        NDArray factor = normal(2, 5, 4, 2);
        try (KeyValueCache cache = new KeyValueCache(manager)) {
            for (int t = 0; t < 5; t++) {
                NDIndex token = new NDIndex(":, {}:{}", t, t + 1);
                cache.append(latent.get(token), rotated.get(token), factor.get(token));
            }
            assertThat(cache.length()).isEqualTo(5);
            assertThat(cache.bytes())
                    .isEqualTo(4 * (latent.size() + rotated.size() + factor.size()));
            NDList all =
                    cache.append(latent.get(":, :1"), rotated.get(":, :1"), factor.get(":, :1"));
            assertThat(all.get(0).get(":, :5")).isEqualTo(latent);
            assertThat(all.get(1).get(":, :5")).isEqualTo(rotated);
            assertThat(all.get(2).get(":, :5")).isEqualTo(factor);
        }
    }

    @Test
    void refusesAnotherNumberOfArrays() {
        NDArray x = normal(2, 1, 3, 4);
        try (KeyValueCache cache = new KeyValueCache(manager)) {
            assertThatThrownBy(cache::append)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("number of arrays appended = 0, expected at least 1");
            cache.append(x, x);
            assertThatThrownBy(() -> cache.append(x))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("number of arrays appended = 1, expected as many as are held, 2");
            assertThat(cache.length()).isEqualTo(1);
        }
    }

    @Test
    void refusesArraysOfDifferentTokens() {
        NDArray x = normal(2, 1, 3, 4);
        NDArray longer = normal(2, 2, 3, 4);
        try (KeyValueCache cache = new KeyValueCache(manager)) {
            assertThatThrownBy(() -> cache.append(x, longer))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "shape of what is appended = (2, 2, 3, 4), expected (B, T, ..) with the"
                                    + " B and T of (2, 1, 3, 4)");
            assertThat(cache.length()).isZero();
        }
    }

    @Test
    void cannotBeReadAsIfItWereShorter() {
        NDArray x = normal(2, 1, 3, 4);
        NDArray next = normal(2, 1, 12);
        try (KeyValueCache cache = new KeyValueCache(manager)) {
            cache.append(x, x);
            assertThatThrownBy(() -> new AttentionInput(next, next, next, null, 0, cache))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "firstPosition = 0, expected at least the number of tokens in the"
                                    + " cache");
        }
    }
}
