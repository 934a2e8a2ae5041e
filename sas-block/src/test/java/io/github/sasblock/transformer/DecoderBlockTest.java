package io.github.sasblock.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.testing.ArrayTest;
import io.github.sasblock.testing.Blocks;
import io.github.sasblock.testing.GradientCheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DecoderBlockTest extends ArrayTest {

    private static final Shape X = new Shape(2, 5, Configs.EMBEDDING);

    @ParameterizedTest
    @MethodSource("io.github.sasblock.transformer.Configs#attentions")
    void gradientsAreItsDerivatives(AttentionConfig attention) {
        DecoderBlock layer = layer(Configs.model(attention), DataType.FLOAT64);
        NDArray x = manager.randomNormal(X, DataType.FLOAT64);
        GradientCheck.of(manager, layer).with("x", x).verify(() -> Blocks.forward(layer, true, x));
    }

    @Test
    void outputHasTheShapeThatWasForetold() {
        DecoderBlock layer = layer(Configs.model(Configs.multiHead()), DataType.FLOAT32);
        assertThat(layer.getOutputShapes(new Shape[] {X}))
                .containsExactly(Blocks.infer(layer, manager.randomNormal(X)).getShape());
    }

    @Test
    void dropoutIsForTrainingAlone() {
        LanguageModelConfig config = Configs.model(Configs.multiHead());
        DecoderBlock plain = layer(config, DataType.FLOAT32);
        DecoderBlock dropping = layer(config.withDropout(0.5f), DataType.FLOAT32);
        Blocks.copyParameters(plain, dropping);
        NDArray x = manager.randomNormal(X);
        NDArray y = Blocks.infer(plain, x);
        assertThat(Blocks.infer(dropping, x)).isEqualTo(y);
        assertThat(Blocks.forward(dropping, true, x)).isNotEqualTo(y);
    }

    @Test
    void refusesAnotherEmbeddingSize() {
        DecoderBlock layer = layer(Configs.model(Configs.multiHead()), DataType.FLOAT32);
        NDArray x = normal(2, 5, Configs.EMBEDDING - 1);
        assertThatThrownBy(() -> Blocks.infer(layer, x))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shape of the input = (2, 5, 23), expected (.., 24)");
    }

    private DecoderBlock layer(LanguageModelConfig config, DataType type) {
        return Blocks.initialized(new DecoderBlock(config), manager, type, X);
    }
}
