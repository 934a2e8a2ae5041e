package io.github.sasblock.attention;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import io.github.sasblock.attention.FactoredProjection.Factors;
import io.github.sasblock.kernel.AttentionKernel;
import io.github.sasblock.kernel.TranscribedKernel;
import io.github.sasblock.nn.Check;
import io.github.sasblock.nn.PyTorchLayers;
import java.util.List;
import java.util.Optional;

/**
 * Tensor Product Attention (TPA, arXiv 2501.06425, section 3): heads are sums of tensor products of
 * factors that depend on the token.
 *
 * <ol>
 *   <li>Queries: Q = (1/Rq) Σᵣ aᵣ(x) ⊗ bᵣ(x), with aᵣ of a value for each of the H heads and bᵣ of
 *       one for each of the D features. In the key/value-only form Q = W_q · x instead.
 *   <li>Keys and values: the same with rank R and factors of their own.
 *   <li>The rotary embedding rotates the feature factors b of queries and keys (in the
 *       key/value-only form the queries themselves). As it acts on features alone, this is the same
 *       as rotating the heads.
 *   <li>Each head attends with softmax(q kᵀ/√D) v ({@link ScaledDotProduct}).
 *   <li>Heads are concatenated and projected: [B, T, H·D] → [B, T, E].
 * </ol>
 *
 * <p>The cache holds the factors of keys and values, 2·R·(H + D) elements a token. Inputs and
 * output: {@link Attention}.
 */
public final class TensorProductAttention extends Attention {

    private static final byte VERSION = 1;

    private final AttentionSettings settings;
    private final int queryRank;
    private final int keyValueRank;
    private final RotaryEmbedding rotary;
    private final ScaledDotProduct scaledDotProduct;
    private final FactoredProjection factoredQuery; // null in the key/value-only form
    private final Linear fullQuery; // null unless in the key/value-only form
    private final FactoredProjection key;
    private final FactoredProjection value;
    private final Linear output;

    private TensorProductAttention(Builder builder, AttentionSettings settings) {
        super(VERSION, settings);
        this.settings = settings;
        queryRank = builder.factorizeQuery ? builder.queryRank() : 0;
        keyValueRank = builder.keyValueRank;
        rotary = builder.rotaryEmbedding(settings);
        scaledDotProduct = settings.scaledDotProduct();
        long size = embeddingSize();
        boolean bias = settings.bias();
        factoredQuery = builder.factorizeQuery ? addFactored("query", queryRank) : null;
        fullQuery =
                builder.factorizeQuery
                        ? null
                        : addChildBlock(
                                "query", PyTorchLayers.linear(size, concatenatedSize(), bias));
        key = addFactored("key", keyValueRank);
        value = addFactored("value", keyValueRank);
        output = addChildBlock("output", PyTorchLayers.linear(concatenatedSize(), size, bias));
    }

    private FactoredProjection addFactored(String name, int rank) {
        return addChildBlock(name, new FactoredProjection(settings, rank));
    }

    /** {@inheritDoc} */
    @Override
    protected NDArray attendTo(
            ParameterStore parameterStore, AttentionInput input, boolean training) {
        NDArray queries = queries(parameterStore, input, training); // [B, T, H, D]
        Factors keys = // [B, S, H, R] and [B, S, R, D]
                key.factors(parameterStore, input.key(), training)
                        .rotated(rotary, input.firstPosition());
        Factors values = value.factors(parameterStore, input.value(), training);
        if (input.cache() != null) {
            NDList cached = input.cache().append(keys.a(), keys.b(), values.a(), values.b());
            keys = new Factors(cached.get(0), cached.get(1));
            values = new Factors(cached.get(2), cached.get(3));
        }
        NDArray attended = // [B, T, H, D]
                scaledDotProduct.attend(
                        queries, keys.product(), values.product(), input.mask(), training);
        NDArray concatenated =
                attended.reshape(input.batch(), input.queryLength(), concatenatedSize());
        return apply(output, parameterStore, concatenated, training); // [B, T, E]
    }

    private NDArray queries(ParameterStore parameterStore, AttentionInput input, boolean training) {
        long position = input.firstQueryPosition(isCausal());
        if (factoredQuery != null) {
            return factoredQuery
                    .factors(parameterStore, input.query(), training)
                    .rotated(rotary, position)
                    .product();
        }
        NDArray heads =
                apply(fullQuery, parameterStore, input.query(), training)
                        .reshape(
                                input.batch(),
                                input.queryLength(),
                                settings.headCount(),
                                settings.headSize());
        return rotary == null ? heads : rotary.rotate(heads, position);
    }

    private long concatenatedSize() {
        return (long) settings.headCount() * settings.headSize();
    }

