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
import io.github.sasblock.kernel.TranscribedKernel;
import io.github.sasblock.nn.Check;
import io.github.sasblock.nn.PyTorchLayers;
import io.github.sasblock.nn.RmsNorm;
import java.util.List;
import java.util.Optional;

/**
 * Multi-head Latent Attention (MLA, DeepSeek-V2, arXiv 2405.04434, section 2.1): keys and values of
 * all heads are made of one small latent, and only it is kept while decoding.
 *
 * <ol>
 *   <li>Queries: [q, q′] = W_uq · RMSNorm(W_dq · x), H heads of D features q and Dr features q′,
 *       which are rotated by their positions.
 *   <li>Latent of keys and values: [c, k′] = W_dkv · x, then c = RMSNorm(c) of size Rkv. The key
 *       features k′, of size Dr, are rotated and shared by all heads.
 *   <li>Keys and values: [k, v] = W_ukv · c, H heads of D and Dv features.
 *   <li>Each head attends with softmax([q, q′] [k, k′]ᵀ/√(D + Dr)) v ({@link ScaledDotProduct}).
 *   <li>Heads are concatenated and projected: [B, T, H·Dv] → [B, T, E].
 * </ol>
 *
 * <p>Rotated features are apart from the others so that nothing that depends on the position stands
 * between the latent and k: W_ukv can then be multiplied into the queries, once for all positions.
 * Without a rotary embedding Dr is 0 and there are none.
 *
 * <p>The cache holds c and k′, Rkv + Dr elements a token. Inputs and output: {@link Attention}.
 * Where keys and values are not the same array, each has a latent, by the same weights.
 */
public final class MultiHeadLatentAttention extends Attention {

    private static final byte VERSION = 1;

    private final AttentionSettings settings;
    private final int queryRank;
    private final int keyValueRank;
    private final int rotarySize;
    private final int valueSize;
    private final RotaryEmbedding rotary;
    private final ScaledDotProduct scaledDotProduct;
    private final LowRankProjection query;
    private final Linear keyValueDown;
    private final RmsNorm keyValueNorm;
    private final Linear keyValueUp;
    private final Linear output;

    private MultiHeadLatentAttention(Builder builder, AttentionSettings settings) {
        super(VERSION, settings);
        this.settings = settings;
        queryRank = builder.queryRank;
        keyValueRank = builder.keyValueRank;
        rotarySize = builder.rotarySize;
        valueSize = builder.valueSize(settings);
        rotary = builder.rotaryEmbedding();
        scaledDotProduct = settings.scaledDotProduct();
        long size = embeddingSize();
        int heads = settings.headCount();
        boolean bias = settings.bias();
        query =
                addChildBlock(
                        "query",
                        new LowRankProjection(
                                size, queryRank, heads, settings.headSize() + rotarySize, bias));
        keyValueDown =
                addChildBlock(
                        "keyValueDown",
                        PyTorchLayers.linear(size, keyValueRank + rotarySize, bias));
        keyValueNorm =
                addChildBlock("keyValueNorm", RmsNorm.builder().setSize(keyValueRank).build());
        keyValueUp =
                addChildBlock(
                        "keyValueUp", PyTorchLayers.linear(keyValueRank, keyValueUpSize(), bias));
        output = addChildBlock("output", PyTorchLayers.linear(concatenatedSize(), size, bias));
    }

    /** {@inheritDoc} */
    @Override
    protected NDArray attendTo(
            ParameterStore parameterStore, AttentionInput input, boolean training) {
        NDArray queries = queries(parameterStore, input, training); // [B, T, H, D + Dr]
        NDList latents = latents(parameterStore, input, training);
        if (input.cache() != null) {
            latents = input.cache().append(latents.toArray(new NDArray[0]));
        }
        NDList ofKeys = heads(parameterStore, latents.head(), training); // D and Dv features
        NDList ofValues =
                sharesLatent(input)
                        ? ofKeys
                        : heads(parameterStore, latents.get(latents.size() - 1), training);
        NDArray keys = ofKeys.get(0); // [B, S, H, D]
        if (rotary != null) {
            keys = keys.concat(forAllHeads(latents.get(1)), 3); // [B, S, H, D + Dr]
        }
        NDArray values = ofValues.get(1); // [B, S, H, Dv]
        NDArray attended = scaledDotProduct.attend(queries, keys, values, input.mask(), training);
        NDArray concatenated =
                attended.reshape(input.batch(), input.queryLength(), concatenatedSize());
        return apply(output, parameterStore, concatenated, training); // [B, T, E]
    }

