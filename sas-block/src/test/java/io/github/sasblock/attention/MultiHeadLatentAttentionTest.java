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

class MultiHeadLatentAttentionTest {

    private static MultiHeadLatentAttention.Builder latent(int headCount, int headSize) {
        return MultiHeadLatentAttention.builder()
                .setEmbeddingSize(AttentionConformance.EMBEDDING)
                .setHeadCount(headCount)
                .optHeadSize(headSize)
                .setQueryRank(5)
                .setKeyValueRank(3);
    }

    @Nested
    class WithoutRotaryEmbedding extends AttentionConformance {
        @Override
        protected AttentionBuilder<?> builder() {
            return latent(3, 4);
        }
    }

    @Nested
    class WithRotaryEmbedding extends AttentionConformance {
        @Override
        protected AttentionBuilder<?> builder() {
            return latent(3, 4).optRotarySize(2);
        }
    }

    @Nested
    class OfAnotherValueSize extends AttentionConformance {
        @Override
        protected AttentionBuilder<?> builder() {
            return latent(2, 3).optValueSize(5).optRotarySize(4).optBias(false);
        }
    }

    /** Where ranks are as large as the embedding, latents can hold all of it. */
    @Nested
    class Reductions extends ArrayTest {

        private static final int EMBEDDING = 12;
        private static final int HEADS = 3;
        private static final int SIZE = 4;
        private static final double NORM_EPSILON = 1e-6;

        /**
         * With the identity as projection into the latents, and inputs that RMSNorm leaves as they
         * are, MLA's queries, keys and values are any linear maps of the input: those of MHA.
         */
        @Test
        void atFullRankIsMultiHeadAttentionOfNormalizedInputs() {
            assertIsMultiHeadAttention(0);
        }

        /** Rotated features with a weight of zero change nothing but the scale of the scores. */
        @Test
        void unusedRotatedFeaturesChangeTheScaleAlone() {
            assertIsMultiHeadAttention(2);
        }

        private void assertIsMultiHeadAttention(int rotarySize) {
            Attention multiHead =
                    initialized(
                            MultiHeadAttention.builder()
                                    .setEmbeddingSize(EMBEDDING)
                                    .setHeadCount(HEADS)
                                    .optCausal(true)
                                    .build());
            Attention latent =
                    initialized(
                            latent(HEADS, SIZE)
                                    .setQueryRank(EMBEDDING)
                                    .setKeyValueRank(EMBEDDING)
                                    .optRotarySize(rotarySize)
                                    .optCausal(true)
                                    .build());
            represent(multiHead, latent, rotarySize);
            NDArray x = normalized(normal64(2, 5, EMBEDDING));
            assertThat(Blocks.distance(Blocks.infer(latent, x), Blocks.infer(multiHead, x)))
                    .isLessThan(1e-12);
            NDArray keys = normalized(normal64(2, 7, EMBEDDING));
            NDArray values = normalized(normal64(2, 7, EMBEDDING));
            assertThat(
                            Blocks.distance(
                                    Blocks.infer(latent, keys, x, values),
                                    Blocks.infer(multiHead, keys, x, values)))
                    .isLessThan(1e-12);
        }

        private void represent(Attention multiHead, Attention latent, int rotarySize) {
            Map<String, Parameter> to = BlockWeights.named(latent);
            to.forEach((name, parameter) -> setZeroOrOne(name, parameter.getArray()));
            Map<String, Parameter> from = BlockWeights.named(multiHead);
            NDArray identity = manager.eye(EMBEDDING).toType(DataType.FLOAT64, false);
            NDArray rotary = manager.zeros(new Shape(rotarySize, EMBEDDING), DataType.FLOAT64);
            Blocks.set(to.get("query.down.weight"), identity);
            Blocks.set(
                    to.get("keyValueDown.weight"),
                    rotarySize == 0 ? identity : identity.concat(rotary, 0));
            double scale = Math.sqrt((double) (SIZE + rotarySize) / SIZE);
            for (String part : new String[] {"weight", "bias"}) {
                NDArray query = heads(from, "query", part).mul(scale); // [H, D, ..]
                if (rotarySize > 0) {
                    Shape none = new Shape(HEADS, rotarySize).addAll(query.getShape().slice(2));
                    query = query.concat(manager.zeros(none, DataType.FLOAT64), 1);
                }
                NDArray keyValue = heads(from, "key", part).concat(heads(from, "value", part), 1);
                setFlat(to.get("query.up." + part), query);
                setFlat(to.get("keyValueUp." + part), keyValue);
                setFlat(to.get("output." + part), from.get("output." + part).getArray());
            }
        }

        private void setZeroOrOne(String name, NDArray array) {
            array.set(array.zerosLike().add(name.endsWith("orm.weight") ? 1 : 0).toDoubleArray());
        }

        private NDArray heads(Map<String, Parameter> from, String role, String part) {
            NDArray array = from.get("projection." + role + "." + part).getArray();
            return array.reshape(new Shape(HEADS, SIZE).addAll(array.getShape().slice(1)));
        }

        private void setFlat(Parameter parameter, NDArray value) {
            Blocks.set(parameter, value.reshape(parameter.getArray().getShape()));
        }

        // x / √(mean(x²) + ε) = x
        private NDArray normalized(NDArray x) {
            NDArray root = x.square().mean(new int[] {-1}, true).sqrt();
            return x.div(root).mul(Math.sqrt(1 - NORM_EPSILON));
        }

        private Attention initialized(Attention attention) {
            return Blocks.initialized(
                    attention, manager, DataType.FLOAT64, new Shape(1, 1, EMBEDDING));
        }
    }

    @Test
    void ranksMustBeSet() {
        assertRefused(latent(3, 4).setQueryRank(0), "query rank Rq = 0, expected at least 1");
        assertRefused(
                latent(3, 4).setKeyValueRank(0), "key/value rank Rkv = 0, expected at least 1");
    }

    @Test
    void rotatedFeaturesComeInPairs() {
        assertRefused(
                latent(3, 4).optRotarySize(3),
                "rotary size = 3, expected an even number, at least 2");
        assertThatThrownBy(() -> latent(3, 4).optRotarySize(-2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rotary size Dr = -2, expected not negative");
        assertThatThrownBy(() -> latent(3, 4).optValueSize(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("value size Dv = 0, expected at least 1");
    }

    private static void assertRefused(AttentionBuilder<?> builder, String message) {
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
