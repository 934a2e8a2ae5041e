package io.github.sasblock.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.sas.SasShape;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ModelPresetTest {

    private static final long GPT2_VOCABULARY = 50_257;

    @ParameterizedTest
    @CsvSource({
        "P125M, 110e6, 150e6",
        "P350M, 320e6, 400e6",
        "P760M, 700e6, 800e6",
        "P1_5B, 1.45e9, 1.65e9"
    })
    void hasAboutAsManyParametersAsItsName(ModelPreset preset, double least, double most) {
        assertThat((double) parameters(preset, preset.multiHead())).isBetween(least, most);
    }

    @ParameterizedTest
    @EnumSource(ModelPreset.class)
    void simulatedHeadsTakeFewParameters(ModelPreset preset) {
        double multiHead = parameters(preset, preset.multiHead());
        double sas = parameters(preset, preset.sas());
        assertThat(sas / multiHead).isBetween(1.0, 1.05);
    }

    private static long parameters(ModelPreset preset, AttentionConfig attention) {
        long vocabulary = LanguageModelConfig.paddedVocabulary(GPT2_VOCABULARY);
        return new CausalLanguageModel(
                        LanguageModelConfig.of(
                                vocabulary, preset.embeddingSize(), preset.layerCount(), attention))
                .counts()
                .parameters();
    }

    @ParameterizedTest
    @EnumSource(ModelPreset.class)
    void headsFillTheEmbedding(ModelPreset preset) {
        assertThat(preset.headSize() * preset.headCount()).isEqualTo(preset.embeddingSize());
    }

    @Test
    void sas125mIsThePapersSize() {
        assertThat(ModelPreset.P125M.sas().shape())
                .isEqualTo(new SasShape(12, 64, 36, 96, HeadExpansionKind.CONVOLUTION, 5, true));
    }

    @ParameterizedTest
    @CsvSource({"1, 64", "64, 64", "65, 128", "50257, 50304"})
    void vocabulariesArePaddedToAMultipleOf64(long tokens, long padded) {
        assertThat(LanguageModelConfig.paddedVocabulary(tokens)).isEqualTo(padded);
    }

    @Test
    void attentionsHaveTheNamesPeopleCallThem() {
        assertThat(MultiHeadConfig.of(4, 4, 8).name()).isEqualTo("mha");
        assertThat(MultiHeadConfig.of(4, 2, 8).name()).isEqualTo("gqa");
        assertThat(MultiHeadConfig.of(4, 1, 8).name()).isEqualTo("mqa");
        assertThat(ModelPreset.TINY.sas().name()).isEqualTo("sas");
    }

    @Test
    void configurationsNameWhatIsNotValid() {
        AttentionConfig attention = Configs.multiHead();
        assertRefused(() -> LanguageModelConfig.of(0, 8, 1, attention), "vocabulary size V = 0");
        assertRefused(() -> LanguageModelConfig.of(9, 0, 1, attention), "embedding size E = 0");
        assertRefused(() -> LanguageModelConfig.of(9, 8, 0, attention), "layers = 0");
        assertRefused(() -> LanguageModelConfig.of(9, 8, 1, null), "attention = null");
        assertRefused(
                () -> LanguageModelConfig.of(9, 8, 1, attention).withDropout(1), "dropout = 1.0");
    }

    private static void assertRefused(Runnable runnable, String message) {
        assertThatThrownBy(runnable::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message + ", expected ");
    }
}
