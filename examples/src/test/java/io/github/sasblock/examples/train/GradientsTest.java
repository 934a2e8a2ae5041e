package io.github.sasblock.examples.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GradientsTest {

    private final NDManager manager = NDManager.newBaseManager();
    private NDArray a;
    private NDArray b;

    @BeforeEach
    void differentiate() {
        a = manager.create(new float[] {3, 0});
        b = manager.create(new float[] {-4});
        a.setRequiresGradient(true);
        b.setRequiresGradient(true);
        backward();
    }

    private void backward() {
        try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
            collector.backward(a.square().sum().add(b.square().sum()).div(2));
        }
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void haveTheNormOfAllTogether() {
        try (Gradients gradients = new Gradients(manager, List.of(a, b))) {
            assertThat(gradients.norm()).isCloseTo(5, within(1e-6));
        }
    }

    @Test
    void areScaledDownToTheLimit() {
        try (Gradients gradients = new Gradients(manager, List.of(a, b))) {
            gradients.clip(gradients.norm(), 1);
            assertThat(gradients.norm()).isCloseTo(1, within(1e-5));
            assertThat(gradients.arrays().get(1).getFloat()).isCloseTo(-0.8f, within(1e-5f));
        }
    }

    @Test
    void areNotScaledUp() {
        try (Gradients gradients = new Gradients(manager, List.of(a, b))) {
            gradients.clip(5, 6);
            assertThat(gradients.norm()).isCloseTo(5, within(1e-6));
        }
    }

    @Test
    void haveNoLimitAtZero() {
        try (Gradients gradients = new Gradients(manager, List.of(a, b))) {
            gradients.clip(5, 0);
            assertThat(gradients.norm()).isCloseTo(5, within(1e-6));
        }
    }

    @Test
    void addUpUntilTheyAreSetToZero() {
        backward();
        try (Gradients gradients = new Gradients(manager, List.of(a, b))) {
            assertThat(gradients.norm()).isCloseTo(10, within(1e-6));
            gradients.zero();
        }
        backward();
        try (Gradients gradients = new Gradients(manager, List.of(a, b))) {
            assertThat(gradients.norm()).isCloseTo(5, within(1e-6));
        }
    }
}
