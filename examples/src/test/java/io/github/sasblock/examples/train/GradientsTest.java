package io.github.sasblock.examples.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GradientsTest {

    private final NDManager manager = NDManager.newBaseManager();
    private final List<NDArray> gradients =
            List.of(manager.create(new float[] {3, 0}), manager.create(new float[] {-4}));

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void haveTheNormOfAllTogether() {
        assertThat(Gradients.norm(gradients)).isCloseTo(5, within(1e-6));
    }

    @Test
    void areScaledDownToTheLimit() {
        Gradients.clip(gradients, 5, 1);
        assertThat(Gradients.norm(gradients)).isCloseTo(1, within(1e-5));
        assertThat(gradients.get(1).getFloat()).isCloseTo(-0.8f, within(1e-5f));
    }

    @Test
    void areNotScaledUp() {
        Gradients.clip(gradients, 5, 6);
        assertThat(Gradients.norm(gradients)).isCloseTo(5, within(1e-6));
    }

    @Test
    void haveNoLimitAtZero() {
        Gradients.clip(gradients, 5, 0);
        assertThat(Gradients.norm(gradients)).isCloseTo(5, within(1e-6));
    }
}