    /** {@inheritDoc} */
    @Override
    public Optional<AttentionKernel> kernel() {
        return Optional.of(
                TranscribedKernel.tensorProduct(
                        settings.headCount(),
                        settings.headSize(),
                        factoredQuery != null,
                        rotary != null,
                        rotary == null ? RotaryEmbedding.DEFAULT_BASE : rotary.base(),
                        settings.bias(),
                        isCausal()));
    }

    /** {@inheritDoc} */
    @Override
    public AttentionCounts counts() {
        long fullQueryWeights = fullQuery == null ? 0 : embeddingSize() * concatenatedSize();
        long fullQueryBiases = fullQuery == null || !settings.bias() ? 0 : concatenatedSize();
        long outputWeights = concatenatedSize() * embeddingSize();
        long outputBiases = settings.bias() ? embeddingSize() : 0;
        long parameters = key.parameterCount() + value.parameterCount();
        long multiplyAdds = key.multiplyAdds() + value.multiplyAdds();
        if (factoredQuery != null) {
            parameters += factoredQuery.parameterCount();
            multiplyAdds += factoredQuery.multiplyAdds();
        }
        return new AttentionCounts(
                parameters + fullQueryWeights + fullQueryBiases + outputWeights + outputBiases,
                multiplyAdds + fullQueryWeights + outputWeights,
                2 * concatenatedSize(),
                key.factorSize() + value.factorSize());
    }

    /** {@inheritDoc} */
    @Override
    public List<Shape> cacheEntries() {
        Shape a = new Shape(settings.headCount(), keyValueRank);
        Shape b = new Shape(keyValueRank, settings.headSize());
        return List.of(a, b, a, b);
    }

    /** {@inheritDoc} */
    @Override
    public void setProjectionInitializers(Initializer into, Initializer outOf) {
        setInitializer(factoredQuery == null ? fullQuery : factoredQuery, into);
        setInitializer(key, into);
        setInitializer(value, into);
        setInitializer(output, outOf);
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeParts(NDManager manager, DataType dataType) {
        Shape x = new Shape(1, 1, embeddingSize());
        (factoredQuery == null ? fullQuery : factoredQuery).initialize(manager, dataType, x);
        key.initialize(manager, dataType, x);
        value.initialize(manager, dataType, x);
        initializePart(output, manager, dataType, concatenatedSize());
    }

    /** {@inheritDoc} */
    @Override
    public String description() {
        return described(
                "E=%s, H=%s, D=%s, Rq=%s, R=%s, bias=%s, causal=%s, rotary=%s",
                embeddingSize(),
                settings.headCount(),
                settings.headSize(),
                factoredQuery == null ? "full" : queryRank,
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

    /** Builds a {@link TensorProductAttention}. */
    public static final class Builder extends RotaryAttentionBuilder<Builder> {

        private static final int QUERY_RANKS_PER_RANK = 3; // as the paper's 6 and 2

        private int keyValueRank;
        private int queryRank;
        private boolean factorizeQuery = true;

        private Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Sets the rank R of keys and values. The paper's is 2.
         *
         * @param keyValueRank at least 1
         * @return this builder
         */
        public Builder setKeyValueRank(int keyValueRank) {
            this.keyValueRank = keyValueRank;
            return this;
        }

        /**
         * Sets the rank Rq of queries. Defaults to 3·R; the paper's is 6 where R is 2.
         *
         * @param queryRank at least 1
         * @return this builder
         */
        public Builder optQueryRank(int queryRank) {
            Check.positive("query rank Rq", queryRank);
            this.queryRank = queryRank;
            return this;
        }

        /**
         * Sets whether queries are factored too. Defaults to true; false is the key/value-only
         * form, whose queries have a full projection.
         *
         * @param factorizeQuery whether queries are sums of tensor products
         * @return this builder
         */
        public Builder optFactorizeQuery(boolean factorizeQuery) {
            this.factorizeQuery = factorizeQuery;
            return this;
        }

        private int queryRank() {
            return queryRank == 0 ? QUERY_RANKS_PER_RANK * keyValueRank : queryRank;
        }

        /**
         * Builds the block.
         *
         * @return the block
         * @throws IllegalArgumentException if a value is missing or not valid, or if a rank is
         *     given to queries that are not factored
         */
        @Override
        public TensorProductAttention build() {
            AttentionSettings settings = settings();
            Check.positive("key/value rank R", keyValueRank);
            Check.that(
                    factorizeQuery || queryRank == 0,
                    "query rank Rq",
                    queryRank,
                    "none, since queries are not factored");
            return new TensorProductAttention(this, settings);
        }
    }
}
