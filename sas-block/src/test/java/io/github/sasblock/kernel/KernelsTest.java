package io.github.sasblock.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.nn.RmsNorm;
import io.github.sasblock.testing.Blocks;
import io.github.sasblock.testing.BothForms;
import io.github.sasblock.transformer.SwiGlu;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelsTest {

    private static final KernelFunction DOUBLED = KernelFunction.of("a[0] * 2", "layers");

    private final NDManager manager = NDManager.newBaseManager();

    @AfterEach
    void close() {
        Kernels.use(Kernels.Mode.FUSED);
        manager.close();
    }

    @Test
    void runAFunction() {
        NDArray x = manager.create(new float[] {1, 2});
        NDArray y = Kernels.find(x, DOUBLED, 1).orElseThrow().run(new NDList(x)).head();
        assertThat(y).isEqualTo(manager.create(new float[] {2, 4}));
    }

    @Test
    void areLoadedOnce() {
        NDArray x = manager.create(1f);
        assertThat(Kernels.find(x, DOUBLED, 1)).isEqualTo(Kernels.find(x, DOUBLED, 1));
    }

    /** Without the care taken for it, every third run of this on two idle cores fails. */
    @Test
    void manyThreadsMayMakeTheFirstCall() throws Exception {
        int threads = 4;
        NDArray x = manager.create(1f);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            for (int inputs = 2000; inputs < 2020; inputs++) {
                NDList all = new NDList(Collections.nCopies(inputs, x));
                Script script = Kernels.find(x, DOUBLED, inputs).orElseThrow();
                CyclicBarrier together = new CyclicBarrier(threads);
                Callable<NDList> call =
                        () -> {
                            together.await();
                            return script.run(all);
                        };
                for (Future<NDList> result : pool.invokeAll(Collections.nCopies(threads, call))) {
                    assertThat(result.get().head().getFloat()).isEqualTo(2);
                }
            }
        } finally {
            pool.shutdown();
        }
    }

    /** The engine optimises a function after its first calls, for autograd where weights ask. */
    @Test
    void runWithoutAutogradAsOftenAsWanted() {
        NDArray x = manager.create(new float[] {1, 2});
        x.setRequiresGradient(true);
        KernelFunction function = DOUBLED.withoutAutograd();
        for (int call = 0; call < 5; call++) {
            NDArray y = Kernels.find(x, function, 1).orElseThrow().run(new NDList(x)).head();
            assertThat(y.toFloatArray()).containsExactly(2, 4);
            assertThat(y.hasGradient()).isFalse();
        }
    }

    @Test
    void arePassedOverInThePlainMode() {
        Kernels.use(Kernels.Mode.PLAIN);
        assertThat(Kernels.find(manager.create(1f), DOUBLED, 1)).isEmpty();
    }

    @Test
    void giveNothingAndSaySoOnceWhereTheyCannotBeLoaded() {
        List<String> lines = new ArrayList<>();
        Handler handler = new Lines(lines);
        Logger logger = Logger.getLogger(Kernels.class.getName());
        logger.addHandler(handler);
        try {
            NDArray x = manager.create(1f);
            KernelFunction broken = KernelFunction.of("no_such_function(a[0])", "layers");
            assertThat(Kernels.find(x, broken, 1)).isEmpty();
            assertThat(Kernels.find(x, broken, 2)).isEmpty();
        } finally {
            logger.removeHandler(handler);
        }
        assertThat(lines)
                .singleElement()
                .asString()
                .startsWith("The fused kernels are not available, the plain form runs instead:")
                .contains("no_such_function");
    }

    private static final class Lines extends Handler {

        private final List<String> lines;

        Lines(List<String> lines) {
            this.lines = lines;
        }

        @Override
        public void publish(LogRecord entry) {
            lines.add(entry.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @Test
    void refuseAnArrayWhoseNameDjlWouldInterpret() {
        NDArray x = manager.create(1f);
        Script script = Kernels.find(x, DOUBLED, 1).orElseThrow();
        x.setName("input[]");
        assertThatThrownBy(() -> script.run(new NDList(x)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("input[]");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theFusedNormIsThePlainOne(boolean weight) {
        RmsNorm norm = RmsNorm.builder().setSize(7).optWeight(weight).build();
        BothForms.assertEqual(
                Blocks.initialized(norm, manager, DataType.FLOAT64, new Shape(1, 7)),
                manager.randomNormal(0, 2, new Shape(2, 3, 7), DataType.FLOAT64));
    }

    @Test
    void theFusedFeedForwardIsThePlainOne() {
        SwiGlu network = new SwiGlu(7, 11);
        BothForms.assertEqual(
                Blocks.initialized(network, manager, DataType.FLOAT64, new Shape(1, 7)),
                manager.randomNormal(0, 2, new Shape(2, 3, 7), DataType.FLOAT64));
    }
}
