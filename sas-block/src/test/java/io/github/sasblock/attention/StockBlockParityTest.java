package io.github.sasblock.attention;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.transformer.ScaledDotProductAttentionBlock;
import io.github.sasblock.safetensors.BlockWeights;
import io.github.sasblock.testing.ArrayTest;
import io.github.sasblock.testing.Blocks;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Multi-head attention in the place of DJL's own block, with the same weights. */
class StockBlockParityTest extends ArrayTest {

    private static final Map<String, String> NAMES =
            Map.of(
                    "projection.query", "queryProjection",
                    "projection.key", "keyProjection",
                    "projection.value", "valueProjection",
                    "output", "resultProjection");
    private static final int BATCH = 2;
    private static final int LENGTH = 5;
    private static final int KEYS = 7;
    private static final int EMBEDDING = 12;

    private final Block stock =
            ScaledDotProductAttentionBlock.builder()
                    .setEmbeddingSize(EMBEDDING)
                    .setHeadCount(3)
                    .build();
    private final Block ours =
            MultiHeadAttention.builder().setEmbeddingSize(EMBEDDING).setHeadCount(3).build();

    @BeforeEach
    void copyWeights() {
        Shape x = new Shape(BATCH, LENGTH, EMBEDDING);
        stock.initialize(manager, DataType.FLOAT32, x);
        ours.initialize(manager, DataType.FLOAT32, x);
        Map<String, Parameter> theirs = BlockWeights.named(stock);
        Map<String, Parameter> own = BlockWeights.named(ours);
        assertThat(own).hasSameSizeAs(theirs);
        NAMES.forEach(
                (our, their) -> {
                    Blocks.set(theirs.get(their + ".weight"), own.get(our + ".weight").getArray());
                    Blocks.set(theirs.get(their + ".bias"), own.get(our + ".bias").getArray());
                });
    }

    @Test
    void selfAttentionIsEqual() {
        assertEqual(normal(BATCH, LENGTH, EMBEDDING));
    }

    @Test
    void maskedSelfAttentionIsEqual() {
        NDArray x = normal(BATCH, LENGTH, EMBEDDING);
        NDArray mask = mask(LENGTH, LENGTH);
        assertEqual(x, mask);
        assertEqual(x, mask.toType(DataType.INT32, false));
        assertEqual(x, mask.sub(1).mul(1e5).reshape(BATCH, 1, LENGTH, LENGTH));
        assertEqual(x, normal(BATCH, 3, LENGTH, LENGTH));
    }

    @Test
    void crossAttentionIsEqual() {
        NDArray keys = normal(BATCH, KEYS, EMBEDDING);
        NDArray queries = normal(BATCH, LENGTH, EMBEDDING);
        NDArray values = normal(BATCH, KEYS, EMBEDDING);
        NDArray mask = mask(LENGTH, KEYS);
        assertEqual(keys, queries, values);
        assertEqual(keys, queries, values, mask);
        assertEqual(keys, queries, values, mask.sub(1).mul(1e5).reshape(BATCH, 1, LENGTH, KEYS));
    }

    @Test
    void fullyMaskedRowsAreEqualAndFinite() {
        NDArray x = normal(BATCH, LENGTH, EMBEDDING);
        NDArray mask = manager.ones(new Shape(BATCH, LENGTH, LENGTH));
        mask.set(new NDIndex("0, 2"), 0);
        assertThat(Blocks.infer(ours, x, mask).isNaN().any().getBoolean()).isFalse();
        assertEqual(x, mask);
    }

    private void assertEqual(NDArray... inputs) {
        assertThat(Blocks.distance(Blocks.infer(ours, inputs), Blocks.infer(stock, inputs)))
                .isLessThan(1e-6);
    }

    private NDArray mask(long queries, long keys) {
        return manager.randomUniform(0, 1, new Shape(BATCH, queries, keys))
                .gt(0.3)
                .toType(DataType.FLOAT32, false);
    }
}
