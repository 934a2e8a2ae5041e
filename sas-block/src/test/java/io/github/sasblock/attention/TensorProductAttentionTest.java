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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorProductAttentionTest {

    private static TensorProductAttention.Builder tensorProduct(int heads, int size) {
        return TensorProductAttention.builder()
                .setEmbeddingSize(AttentionConformance.EMBEDDING)
                .setHeadCount(heads)
                .optHeadSize(size)
                .setKeyValueRank(2);
    }

    @Nested
    class WithoutRotaryEmbedding extends AttentionConformance {
        @Override
        protected AttentionBuilder<?> builder() {
            return tensorProduct(3, 4);
        }
    }

    @Nested
    class WithRotaryEmbedding extends AttentionConformance {
        @Override
        protected AttentionBuilder<?> builder() {
            return tensorProduct(5, 4).optQueryRank(3).optRotary(true).optBias(false);
        }
    }

    @Nested
    class KeyValueOnly extends AttentionConformance {
        @Override
        protected AttentionBuilder<?> builder() {
            return tensorProduct(3, 4).optFactorizeQuery(false);
        }
    }

    @Nested
    class KeyValueOnlyWithRotaryEmbedding extends AttentionConformance {
        @Override
        protected AttentionBuilder<?> builder() {
            return tensorProduct(3, 2).optFactorizeQuery(false).optRotary(true).optBias(false);
        }
    }

    /**
     * Head factors that do not depend on the token, which biases make, turn the feature factors
     * into heads: the non-contextual form of arXiv 2501.06425.
     */
    @Nested
    class Reductions extends ArrayTest {

        private static final int EMBEDDING = 12;
        private static final int HEADS = 6;
        private static final int SIZE = 2;

        /** Rank H is MHA, rank 1 is MQA, a rank between them GQA. */
        @ParameterizedTest(name = "rank {0}, queries factored: {1}")
        @CsvSource({"6, true", "6, false", "3, true", "2, false", "1, true"})
        void isAttentionWithAsManyKeyValueHeadsAsItsRank(int rank, boolean factorizeQuery) {
            Attention grouped =
                    initialized(
                            MultiHeadAttention.builder()
                                    .setEmbeddingSize(EMBEDDING)
                                    .setHeadCount(HEADS)
                                    .optKeyValueHeadCount(rank)
                                    .optRotary(true)
                                    .optCausal(true)
                                    .build());
            TensorProductAttention.Builder builder =
                    tensorProduct(HEADS, SIZE)
                            .setKeyValueRank(rank)
                            .optRotary(true)
                            .optCausal(true)
                            .optFactorizeQuery(factorizeQuery);
            Attention tensorProduct =
                    initialized((factorizeQuery ? builder.optQueryRank(HEADS) : builder).build());
            represent(grouped, tensorProduct, rank);
            NDArray x = normal64(2, 5, EMBEDDING);
            assertThat(Blocks.distance(Blocks.infer(tensorProduct, x), Blocks.infer(grouped, x)))
                    .isLessThan(1e-12);
            NDArray keys = normal64(2, 7, EMBEDDING);
            NDArray values = normal64(2, 7, EMBEDDING);
            assertThat(
                            Blocks.distance(
                                    Blocks.infer(tensorProduct, keys, x, values),
                                    Blocks.infer(grouped, keys, x, values)))
                    .isLessThan(1e-12);
        }

        private void represent(Attention grouped, Attention tensorProduct, int rank) {
            Map<String, Parameter> from = BlockWeights.named(grouped);
            Map<String, Parameter> to = BlockWeights.named(tensorProduct);
            for (String part : new String[] {".weight", ".bias"}) {
                for (String role : new String[] {"query", "key", "value"}) {
                    String whole = role + part; // of queries that are not factored
                    Blocks.set(
                            to.get(to.containsKey(whole) ? whole : role + ".featureFactor" + part),
                            from.get("projection." + whole).getArray());
                }
                Blocks.set(to.get("output" + part), from.get("output" + part).getArray());
            }
            setHeadFactors(to, "query", HEADS);
            setHeadFactors(to, "key", rank);
            setHeadFactors(to, "value", rank);
        }

        // a = R where the head belongs to the feature factor, else 0, whatever the token
        private void setHeadFactors(Map<String, Parameter> to, String role, int rank) {
            Parameter weight = to.get(role + ".headFactor.weight");
            if (weight == null) {
                return;
            }
            NDArray belongs = manager.eye(rank).repeat(0, HEADS / rank); // [H, R]
            Blocks.set(weight, weight.getArray().zerosLike());
            Blocks.set(to.get(role + ".headFactor.bias"), belongs.mul(rank).flatten());
        }

        private Attention initialized(Attention attention) {
            return Blocks.initialized(
                    attention, manager, DataType.FLOAT64, new Shape(1, 1, EMBEDDING));
        }
    }

    @Test
    void queriesHaveThreeTimesTheRankOfKeysByDefault() {
        assertThat(tensorProduct(3, 4).build().description()).contains("Rq=6, R=2");
        assertThat(tensorProduct(3, 4).optFactorizeQuery(false).build().description())
                .contains("Rq=full, R=2");
    }

    @Test
    void ranksMustFitTheForm() {
        assertRefused(
                tensorProduct(3, 4).setKeyValueRank(0),
                "key/value rank R = 0, expected at least 1");
        assertRefused(
                tensorProduct(3, 4).optQueryRank(3).optFactorizeQuery(false),
                "query rank Rq = 3, expected none, since queries are not factored");
        assertThatThrownBy(() -> tensorProduct(3, 4).optQueryRank(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("query rank Rq = 0, expected at least 1");
    }

    private static void assertRefused(AttentionBuilder<?> builder, String message) {
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
