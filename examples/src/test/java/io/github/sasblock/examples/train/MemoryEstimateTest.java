package io.github.sasblock.examples.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.github.sasblock.kernel.Kernels;
import io.github.sasblock.kernel.Precision;
import io.github.sasblock.transformer.AttentionConfig;
import io.github.sasblock.transformer.LanguageModelConfig;
import io.github.sasblock.transformer.ModelPreset;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryEstimateTest {

    private static final Computation PLAIN =
            new Computation(Kernels.Mode.PLAIN, Precision.FP32, false, 2);
    private static final Computation FUSED =
            new Computation(Kernels.Mode.FUSED, Precision.FP32, false, 2);
    private static final Computation RECOMPUTED =
            new Computation(Kernels.Mode.FUSED, Precision.FP32, true, 2);
    private static final List<AttentionConfig> ATTENTIONS =
            List.of(ModelPreset.SMALL.multiHead(), ModelPreset.SMALL.sas());

    private static MemoryEstimate of(
            AttentionConfig attention, int layers, int batch, Computation computation) {
        LanguageModelConfig config = LanguageModelConfig.of(320, 128, layers, attention);
        return MemoryEstimate.of(config, 256, batch, computation);
    }

    @Test
    void whatIsKeptGrowsWithLayersAndWindows() {
        for (AttentionConfig attention : ATTENTIONS) {
            for (Computation computation : List.of(FUSED, RECOMPUTED)) {
                long kept = of(attention, 4, 8, computation).kept();
                assertThat(of(attention, 12, 8, computation).kept()).isEqualTo(3 * kept);
                assertThat(of(attention, 4, 16, computation).kept()).isEqualTo(2 * kept);
            }
        }
    }

    @Test
    void eachFormTakesLessThanTheOneBefore() {
        for (AttentionConfig attention : ATTENTIONS) {
            long plain = of(attention, 12, 8, PLAIN).peak();
            long fused = of(attention, 12, 8, FUSED).peak();
            long recomputed = of(attention, 12, 8, RECOMPUTED).peak();
            assertThat(fused).isLessThan(plain);
            assertThat(recomputed).isLessThan(fused);
        }
    }

    @Test
    void everyWorkerHasGradientsOfItsOwnBesideTheTwoMoments() {
        AttentionConfig attention = ModelPreset.SMALL.sas();
        Computation one = new Computation(Kernels.Mode.FUSED, Precision.FP32, false, 1);
        long parameters = of(attention, 4, 8, one).state() / 3;
        assertThat(of(attention, 4, 8, FUSED).state()).isEqualTo(4 * parameters);
        assertThat(of(attention, 4, 1, FUSED).state()).isEqualTo(3 * parameters);
        assertThat(of(attention, 4, 8, PLAIN).state()).isEqualTo(3 * parameters);
    }

    /** Measured on Linux with glibc, by: bin/sas benchmark memory --repeats 1, on two cores. */
    @Test
    void isNearWhatWasMeasured() {
        assertNear(of(ModelPreset.SMALL.multiHead(), 4, 8, PLAIN), 345.8e6);
        assertNear(of(ModelPreset.SMALL.multiHead(), 4, 8, FUSED), 141.7e6);
        assertNear(of(ModelPreset.SMALL.multiHead(), 12, 8, RECOMPUTED), 131.4e6);
        assertNear(of(ModelPreset.SMALL.sas(), 12, 8, PLAIN), 3284.0e6);
        assertNear(of(ModelPreset.SMALL.sas(), 12, 8, FUSED), 992.8e6);
        assertNear(of(ModelPreset.SMALL.sas(), 12, 8, RECOMPUTED), 216.6e6);
    }

    private static void assertNear(MemoryEstimate estimate, double measured) {
        assertThat((double) estimate.peak()).isCloseTo(measured, withinPercentage(15));
    }
}
