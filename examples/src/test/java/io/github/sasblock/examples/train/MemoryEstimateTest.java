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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
            for (boolean recompute : List.of(false, true)) {
                Computation alone =
                        new Computation(Kernels.Mode.FUSED, Precision.FP32, recompute, 1);
                long kept = of(attention, 4, 8, alone).kept();
                assertThat(of(attention, 12, 8, alone).kept()).isEqualTo(3 * kept);
                assertThat(of(attention, 4, 4, alone).kept()).isEqualTo(kept / 2);
            }
        }
    }

    /** WorkingSet gives a thread two windows of SAS. */
    @Test
    void moreWindowsThanAThreadTakesAtOnceTakeNoMoreMemory() {
        AttentionConfig attention = ModelPreset.SMALL.sas();
        assertThat(of(attention, 4, 32, FUSED)).isEqualTo(of(attention, 4, 8, FUSED));
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

    /**
     * Measured on Linux with glibc, in MB, by {@code bin/sas benchmark memory --preset small,tiny
     * --attention mha,gqa,mqa,mla,mfa,tpa,tpa-kv,sas --repeats 2}, on two cores.
     */
    @ParameterizedTest
    @CsvSource({
        "SMALL, mha, 4, 352.3, 96.5, 64.7",
        "SMALL, gqa, 4, 417.5, 62.7, 40.5",
        "SMALL, mqa, 4, 457.8, 60.7, 42.0",
        "SMALL, mla, 4, 369.1, 92.7, 59.2",
        "SMALL, mfa, 4, 376.3, 60.1, 38.2",
        "SMALL, tpa, 4, 649.7, 64.4, 44.4",
        "SMALL, tpa-kv, 4, 487.9, 52.3, 35.4",
        "SMALL, sas, 4, 1173.5, 119.2, 67.9",
        "SMALL, mha, 12, 968.0, 219.7, 96.2",
        "SMALL, gqa, 12, 1125.5, 131.1, 67.0",
        "SMALL, mqa, 12, 1217.0, 136.9, 69.1",
        "SMALL, mla, 12, 999.9, 200.7, 82.7",
        "SMALL, mfa, 12, 1034.7, 129.6, 57.3",
        "SMALL, tpa, 12, 1792.1, 137.5, 65.7",
        "SMALL, tpa-kv, 12, 1348.2, 118.1, 55.6",
        "SMALL, sas, 12, 3311.1, 295.1, 99.9",
        "TINY, mha, 3, 89.1, 56.6, 46.9",
        "TINY, gqa, 3, 92.3, 54.6, 42.9",
        "TINY, mqa, 3, 101.9, 56.2, 43.9",
        "TINY, mla, 3, 93.3, 57.1, 42.1",
        "TINY, mfa, 3, 88.3, 52.8, 39.0",
        "TINY, tpa, 3, 137.5, 47.9, 35.2",
        "TINY, tpa-kv, 3, 112.4, 56.3, 42.4",
        "TINY, sas, 3, 276.5, 69.8, 47.8",
        "TINY, mha, 12, 306.5, 142.4, 68.9",
        "TINY, gqa, 12, 323.4, 146.4, 66.4",
        "TINY, mqa, 12, 341.1, 150.0, 67.3",
        "TINY, mla, 12, 313.0, 147.2, 61.5",
        "TINY, mfa, 12, 288.8, 136.5, 57.0",
        "TINY, tpa, 12, 459.0, 119.9, 51.5",
        "TINY, tpa-kv, 12, 379.6, 145.6, 58.7",
        "TINY, sas, 12, 1055.8, 200.9, 73.4"
    })
    void isNearWhatWasMeasured(
            ModelPreset preset,
            String attention,
            int layers,
            double plain,
            double fused,
            double recomputed) {
        AttentionConfig matched = preset.matched(attention).attention();
        LanguageModelConfig config =
                LanguageModelConfig.of(320, preset.embeddingSize(), layers, matched);
        assertNear(config, preset, PLAIN, plain);
        assertNear(config, preset, FUSED, fused);
        assertNear(config, preset, RECOMPUTED, recomputed);
    }

    private static void assertNear(
            LanguageModelConfig config, ModelPreset preset, Computation computation, double mb) {
        long peak = MemoryEstimate.of(config, preset.contextLength(), 8, computation).peak();
        assertThat(peak / 1e6).as("%s", computation).isCloseTo(mb, withinPercentage(15));
    }
}
