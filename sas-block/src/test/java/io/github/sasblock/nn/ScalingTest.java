package io.github.sasblock.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.GradientCollector;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScalingTest {

    private static final int ROUNDS = 20;

    /** With {@code x.mul(0.5)} the gradient is soon something else. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void hasItsGradientWhateverTheGarbageCollectorDoesBetween(DataType type)
            throws InterruptedException {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray x = manager.create(new float[] {1, 2, 3}).toType(type, false);
            x.setRequiresGradient(true);
            for (int round = 0; round < ROUNDS; round++) {
                try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                    NDArray y = Scaling.scaled(x, 0.5).sum();
                    overwriteFreeMemory();
                    collector.backward(y);
                }
                NDArray gradient = x.getGradient().toType(DataType.FLOAT64, false);
                assertThat(gradient.toDoubleArray()).containsOnly(0.5);
                x.getGradient().muli(0);
            }
        }
    }

    private static void overwriteFreeMemory() throws InterruptedException {
        System.gc();
        Thread.sleep(20); // until what is unreachable is freed
        List<ByteBuffer> buffers = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            buffers.add(ByteBuffer.allocateDirect(1 + i % 16).put(0, (byte) 77));
        }
        assertThat(buffers).hasSize(2000);
    }

    @Test
    void keepsTheTypeAndTheDigits() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray x = manager.create(new double[] {3});
            NDArray y = Scaling.scaled(x, 1.0 / 3);
            assertThat(y.getDataType()).isEqualTo(DataType.FLOAT64);
            assertThat(y.getDouble()).isEqualTo(3 * (1.0 / 3));
            NDArray narrow = Scaling.scaled(x.toType(DataType.FLOAT32, false), 0.1);
            assertThat(narrow.getDataType()).isEqualTo(DataType.FLOAT32);
            assertThat(Scaling.scaled(narrow.sum(), 0.1).getDataType()).isEqualTo(DataType.FLOAT32);
        }
    }
}
