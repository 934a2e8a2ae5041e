package io.github.sasblock.examples.classifier;

import ai.djl.nn.Block;
import ai.djl.nn.transformer.ScaledDotProductAttentionBlock;
import io.github.sasblock.attention.MultiHeadAttention;
import io.github.sasblock.sas.SasAttention;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The attentions that the classifier can be built around. */
public enum AttentionChoice {

    /** DJL's own {@link ScaledDotProductAttentionBlock}. */
    STOCK {
        @Override
        public Block create(int embeddingSize, int headCount) {
            return ScaledDotProductAttentionBlock.builder()
                    .setEmbeddingSize(embeddingSize)
                    .setHeadCount(headCount)
                    .optAttentionProbsDropoutProb(DROPOUT)
                    .build();
        }
    },

    /** {@link SasAttention}, with three simulated heads for each head and D′ = 1.5 D. */
    SAS {
        @Override
        public Block create(int embeddingSize, int headCount) {
            return SasAttention.builder()
                    .setEmbeddingSize(embeddingSize)
                    .setHeadCount(headCount)
                    .optAttentionDropout(DROPOUT)
                    .build();
        }
    },

    /** {@link MultiHeadAttention}, the stock attention's equal in this library. */
    MHA {
        @Override
        public Block create(int embeddingSize, int headCount) {
            return MultiHeadAttention.builder()
                    .setEmbeddingSize(embeddingSize)
                    .setHeadCount(headCount)
                    .optAttentionDropout(DROPOUT)
                    .build();
        }
    };

    private static final float DROPOUT = 0.1f;

    /**
     * Returns a new attention, whose parameters are not yet initialized.
     *
     * @param embeddingSize the embedding size E
     * @param headCount the number of heads H, a divisor of E
     * @return a block that takes [B, T, E] and a mask [B, T, T] and returns [B, T, E]
     */
    public abstract Block create(int embeddingSize, int headCount);

    /**
     * Returns the name that a user writes.
     *
     * @return the name in lower case
     */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the choice of a name.
     *
     * @param label the name that a user wrote
     * @return the choice, or empty if there is none of this name
     */
    public static Optional<AttentionChoice> of(String label) {
        return Arrays.stream(values())
                .filter(choice -> choice.label().equals(label.toLowerCase(Locale.ROOT)))
                .findFirst();
    }

    /**
     * Returns the names that a user can write.
     *
     * @return the label of every choice
     */
    public static List<String> labels() {
        return Arrays.stream(values()).map(AttentionChoice::label).toList();
    }
}
