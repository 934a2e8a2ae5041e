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
import java.util.List;
import java.util.Optional;

/**
 * Multi-matrix Factorization Attention (MFA, arXiv 2412.19255): many large query heads of a shared
 * low-rank factor, and a single key and value head.
 *
 * <ol>
 *   <li>Queries: q = W_up · RMSNorm(W_down · x), where the latent W_down · x [B, T, Rq] is shared
 *       by the H heads.
 *   <li>Keys and values: k = W_k · x and v = W_v · x, one head each.
 *   <li>Each head attends with softmax(q kᵀ/√D) v ({@link ScaledDotProduct}); queries and keys may
 *       be rotated by their positions.
 *   <li>Heads are concatenated and projected: [B, T, H·D] → [B, T, E].
 * </ol>
 *
 * <p>The cache holds the one key and value head, 2·D elements a token. Inputs and output: {@link
 * Attention}.
 */
public final class MultiMatrixFactorizationAttention extends Attention {

    private static final byte VERSION = 1;

    private final AttentionSettings settings;
    private final int queryRank;
    private final RotaryEmbedding rotary;
    private final ScaledDotProduct scaledDotProduct;
    private final LowRankProjection query;
    private final Linear key;
    private final Linear value;
    private final Linear output;

    private MultiMatrixFactorizationAttention(Builder builder, AttentionSettings settings) {
        super(VERSION, settings);
        this.settings = settings;
        queryRank = builder.queryRank;
        rotary = builder.rotaryEmbedding(settings);
        scaledDotProduct = settings.scaledDotProduct();
        long size = embeddingSize();
        boolean bias = settings.bias();
        query =
                addChildBlock(
                        "query",
                        new LowRankProjection(
                                size, queryRank, settings.headCount(), settings.headSize(), bias));
        key = addChildBlock("key", PyTorchLayers.linear(size, settings.headSize(), bias));
        value = addChildBlock("value", PyTorchLayers.linear(size, settings.headSize(), bias));
        output = addChildBlock("output", PyTorchLayers.linear(concatenatedSize(), size, bias));
    }

    /** {@inheritDoc} */
    @Override
    protected NDArray attendTo(
            ParameterStore parameterStore, AttentionInput input, boolean training) {
        NDArray queries = query.project(parameterStore, input.query(), training); // [B, T, H, D]
        NDArray keys = oneHead(key, parameterStore, input.key(), training); // [B, S, 1, D]
        NDArray values = oneHead(value, parameterStore, input.value(), training);
        if (rotary != null) {
            queries = rotary.rotate(queries, input.firstQueryPosition(isCausal()));
            keys = rotary.rotate(keys, input.firstPosition());
        }
        if (input.cache() != null) {
            NDList cached = input.cache().append(keys, values);
            keys = cached.get(0);
            values = cached.get(1);
        }
        NDArray attended = scaledDotProduct.attend(queries, keys, values, input.mask(), training);
        NDArray concatenated =
                attended.reshape(input.batch(), input.queryLength(), concatenatedSize());
        return apply(output, parameterStore, concatenated, training); // [B, T, E]
    }

    private static NDArray oneHead(
            Linear projection, ParameterStore parameterStore, NDArray x, boolean training) {
        return apply(projection, parameterStore, x, training).expandDims(2);
    }

    private long concatenatedSize() {
        return (long) settings.headCount() * settings.headSize();
    }

    /** {@inheritDoc} */
    @Override
    public Optional<AttentionKernel> kernel() {
        return Optional.of(
                TranscribedKernel.oneHead(
                        settings.headCount(),
                        settings.headSize(),
                        rotary != null,
                        rotary == null ? RotaryEmbedding.DEFAULT_BASE : rotary.base(),
                        settings.bias(),
                        isCausal()));
    }

    /** {@inheritDoc} */
    @Override
    public AttentionCounts counts() {
        long keyAndValue = 2L * settings.headSize();
        long weights = embeddingSize() * (keyAndValue + concatenatedSize());
        long biases = settings.bias() ? keyAndValue + embeddingSize() : 0;
        return new AttentionCounts(
                query.parameterCount() + weights + biases,
                query.multiplyAdds() + weights,
                2 * concatenatedSize(),
                keyAndValue);
    }

    /** {@inheritDoc} */
    @Override
    public List<Shape> cacheEntries() {
        Shape head = new Shape(1, settings.headSize());
        return List.of(head, head);
    }

    /** {@inheritDoc} */
    @Override
    public void setProjectionInitializers(Initializer into, Initializer outOf) {
        setInitializer(query, into);
        setInitializer(key, into);
        setInitializer(value, into);
        setInitializer(output, outOf);
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeParts(NDManager manager, DataType dataType) {
        query.initialize(manager, dataType, new Shape(1, 1, embeddingSize()));
        initializePart(key, manager, dataType, embeddingSize());
        initializePart(value, manager, dataType, embeddingSize());
        initializePart(output, manager, dataType, concatenatedSize());
    }

    /** {@inheritDoc} */
    @Override
    public String description() {
        return described(
                "E=%s, H=%s, D=%s, Rq=%s, bias=%s, causal=%s, rotary=%s",
                embeddingSize(),
                settings.headCount(),
                settings.headSize(),
                queryRank,
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

    /** Builds a {@link MultiMatrixFactorizationAttention}. */
    public static final class Builder extends RotaryAttentionBuilder<Builder> {

        private int queryRank;

        private Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Sets the rank Rq of the queries, the size of the latent that their heads share.
         *
         * @param queryRank at least 1
         * @return this builder
         */
        public Builder setQueryRank(int queryRank) {
            this.queryRank = queryRank;
            return this;
        }

        /**
         * Builds the block.
         *
         * @return the block
         * @throws IllegalArgumentException if a value is missing or not valid
         */
        @Override
        public MultiMatrixFactorizationAttention build() {
            AttentionSettings settings = settings();
            Check.positive("query rank Rq", queryRank);
            return new MultiMatrixFactorizationAttention(this, settings);
        }
    }
}
