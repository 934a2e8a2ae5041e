package io.github.sasblock.transformer;

import io.github.sasblock.sas.CacheForm;
import io.github.sasblock.sas.RotaryPlacement;
import io.github.sasblock.sas.SasInitialization;
import io.github.sasblock.sas.SasShape;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import java.util.stream.Stream;

/** Small language models, one for each attention. */
final class Configs {

    static final long VOCABULARY = 61;
    static final int EMBEDDING = 24;
    static final int LAYERS = 2;

    private static final int HEADS = 4;
    private static final int SIZE = 6;

    private Configs() {}

    static Stream<AttentionConfig> attentions() {
        return Stream.of(
                multiHead(),
                MultiHeadConfig.of(HEADS, 2, SIZE),
                MultiHeadConfig.of(HEADS, 1, SIZE),
                MlaConfig.of(EMBEDDING, HEADS, SIZE),
                MfaConfig.of(EMBEDDING, HEADS, SIZE),
                TpaConfig.of(EMBEDDING, HEADS, SIZE),
                TpaConfig.keyValueOnly(EMBEDDING, HEADS, SIZE),
                sas(RotaryPlacement.AFTER, CacheForm.COMPACT),
                sas(RotaryPlacement.AFTER, CacheForm.EXPANDED),
                sas(RotaryPlacement.BEFORE, CacheForm.COMPACT));
    }

    /** Those whose scores depend on relative positions alone. */
    static Stream<AttentionConfig> relative() {
        return attentions()
                .filter(
                        attention ->
                                !(attention instanceof SasConfig sas)
                                        || sas.rotary() == RotaryPlacement.AFTER);
    }

    static AttentionConfig multiHead() {
        return MultiHeadConfig.of(HEADS, HEADS, SIZE);
    }

    static AttentionConfig sas(RotaryPlacement rotary, CacheForm cacheForm) {
        SasConfig usual =
                SasConfig.of(
                        new SasShape(
                                HEADS,
                                SIZE,
                                2 * HEADS,
                                SIZE + 2,
                                HeadExpansionKind.CONVOLUTION,
                                3,
                                true));
        return new SasConfig(
                usual.shape(),
                usual.bias(),
                rotary,
                usual.rotaryBase(),
                SasInitialization.PYTORCH,
                cacheForm);
    }

    static LanguageModelConfig model(AttentionConfig attention) {
        return LanguageModelConfig.of(VOCABULARY, EMBEDDING, LAYERS, attention);
    }

    static LanguageModelConfig untied(AttentionConfig attention) {
        LanguageModelConfig tied = model(attention);
        return new LanguageModelConfig(
                tied.vocabularySize(),
                tied.embeddingSize(),
                tied.layerCount(),
                tied.hiddenSize(),
                attention,
                0,
                false,
                false,
                tied.normEpsilon());
    }
}
