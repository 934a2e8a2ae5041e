package io.github.sasblock.examples.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.kernel.FlatArrays;
import io.github.sasblock.kernel.Kernels;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AdamWTest {

    private static final int STEPS = 50;
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.95;
    private static final double EPSILON = 1e-8;
    private static final double DECAY = 0.1;

    private final NDManager manager = NDManager.newBaseManager();
    private NDArray matrix;
    private NDArray vector;

    @BeforeEach
    void createParameters() {
        matrix = manager.create(new float[] {1, -2, 3, -4, 5, -6}, new Shape(2, 3));
        vector = manager.create(new float[] {0.5f, -0.25f});
    }

    @AfterEach
    void close() {
        manager.close();
        Kernels.use(Kernels.Mode.FUSED);
    }

    @ParameterizedTest
    @EnumSource(Kernels.Mode.class)
    void equalsPyTorchsFormulaOverFiftySteps(Kernels.Mode mode) {
        Kernels.use(mode);
        assertEqualsReference(AdamW.Decay.MATRICES, false);
    }

    @ParameterizedTest
    @EnumSource(Kernels.Mode.class)
    void decaysVectorsTooWhenAllDecay(Kernels.Mode mode) {
        Kernels.use(mode);
        assertEqualsReference(AdamW.Decay.ALL, true);
    }

    @ParameterizedTest
    @EnumSource(Kernels.Mode.class)
    void addsUpTheGradientsOfAllWorkersClipsThemAndSetsThemToZero(Kernels.Mode mode) {
        Kernels.use(mode);
        NDArray twice = matrix.duplicate();
        NDArray other = vector.duplicate();
        List<List<NDArray>> shares =
                List.of(
                        List.of(ones(matrix), ones(vector)),
                        List.of(ones(matrix).mul(3), ones(vector).mul(3)));
        try (AdamW shared = optimizer(matrix, vector);
                AdamW alone = optimizer(twice, other)) {
            List<FlatArrays> flat = shares.stream().map(this::flat).toList();
            double norm = shared.update(flat, 1e-2, 1, 2);
            assertThat(norm).isCloseTo(2 * Math.sqrt(8), within(1e-5));
            float clipped = (float) (1 / Math.sqrt(8));
            alone.update(
                    List.of(flat(List.of(ones(twice).mul(clipped), ones(other).mul(clipped)))),
                    1e-2,
                    0,
                    1);
            flat.stream()
                    .flatMap(share -> share.arrays().stream())
                    .forEach(gradient -> assertThat(gradient.abs().sum().getFloat()).isEqualTo(0f));
        }
        assertThat(matrix.toFloatArray()).containsExactly(twice.toFloatArray(), within(1e-6f));
    }

    @ParameterizedTest
    @EnumSource(Kernels.Mode.class)
    void changesNothingWhereAGradientIsNotFinite(Kernels.Mode mode) {
        Kernels.use(mode);
        float[] before = matrix.toFloatArray();
        try (AdamW optimizer = optimizer(matrix, vector)) {
            NDArray broken = ones(vector).mul(Float.NaN);
            double norm =
                    optimizer.update(List.of(flat(List.of(ones(matrix), broken))), 1e-2, 1, 1);
            assertThat(norm).isNaN();
            assertThat(optimizer.step()).isZero();
        }
        assertThat(matrix.toFloatArray()).isEqualTo(before);
    }

    private FlatArrays flat(List<NDArray> values) {
        FlatArrays flat = FlatArrays.zerosLike(manager, values);
        for (int i = 0; i < values.size(); i++) {
            flat.arrays().get(i).addi(values.get(i));
        }
        return flat;
    }

    private static NDArray ones(NDArray like) {
        return like.onesLike();
    }

    private AdamW optimizer(NDArray... parameters) {
        return new AdamW(
                manager,
                List.of(parameters),
                new AdamW.Settings(BETA1, BETA2, EPSILON, DECAY, AdamW.Decay.MATRICES));
    }

    private void assertEqualsReference(AdamW.Decay decay, boolean vectorDecays) {
        Reference matrixReference = new Reference(matrix, true);
        Reference vectorReference = new Reference(vector, vectorDecays);
        Random random = new Random(7);
        AdamW.Settings settings = new AdamW.Settings(BETA1, BETA2, EPSILON, DECAY, decay);
        try (AdamW optimizer = new AdamW(manager, List.of(matrix, vector), settings)) {
            for (int step = 1; step <= STEPS; step++) {
                double rate = 1e-2 / step;
                NDArray matrixGradient = gradient(random, 6).reshape(2, 3);
                NDArray vectorGradient = gradient(random, 2);
                matrixReference.update(matrixGradient, rate, step);
                vectorReference.update(vectorGradient, rate, step);
                optimizer.update(
                        List.of(flat(List.of(matrixGradient, vectorGradient))), rate, 0, 1);
            }
            assertThat(optimizer.step()).isEqualTo(STEPS);
        }
        matrixReference.assertEquals(matrix);
        vectorReference.assertEquals(vector);
    }

    private NDArray gradient(Random random, int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(4) - 2));
        }
        return manager.create(values);
    }

    @Test
    void leavesNoArraysBehind() {
        AdamW.Settings settings =
                new AdamW.Settings(BETA1, BETA2, EPSILON, DECAY, AdamW.Decay.MATRICES);
        try (AdamW optimizer = new AdamW(manager, List.of(matrix, vector), settings)) {
            List<FlatArrays> gradients =
                    List.of(flat(List.of(matrix.duplicate(), vector.duplicate())));
            optimizer.update(gradients, 1e-3, 1, 1);
            int before = manager.getManagedArrays().size();
            optimizer.update(gradients, 1e-3, 1, 1);
            assertThat(manager.getManagedArrays()).hasSize(before);
        }
    }

    /** The update of torch.optim.AdamW, in doubles. */
    private static final class Reference {

        private final double[] p;
        private final double[] m;
        private final double[] v;
        private final boolean decays;

        Reference(NDArray parameter, boolean decays) {
            float[] values = parameter.toFloatArray();
            p = new double[values.length];
            for (int i = 0; i < p.length; i++) {
                p[i] = values[i];
            }
            m = new double[p.length];
            v = new double[p.length];
            this.decays = decays;
        }

        void update(NDArray gradient, double rate, int step) {
            float[] g = gradient.toFloatArray();
            for (int i = 0; i < p.length; i++) {
                if (decays) {
                    p[i] -= rate * DECAY * p[i];
                }
                m[i] = BETA1 * m[i] + (1 - BETA1) * g[i];
                v[i] = BETA2 * v[i] + (1 - BETA2) * g[i] * g[i];
                double mean = m[i] / (1 - Math.pow(BETA1, step));
                double root = Math.sqrt(v[i] / (1 - Math.pow(BETA2, step)));
                p[i] -= rate * mean / (root + EPSILON);
            }
        }

        void assertEquals(NDArray parameter) {
            float[] values = parameter.toFloatArray();
            for (int i = 0; i < p.length; i++) {
                assertThat((double) values[i])
                        .isCloseTo(p[i], within(1e-6 * Math.abs(p[i]) + 1e-6));
            }
        }
    }
}
