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
        "SMALL, mha, 4, 374.1, 169.4, 109.7",
        "SMALL, gqa, 4, 442.4, 166.3, 102.3",
        "SMALL, mqa, 4, 465.7, 176.9, 97.1",
        "SMALL, mla, 4, 387.6, 173.6, 109.6",
        "SMALL, mfa, 4, 402.3, 152.8, 96.1",
        "SMALL, tpa, 4, 724.4, 116.2, 82.7",
        "SMALL, tpa-kv, 4, 509.4, 167.4, 103.5",
        "SMALL, sas, 4, 1185.1, 227.2, 130.7",
        "SMALL, mha, 12, 973.3, 394.9, 158.0",
        "SMALL, gqa, 12, 1150.8, 389.7, 134.9",
        "SMALL, mqa, 12, 1233.6, 428.5, 145.5",
        "SMALL, mla, 12, 1028.8, 377.0, 148.5",
        "SMALL, mfa, 12, 1058.2, 321.6, 125.4",
        "SMALL, tpa, 12, 1779.8, 245.2, 117.3",
        "SMALL, tpa-kv, 12, 1403.2, 370.9, 145.4",
        "SMALL, sas, 12, 3344.2, 553.2, 166.2",
        "TINY, mha, 3, 115.8, 80.3, 66.6",
        "TINY, gqa, 3, 121.2, 79.3, 63.5",
        "TINY, mqa, 3, 130.9, 68.9, 57.2",
        "TINY, mla, 3, 127.5, 76.0, 62.3",
        "TINY, mfa, 3, 118.8, 68.8, 56.1",
        "TINY, tpa, 3, 161.2, 81.6, 66.9",
        "TINY, tpa-kv, 3, 144.3, 74.0, 59.3",
        "TINY, sas, 3, 303.8, 146.4, 103.4",
        "TINY, mha, 12, 331.5, 172.6, 88.7",
        "TINY, gqa, 12, 351.5, 169.4, 88.7",
        "TINY, mqa, 12, 375.7, 167.4, 81.4",
        "TINY, mla, 12, 347.2, 169.3, 79.1",
        "TINY, mfa, 12, 318.6, 153.7, 76.1",
        "TINY, tpa, 12, 498.1, 173.8, 82.6",
        "TINY, tpa-kv, 12, 415.2, 165.2, 81.3",
        "TINY, sas, 12, 1063.5, 399.0, 129.5"
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
