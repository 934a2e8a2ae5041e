package io.github.sasblock.sas;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SasSettingTest {

    @Test
    void thePapersFormIsThatOfItsAuthors() {
        assertThat(SasSetting.PAPER.shape(12, 64))
                .isEqualTo(new SasShape(12, 64, 36, 96, HeadExpansionKind.CONVOLUTION, 5, true));
    }

    @Test
    void featuresAloneLeaveTheHeads() {
        assertThat(SasSetting.FEATURES.shape(12, 64))
                .isEqualTo(new SasShape(12, 64, 12, 96, HeadExpansionKind.NONE, 1, true));
    }

    @Test
    void twoSimulatedHeadsShareValues() {
        SasShape shape = new SasShape(12, 64, 24, 96, HeadExpansionKind.CONVOLUTION, 5, true);
        assertThat(SasSetting.SHARED_VALUES.shape(12, 64)).isEqualTo(shape.withSharedValues());
    }

    @ParameterizedTest
    @EnumSource(SasSetting.class)
    void simulatedFeaturesCanBeRotated(SasSetting setting) {
        for (int size = 2; size <= 128; size += 2) {
            assertThat(setting.shape(4, size).simulatedHeadSize()).isEven();
        }
    }

    @Test
    void namesAreThoseThatOneTypes() {
        assertThat(Stream.of(SasSetting.values()).map(SasSetting::label))
                .doesNotHaveDuplicates()
                .contains("paper")
                .allMatch(label -> label.matches("[a-z0-9-]+"));
    }

    @Test
    void theBlockIsBuiltAsThePaperUnlessToldOtherwise() {
        SasAttention block =
                SasAttention.builder().setEmbeddingSize(20).setHeadCount(2).optHeadSize(5).build();
        assertThat(block.description()).contains(SasSetting.PAPER.shape(2, 5).toString());
    }
}
