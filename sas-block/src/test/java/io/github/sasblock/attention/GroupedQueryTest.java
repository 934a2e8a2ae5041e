package io.github.sasblock.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.sasblock.safetensors.BlockWeights;
import io.github.sasblock.testing.ArrayTest;
import io.github.sasblock.testing.Blocks;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Grouped-query attention as multi-head attention whose key/value heads repeat. */
class GroupedQueryTest extends ArrayTest {

    private static final int EMBEDDING = 12;
    private static final int HEADS = 6;
    private static final int SIZE = 2;

    @Test
    void asManyKeyValueHeadsAsHeadsIsMultiHeadAttention() {
        Attention grouped = attention(HEADS);
        Attention multiHead =
                Blocks.initialized(
                        builder().build(), manager, DataType.FLOAT32, new Shape(1, 1, EMBEDDING));
        Blocks.copyParameters(grouped, multiHead);
        NDArray x = normal(2, 5, EMBEDDING);
        assertThat(Blocks.infer(grouped, x)).isEqualTo(Blocks.infer(multiHead, x));
        assertThat(grouped.description()).isEqualTo(multiHead.description());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void isMultiHeadAttentionWithRepeatedKeyValueHeads(int keyValueHeads) {
        Attention grouped = attention(keyValueHeads);
        Attention multiHead = attention(HEADS);
        Map<String, Parameter> from = BlockWeights.named(grouped);
        BlockWeights.named(multiHead)
                .forEach(
                        (name, parameter) -> {
                            boolean repeats = name.matches("projection\\.(key|value)\\..*");
                            NDArray value = from.get(name).getArray();
                            Blocks.set(parameter, repeats ? repeat(value, keyValueHeads) : value);
                        });
        NDArray x = normal(2, 5, EMBEDDING);
        NDArray mask = manager.randomUniform(0, 1, new Shape(2, 5, 5)).gt(0.3);
        assertThat(Blocks.distance(Blocks.infer(grouped, x), Blocks.infer(multiHead, x)))
                .isLessThan(1e-6);
        assertThat(
                        Blocks.distance(
                                Blocks.infer(grouped, x, mask), Blocks.infer(multiHead, x, mask)))
                .isLessThan(1e-6);
    }

    // [Hkv·D, ..] → [H·D, ..], each head H/Hkv times in a row
    private static NDArray repeat(NDArray heads, int keyValueHeads) {
        Shape shape = heads.getShape();
        return heads.reshape(keyValueHeads, -1)
                .repeat(0, HEADS / keyValueHeads)
                .reshape(new Shape((long) HEADS * SIZE).addAll(shape.slice(1)));
    }

    @Test
    void keyValueHeadsMustDivideTheHeads() {
        assertThatThrownBy(() -> builder().optKeyValueHeadCount(4).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "key/value head count Hkv = 4, expected a divisor of the head count H = 6");
        assertThatThrownBy(() -> builder().optKeyValueHeadCount(12).build())
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder().optKeyValueHeadCount(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("key/value head count Hkv = 0, expected at least 1");
    }

    private Attention attention(int keyValueHeads) {
        return Blocks.initialized(
                builder().optKeyValueHeadCount(keyValueHeads).build(),
                manager,
                DataType.FLOAT32,
                new Shape(1, 1, EMBEDDING));
    }

    private static MultiHeadAttention.Builder builder() {
        return MultiHeadAttention.builder()
                .setEmbeddingSize(EMBEDDING)
                .setHeadCount(HEADS)
                .optHeadSize(SIZE)
                .optRotary(true);
    }
}
