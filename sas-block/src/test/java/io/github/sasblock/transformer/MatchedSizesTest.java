package io.github.sasblock.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.sasblock.sas.CacheForm;
import io.github.sasblock.transformer.MatchedSizes.Rule;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MatchedSizesTest {

    private static final ModelPreset P125M = ModelPreset.P125M;

    static Stream<Arguments> everyAttentionAtEverySize() {
        return Stream.of(ModelPreset.values())
                .flatMap(
                        preset ->
                                AttentionConfig.NAMES.stream()
                                        .map(name -> Arguments.of(preset, name)));
    }

    @ParameterizedTest
    @MethodSource("everyAttentionAtEverySize")
    void aLayerHasTheParametersOfMultiHeadAttentions(ModelPreset preset, String name) {
        MatchedSizes matched = preset.matched(name);
        assertThat(matched.attention().name()).isEqualTo(name);
        double layer = layerParameters(preset, matched.attention(), matched.hiddenSize());
        int usual = LanguageModelConfig.defaultHiddenSize(preset.embeddingSize());
        double multiHeadLayer = layerParameters(preset, preset.multiHead(), usual);
        assertThat(layer / multiHeadLayer).isEqualTo(1, within(0.01));
        assertThat(matched.isMatched()).isTrue();
        assertThat(matched.share()).isEqualTo(layer / multiHeadLayer, within(1e-12));
    }

    // Attention and feed-forward network, from the counts of a model
    private static double layerParameters(
            ModelPreset preset, AttentionConfig attention, int hiddenSize) {
        LanguageModelConfig usual =
                LanguageModelConfig.of(64, preset.embeddingSize(), 1, attention);
        ModelCounts counts =
                new CausalLanguageModel(
                                new LanguageModelConfig(
                                        usual.vocabularySize(),
                                        usual.embeddingSize(),
                                        1,
                                        hiddenSize,
                                        attention,
                                        0,
                                        true,
                                        true,
                                        usual.normEpsilon()))
                        .counts();
        return counts.attention() + counts.feedForward();
    }

    /** 1280 is between the presets. */
    @ParameterizedTest
    @CsvSource({"768", "1024", "1280", "1600"})
    void headsSufficeFromGpt2sSizeOn(int embedding) {
        int usual = LanguageModelConfig.defaultHiddenSize(embedding);
        List<MatchedSizes> all =
                List.of(
                        MatchedSizes.byHeads(embedding, n -> MultiHeadConfig.of(2 * n, 2, 64)),
                        MatchedSizes.byHeads(embedding, n -> MultiHeadConfig.of(n, 1, 64)),
                        MatchedSizes.byHeads(embedding, n -> MlaConfig.of(embedding, n, 64)),
                        MatchedSizes.byHeads(embedding, n -> MfaConfig.of(embedding, n, 128)),
                        MatchedSizes.byHeads(embedding, n -> TpaConfig.of(embedding, n, 64)),
                        MatchedSizes.byHeads(
                                embedding, n -> TpaConfig.keyValueOnly(embedding, n, 64)));
        assertThat(all)
                .allSatisfy(
                        matched -> {
                            assertThat(matched.share()).isEqualTo(1, within(0.01));
                            assertThat(matched.hiddenSize()).isEqualTo(usual);
                        });
    }

    @Test
    void hasAsManyHeadsAsFitAt125m() {
        assertThat(P125M.matched("mha").attention()).isEqualTo(MultiHeadConfig.of(12, 12, 64));
        assertThat(P125M.matched("gqa").attention()).isEqualTo(MultiHeadConfig.of(22, 2, 64));
        assertThat(P125M.matched("mqa").attention()).isEqualTo(MultiHeadConfig.of(23, 1, 64));
        assertThat(P125M.matched("mla").attention())
                .isEqualTo(new MlaConfig(13, 64, 32, 64, 512, 256, false, 10_000));
        assertThat(P125M.matched("mfa").attention())
                .isEqualTo(new MfaConfig(15, 128, 256, false, true, 10_000));
        assertThat(P125M.matched("tpa").attention())
                .isEqualTo(new TpaConfig(34, 64, 6, 2, false, true, 10_000));
        assertThat(P125M.matched("tpa-kv").attention())
                .isEqualTo(new TpaConfig(22, 64, 0, 2, false, true, 10_000));
        assertThat(P125M.matched("sas").attention()).isEqualTo(P125M.sas());
    }

    @ParameterizedTest
    @CsvSource({
        "mha, 1536",
        "gqa, 256",
        "mqa, 128",
        "mla, 288",
        "mfa, 256",
        "tpa, 392",
        "sas, 1536"
    })
    void cachesWhatItIsMadeToCacheAt125m(String name, long elements) {
        assertThat(cacheElements(P125M.matched(name).attention())).isEqualTo(elements);
    }

    @Test
    void theExpandedCacheOfSasHoldsAllSimulatedHeads() {
        SasConfig compact = P125M.sas();
        SasConfig expanded =
                new SasConfig(
                        compact.shape(),
                        compact.bias(),
                        compact.rotary(),
                        compact.rotaryBase(),
                        compact.initialization(),
                        CacheForm.EXPANDED);
        assertThat(cacheElements(expanded)).isEqualTo(5760);
    }

    private static long cacheElements(AttentionConfig attention) {
        return attention.build(P125M.embeddingSize(), 0).counts().cacheElements();
    }

    @Test
    void keepsRanksAtLargerSizes() {
        MlaConfig mla = (MlaConfig) ModelPreset.P1_5B.matched("mla").attention();
        assertThat(List.of(mla.queryRank(), mla.keyValueRank())).containsExactly(512, 256);
        TpaConfig tpa = (TpaConfig) ModelPreset.P1_5B.matched("tpa").attention();
        assertThat(List.of(tpa.queryRank(), tpa.keyValueRank())).containsExactly(6, 2);
    }

    @Test
    void makesRanksSmallInSmallModels() {
        MlaConfig mla = (MlaConfig) ModelPreset.TINY.matched("mla").attention();
        assertThat(List.of(mla.queryRank(), mla.keyValueRank())).containsExactly(64, 32);
        assertThat(mla.rotarySize()).isEqualTo(16);
        TpaConfig tpa = (TpaConfig) ModelPreset.TINY.matched("tpa").attention();
        assertThat(List.of(tpa.queryRank(), tpa.keyValueRank())).containsExactly(2, 1);
        assertThat(tpa.headCount()).isGreaterThan(ModelPreset.TINY.headCount());
    }

    @Test
    void theFeedForwardNetworkMakesUpForTheSameHeads() {
        MatchedSizes gqa = MatchedSizes.byFeedForward(768, MultiHeadConfig.of(12, 2, 64));
        // 10 key/value heads fewer save 2·10·64·768 parameters, a unit of the hidden layer has
        // 3·768
        assertThat(gqa.hiddenSize()).isEqualTo(2048 + Math.round(20 * 64 / 3.0f));
        assertThat(gqa.share()).isEqualTo(1, within(1e-3));
        assertThat(MatchedSizes.byFeedForward(768, P125M.sas()).hiddenSize()).isEqualTo(2023);
        assertThat(MatchedSizes.byFeedForward(768, P125M.multiHead()).hiddenSize()).isEqualTo(2048);
    }

    @Test
    void countsBiases() {
        MatchedSizes biased =
                MatchedSizes.keepingHeads(768, new MultiHeadConfig(12, 12, 64, true, true, 1e4));
        assertThat(biased.share()).isEqualTo(1);
    }

    @Test
    void cannotMatchAnAttentionLargerThanALayer() {
        MatchedSizes large = MatchedSizes.byHeads(8, n -> MultiHeadConfig.of(n, n, 512));
        assertThat(large.isMatched()).isFalse();
        assertThat(large.hiddenSize()).isEqualTo(1);
    }

    @Test
    void leavesGivenSizesAlone() {
        MatchedSizes given = MatchedSizes.asGiven(768, MultiHeadConfig.of(12, 2, 64), 1000);
        assertThat(given.rule()).isEqualTo(Rule.NONE);
        assertThat(given.isMatched()).isFalse();
        assertThat(given.sentence()).isEqualTo("sizes as given, not matched");
    }

    @Test
    void saysWhatItDid() {
        assertThat(P125M.matched("gqa").sentence())
                .isEqualTo(
                        "22 heads, with which attention and feed-forward have exactly MHA's"
                                + " parameters");
        assertThat(P125M.matched("tpa").sentence())
                .isEqualTo(
                        "34 heads, the most with which attention and feed-forward have at most 1 %"
                                + " more parameters than MHA's");
        assertThat(P125M.matched("sas").sentence())
                .isEqualTo("12 heads, as multi-head attention has");
        assertThat(ModelPreset.TINY.matched("mla").sentence())
                .isEqualTo(
                        "3 heads, the most with which attention and feed-forward have at most 1 %"
                                + " more parameters than MHA's, and a feed-forward network of 261"
                                + " instead of 256, to have MHA's parameters");
        assertThat(MatchedSizes.byFeedForward(768, P125M.sas()).sentence())
                .isEqualTo(
                        "12 heads as given, and a feed-forward network of 2023 instead of 2048, to"
                                + " have MHA's parameters");
    }

    @Test
    void rulesHaveTheNamesThatOneTypes() {
        assertThat(Stream.of(Rule.values()).map(Rule::label))
                .containsExactly("heads", "feed-forward", "none");
    }

    @Test
    void refusesAnUnknownAttention() {
        assertThatThrownBy(() -> P125M.matched("ssa"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "attention = ssa, expected one of [mha, gqa, mqa, mla, mfa, tpa, tpa-kv,"
                                + " sas]");
    }
}