    private NDArray queries(ParameterStore parameterStore, AttentionInput input, boolean training) {
        NDArray heads = query.project(parameterStore, input.query(), training);
        if (rotary == null) {
            return heads;
        }
        NDList parts = splitLastAxis(heads, settings.headSize());
        NDArray rotated = rotary.rotate(parts.get(1), input.firstQueryPosition(isCausal()));
        return parts.get(0).concat(rotated, 3);
    }

    /**
     * Returns what the cache keeps: the latent of keys and values [B, S, Rkv]; with a rotary
     * embedding the rotated key features of all heads [B, S, 1, Dr]; then, unless values are the
     * keys, the latent of values [B, S, Rkv].
     */
    private NDList latents(ParameterStore parameterStore, AttentionInput input, boolean training) {
        NDArray ofKeys = apply(keyValueDown, parameterStore, input.key(), training);
        NDList parts = splitLastAxis(ofKeys, keyValueRank); // [B, S, Rkv], [B, S, Dr]
        NDList latents = new NDList(keyValueNorm.normalize(parameterStore, parts.get(0), training));
        if (rotary != null) {
            latents.add(rotary.rotate(parts.get(1).expandDims(2), input.firstPosition()));
        }
        if (!sharesLatent(input)) {
            NDArray ofValues = apply(keyValueDown, parameterStore, input.value(), training);
            NDArray latent = splitLastAxis(ofValues, keyValueRank).get(0);
            latents.add(keyValueNorm.normalize(parameterStore, latent, training));
        }
        return latents;
    }

    private static boolean sharesLatent(AttentionInput input) {
        return input.value() == input.key();
    }

    // [B, S, Rkv] → [B, S, H, D] and [B, S, H, Dv]
    private NDList heads(ParameterStore parameterStore, NDArray latent, boolean training) {
        Shape tokens = latent.getShape().slice(0, 2);
        NDArray heads =
                apply(keyValueUp, parameterStore, latent, training)
                        .reshape(
                                tokens.add(settings.headCount())
                                        .add(settings.headSize() + valueSize));
        return splitLastAxis(heads, settings.headSize());
    }

    // [B, S, 1, Dr] → [B, S, H, Dr]
    private NDArray forAllHeads(NDArray shared) {
        Shape shape = shared.getShape();
        return shared.broadcast(shape.get(0), shape.get(1), settings.headCount(), shape.get(3));
    }

    private static NDList splitLastAxis(NDArray x, long first) {
        int axis = x.getShape().dimension() - 1;
        return x.getShape().get(axis) == first ? new NDList(x) : x.split(new long[] {first}, axis);
    }

    private long keyValueUpSize() {
        return (long) settings.headCount() * (settings.headSize() + valueSize);
    }

    private long concatenatedSize() {
        return (long) settings.headCount() * valueSize;
    }

    /** {@inheritDoc} */
    @Override
    public Optional<AttentionKernel> kernel() {
        return Optional.of(
                TranscribedKernel.latent(
                        settings.headCount(),
                        settings.headSize(),
                        rotarySize,
                        rotary == null ? RotaryEmbedding.DEFAULT_BASE : rotary.base(),
                        settings.bias(),
                        isCausal()));
    }

