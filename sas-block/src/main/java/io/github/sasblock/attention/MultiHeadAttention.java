package io.github.sasblock.attention;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import io.github.sasblock.kernel.AttentionKernel;
import io.github.sasblock.kernel.HeadsKernel;
import io.github.sasblock.nn.Check;
import io.github.sasblock.nn.PyTorchLayers;
import java.util.List;
import java.util.Optional;

/**
 * Multi-head attention (arXiv 1706.03762, section 3.2.2), and with fewer key/value heads
 * grouped-query attention (arXiv 2305.13245) and, with one, multi-query attention (arXiv
 * 1911.02150).
 *
 * <p>Each group of H / Hkv query heads shares a key/value head. Inputs and output: {@link
 * Attention}.
 */
public final class MultiHeadAttention extends Attention {

    private static final byte VERSION = 1;

    private final AttentionSettings settings;
    private final int keyValueHeadCount;
    private final RotaryEmbedding rotary;
    private final ScaledDotProduct scaledDotProduct;
    private final QkvProjection projection;
    private final Linear output;

    private MultiHeadAttention(Builder builder, AttentionSettings settings) {
        super(VERSION, settings);
        this.settings = settings;
        keyValueHeadCount = builder.keyValueHeads(settings);
        rotary = builder.rotaryEmbedding(settings);
        scaledDotProduct = settings.scaledDotProduct();
        projection = addChildBlock("projection", new QkvProjection(settings, keyValueHeadCount));
        output =
                addChildBlock(
                        "output",
                        PyTorchLayers.linear(concatenatedSize(), embeddingSize(), settings.bias()));
    }

    /** {@inheritDoc} */
    @Override
    protected NDArray attendTo(
            ParameterStore parameterStore, AttentionInput input, boolean training) {
        NDList heads = projection.project(parameterStore, input, training);
        NDArray query = heads.get(0); // [B, T, H, D]
        NDArray key = heads.get(1); // [B, S, Hkv, D]
        NDArray value = heads.get(2); // [B, S, Hkv, D]
        if (rotary != null) {
            query = rotary.rotate(query, input.firstQueryPosition(isCausal()));
            key = rotary.rotate(key, input.firstPosition());
        }
        if (input.cache() != null) {
            NDList cached = input.cache().append(key, value);
            key = cached.get(0);
            value = cached.get(1);
        }
        NDArray attended = scaledDotProduct.attend(query, key, value, input.mask(), training);
        NDArray concatenated =
                attended.reshape(input.batch(), input.queryLength(), concatenatedSize());
        return output.forward(parameterStore, new NDList(concatenated), training)
                .singletonOrThrow(); // [B, T, E]
    }

    /** {@inheritDoc} */
    @Override
    public Optional<AttentionKernel> kernel() {
        return Optional.of(
                new HeadsKernel(
                        settings.headSize(),
                        1,
                        settings.bias(),
                        false,
                        false,
                        rotary == null ? HeadsKernel.Rotary.NONE : HeadsKernel.Rotary.AFTER,
                        settings.headSize(),
                        rotary == null ? RotaryEmbedding.DEFAULT_BASE : rotary.base(),
                        settings.headSize(),
                        isCausal(),
                        false));
    }

    private long concatenatedSize() {
        return (long) settings.headCount() * settings.headSize();
    }

    /** {@inheritDoc} */
    @Override
    public AttentionCounts counts() {
        long outputWeights = concatenatedSize() * embeddingSize();
        long outputBiases = settings.bias() ? embeddingSize() : 0;
        return new AttentionCounts(
                projection.parameterCount() + outputWeights + outputBiases,
                projection.multiplyAdds() + outputWeights,
                2 * concatenatedSize(),
                2L * keyValueHeadCount * settings.headSize());
    }

    /** {@inheritDoc} */
    @Override
    public List<Shape> cacheEntries() {
        Shape heads = new Shape(keyValueHeadCount, settings.headSize());
        return List.of(heads, heads);
    }

    /** {@inheritDoc} */
    @Override
    public void setProjectionInitializers(Initializer into, Initializer outOf) {
        setInitializer(projection, into);
        setInitializer(output, outOf);
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeParts(NDManager manager, DataType dataType) {
        initializePart(projection, manager, dataType, embeddingSize());
        initializePart(output, manager, dataType, concatenatedSize());
    }

    /** {@inheritDoc} */
    @Override
    public String description() {
        return described(
                "E=%s, H=%s, Hkv=%s, D=%s, bias=%s, causal=%s, rotary=%s",
                embeddingSize(),
                settings.headCount(),
                keyValueHeadCount,
                settings.headSize(),
                settings.bias(),
                isCausal(),
                rotary);
    }

    /**
     * Returns a builder.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link MultiHeadAttention}. */
    public static final class Builder extends RotaryAttentionBuilder<Builder> {

        private int keyValueHeadCount;

        private Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Sets the number of key/value heads Hkv. Defaults to H; 1 is multi-query attention.
         *
         * @param keyValueHeadCount a divisor of H
         * @return this builder
         */
        public Builder optKeyValueHeadCount(int keyValueHeadCount) {
            Check.positive("key/value head count Hkv", keyValueHeadCount);
            this.keyValueHeadCount = keyValueHeadCount;
            return this;
        }

        private int keyValueHeads(AttentionSettings settings) {
            return keyValueHeadCount == 0 ? settings.headCount() : keyValueHeadCount;
        }

        /**
         * Builds the block.
         *
         * @return the block
         * @throws IllegalArgumentException if a value is missing or not valid
         */
        @Override
        public MultiHeadAttention build() {
            AttentionSettings settings = settings();
            int heads = settings.headCount();
            Check.that(
                    heads % keyValueHeads(settings) == 0,
                    "key/value head count Hkv",
                    keyValueHeadCount,
                    "a divisor of the head count H = " + heads);
            return new MultiHeadAttention(this, settings);
        }
    }
}
