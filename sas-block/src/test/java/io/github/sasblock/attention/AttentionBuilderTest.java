package io.github.sasblock.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class AttentionBuilderTest {

    @Test
    void sizesMustBeSet() {
        assertRefused(
                MultiHeadAttention.builder().setHeadCount(2),
                "embedding size E = 0, expected at least 1");
        assertRefused(
                MultiHeadAttention.builder().setEmbeddingSize(8),
                "head count H = 0, expected at least 1");
    }

    @Test
    void headsMustDivideTheEmbeddingUnlessTheirSizeIsGiven() {
        MultiHeadAttention.Builder builder =
                MultiHeadAttention.builder().setEmbeddingSize(10).setHeadCount(4);
        assertRefused(
                builder,
                "embedding size E = 10, expected a multiple of the head count H = 4, or a head"
                        + " size D");
        assertThat(builder.optHeadSize(3).build().description()).contains("H=4", "D=3");
    }

    @Test
    void dropoutIsARate() {
        assertRefused(
                builder().optAttentionDropout(1),
                "attention dropout = 1.0, expected at least 0 and less than 1");
        assertRefused(
                builder().optOutputDropout(-0.1f),
                "output dropout = -0.10000000149011612, expected at least 0 and less than 1");
        assertRefused(
                builder().optOutputDropout(Float.NaN),
                "output dropout = NaN, expected at least 0 and less than 1");
    }

    @Test
    void rotaryEmbeddingNeedsAnEvenHeadSizeAndAPositiveBase() {
        assertRefused(
                builder().optHeadSize(3).optRotary(true),
                "rotary size = 3, expected an even number, at least 2");
        assertRefused(
                builder().optRotary(true).optRotaryBase(0),
                "rotary base = 0.0, expected positive and finite");
    }

    private static MultiHeadAttention.Builder builder() {
        return MultiHeadAttention.builder().setEmbeddingSize(8).setHeadCount(2);
    }

    private static void assertRefused(AttentionBuilder<?> builder, String message) {
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