    /** {@inheritDoc} */
    @Override
    public AttentionCounts counts() {
        long downSize = (long) keyValueRank + rotarySize;
        long weights =
                embeddingSize() * downSize
                        + keyValueRank * keyValueUpSize()
                        + concatenatedSize() * embeddingSize();
        long biases = settings.bias() ? downSize + keyValueUpSize() + embeddingSize() : 0;
        long scoreSize = (long) settings.headCount() * (settings.headSize() + rotarySize);
        return new AttentionCounts(
                query.parameterCount() + weights + keyValueRank + biases,
                query.multiplyAdds() + weights,
                scoreSize + concatenatedSize(),
                downSize);
    }

    /** {@inheritDoc} */
    @Override
    public List<Shape> cacheEntries() {
        Shape latent = new Shape(keyValueRank);
        return rotary == null ? List.of(latent) : List.of(latent, new Shape(1, rotarySize));
    }

    /** {@inheritDoc} */
    @Override
    public void setProjectionInitializers(Initializer into, Initializer outOf) {
        setInitializer(query, into);
        setInitializer(keyValueDown, into);
        setInitializer(keyValueUp, into);
        setInitializer(output, outOf);
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeParts(NDManager manager, DataType dataType) {
        query.initialize(manager, dataType, new Shape(1, 1, embeddingSize()));
        initializePart(keyValueDown, manager, dataType, embeddingSize());
        initializePart(keyValueNorm, manager, dataType, keyValueRank);
        initializePart(keyValueUp, manager, dataType, keyValueRank);
        initializePart(output, manager, dataType, concatenatedSize());
    }

    /** {@inheritDoc} */
    @Override
    public String description() {
        return described(
                "E=%s, H=%s, D=%s, Dr=%s, Dv=%s, Rq=%s, Rkv=%s, bias=%s, causal=%s, rotary=%s",
                embeddingSize(),
                settings.headCount(),
                settings.headSize(),
                rotarySize,
                valueSize,
                queryRank,
                keyValueRank,
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

    /** Builds a {@link MultiHeadLatentAttention}. */
    public static final class Builder extends AttentionBuilder<Builder> {

        private int queryRank;
        private int keyValueRank;
        private int rotarySize;
        private int valueSize;

        private Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Sets the rank Rq of the queries, the size of their latent.
         *
         * @param queryRank at least 1
         * @return this builder
         */
        public Builder setQueryRank(int queryRank) {
            this.queryRank = queryRank;
            return this;
        }

        /**
         * Sets the rank Rkv of keys and values, the size of the latent that they share.
         *
         * @param keyValueRank at least 1
         * @return this builder
         */
        public Builder setKeyValueRank(int keyValueRank) {
            this.keyValueRank = keyValueRank;
            return this;
        }

        /**
         * Sets the number Dr of features of a query or key head that are rotated by their
         * positions, beside the D that are not. Defaults to 0, no rotary embedding.
         *
         * @param rotarySize an even number, or 0
         * @return this builder
         */
        public Builder optRotarySize(int rotarySize) {
            Check.that(rotarySize >= 0, "rotary size Dr", rotarySize, "not negative");
            this.rotarySize = rotarySize;
            return this;
        }

        /**
         * Sets the size Dv of value heads. Defaults to the head size D.
         *
         * @param valueSize at least 1
         * @return this builder
         */
        public Builder optValueSize(int valueSize) {
            Check.positive("value size Dv", valueSize);
            this.valueSize = valueSize;
            return this;
        }

        private int valueSize(AttentionSettings settings) {
            return valueSize == 0 ? settings.headSize() : valueSize;
        }

        private RotaryEmbedding rotaryEmbedding() {
            return rotarySize == 0 ? null : new RotaryEmbedding(rotarySize, rotaryBase());
        }

        /**
         * Builds the block.
         *
         * @return the block
         * @throws IllegalArgumentException if a value is missing or not valid, such as an odd size
         *     to rotate
         */
        @Override
        public MultiHeadLatentAttention build() {
            AttentionSettings settings = settings();
            Check.positive("query rank Rq", queryRank);
            Check.positive("key/value rank Rkv", keyValueRank);
            return new MultiHeadLatentAttention(this, settings);
        }
    }
}
