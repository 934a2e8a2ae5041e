package io.github.sasblock.attention;

import org.junit.jupiter.api.Nested;

class MultiHeadAttentionTest {

    private static MultiHeadAttention.Builder heads(int headCount) {
        return MultiHeadAttention.builder()
                .setEmbeddingSize(AttentionConformance.EMBEDDING)
                .setHeadCount(headCount);
    }

    @Nested
    class MultiHead extends AttentionConformance {
        @Override
        protected AttentionBuilder<?> builder() {
            return heads(3);
        }
    }

    @Nested
    class MultiHeadWithRotaryEmbedding extends AttentionConformance {
        @Override
        protected AttentionBuilder<?> builder() {
            return heads(3).optRotary(true);
        }
    }

    @Nested
    class MultiHeadOfAnotherHeadSize extends AttentionConformance {
        @Override
        protected AttentionBuilder<?> builder() {
            return heads(5).optHeadSize(2).optBias(false);
        }
    }

    @Nested
    class GroupedQuery extends AttentionConformance {
        @Override
        protected AttentionBuilder<?> builder() {
            return heads(6).optKeyValueHeadCount(2).optRotary(true);
        }
    }

    @Nested
    class MultiQuery extends AttentionConformance {
        @Override
        protected AttentionBuilder<?> builder() {
            return heads(3).optKeyValueHeadCount(1).optRotary(true);
        }
    }
}
