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
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class MultiMatrixFactorizationAttentionTest {

    private static MultiMatrixFactorizationAttention.Builder factorized(int heads, int size) {
        return MultiMatrixFactorizationAttention.builder()
                .setEmbeddingSize(AttentionConformance.EMBEDDING)
                .setHeadCount(heads)
                .optHeadSize(size)
                .setQueryRank(5);
    }

    @Nested
    class WithoutRotaryEmbedding extends AttentionConformance {
        @Override
        protected AttentionBuilder<?> builder() {
            return factorized(3, 4);
        }
    }

    @Nested
    class WithRotaryEmbedding extends AttentionConformance {
        @Override
        protected AttentionBuilder<?> builder() {
            return factorized(5, 6).optRotary(true).optBias(false);
        }
    }

    @Nested
    class Reductions extends ArrayTest {

        private static final int EMBEDDING = 12;
        private static final int HEADS = 3;
        private static final double NORM_EPSILON = 1e-6;

        /** With the identity into the latent, and inputs that RMSNorm leaves as they are. */
        @Test
        void atFullRankIsMultiQueryAttentionOfNormalizedInputs() {
            Attention multiQuery =
                    initialized(
                            MultiHeadAttention.builder()
                                    .setEmbeddingSize(EMBEDDING)
                                    .setHeadCount(HEADS)
                                    .optKeyValueHeadCount(1)
                                    .optRotary(true)
                                    .build());
            Attention factorized =
                    initialized(
                            factorized(HEADS, EMBEDDING / HEADS)
                                    .setQueryRank(EMBEDDING)
                                    .optRotary(true)
                                    .build());
            Map<String, Parameter> from = BlockWeights.named(multiQuery);
            Map<String, Parameter> to = BlockWeights.named(factorized);
            Blocks.set(to.get("query.down.weight"), manager.eye(EMBEDDING));
            Blocks.set(to.get("query.down.bias"), manager.zeros(new Shape(EMBEDDING)));
            for (String part : new String[] {".weight", ".bias"}) {
                copy(from, "projection.query" + part, to, "query.up" + part);
                copy(from, "projection.key" + part, to, "key" + part);
                copy(from, "projection.value" + part, to, "value" + part);
                copy(from, "output" + part, to, "output" + part);
            }
            NDArray x = normal64(2, 5, EMBEDDING);
            NDArray root = x.square().mean(new int[] {-1}, true).sqrt();
            NDArray normalized = x.div(root).mul(Math.sqrt(1 - NORM_EPSILON));
            assertThat(
                            Blocks.distance(
                                    Blocks.infer(factorized, normalized),
                                    Blocks.infer(multiQuery, normalized)))
                    .isLessThan(1e-12);
        }

        private static void copy(
                Map<String, Parameter> from, String name, Map<String, Parameter> to, String ours) {
            Blocks.set(to.get(ours), from.get(name).getArray());
        }

        private Attention initialized(Attention attention) {
            return Blocks.initialized(
                    attention, manager, DataType.FLOAT64, new Shape(1, 1, EMBEDDING));
        }
    }

    @Test
    void theRankMustBeSet() {
        assertThatThrownBy(() -> factorized(3, 4).setQueryRank(0).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("query rank Rq = 0, expected at least 1");
    }
}
