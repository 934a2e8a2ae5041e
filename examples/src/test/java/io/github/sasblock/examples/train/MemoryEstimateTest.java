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
            for (Computation computation : List.of(FUSED, RECOMPUTED)) {
                long kept = of(attention, 4, 8, computation).kept();
                assertThat(of(attention, 12, 8, computation).kept()).isEqualTo(3 * kept);
                assertThat(of(attention, 4, 4, computation).kept()).isEqualTo(kept / 2);
            }
        }
    }

    /** WorkingSet gives a thread one window of SAS. */
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
     * Measured on Linux with glibc, in MB, by {@code bin/sas benchmark memory --preset tiny,small
     * --repeats 1}, on two cores.
     */
    @ParameterizedTest
    @CsvSource({
        "SMALL, mha, 4, 353.4, 135.7, 83.5",
        "SMALL, gqa, 4, 413.8, 143.9, 82.8",
        "SMALL, mqa, 4, 445.2, 146.4, 90.0",
        "SMALL, mla, 4, 361.9, 156.1, 90.7",
        "SMALL, mfa, 4, 387.9, 154.8, 99.4",
        "SMALL, tpa, 4, 687.3, 166.5, 115.2",
        "SMALL, tpa-kv, 4, 494.6, 133.8, 94.6",
        "SMALL, sas, 4, 1145.6, 365.8, 169.7",
        "SMALL, mha, 12, 980.2, 341.9, 124.0",
        "SMALL, gqa, 12, 1146.8, 352.8, 121.9",
        "SMALL, mqa, 12, 1241.0, 374.1, 129.7",
        "SMALL, mla, 12, 1019.9, 342.5, 131.4",
        "SMALL, mfa, 12, 1047.6, 374.3, 131.5",
        "SMALL, tpa, 12, 1925.7, 376.1, 157.7",
        "SMALL, tpa-kv, 12, 1428.8, 345.1, 125.6",
        "SMALL, sas, 12, 3292.3, 978.7, 232.9",
        "TINY, mha, 3, 89.0, 47.6, 40.2",
        "TINY, gqa, 3, 89.9, 47.0, 37.9",
        "TINY, mqa, 3, 98.0, 50.4, 38.5",
        "TINY, mla, 3, 91.7, 55.3, 43.0",
        "TINY, mfa, 3, 83.3, 49.0, 36.6",
        "TINY, tpa, 3, 128.1, 54.5, 41.0"
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
