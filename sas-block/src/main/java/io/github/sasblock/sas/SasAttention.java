package io.github.sasblock.sas;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import io.github.sasblock.attention.Attention;
import io.github.sasblock.attention.AttentionBuilder;
import io.github.sasblock.attention.AttentionCounts;
import io.github.sasblock.attention.AttentionInput;
import io.github.sasblock.attention.AttentionSettings;
import io.github.sasblock.attention.KeyValueCache;
import io.github.sasblock.attention.QkvProjection;
import io.github.sasblock.attention.RotaryEmbedding;
import io.github.sasblock.attention.ScaledDotProduct;
import io.github.sasblock.kernel.AttentionKernel;
import io.github.sasblock.kernel.HeadsKernel;
import io.github.sasblock.nn.Check;
import io.github.sasblock.sas.SasShape.Aggregation;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import java.util.List;
import java.util.Optional;

/**
 * Attention with Simulated Attention Score (arXiv 2507.07694).
 *
 * <ol>
 *   <li>Queries, keys and values are projected to H heads of size D ({@link QkvProjection}).
 *   <li>Small networks expand them to H′ heads, and the features of queries and keys to D′ ({@link
 *       QkvExpansion}).
 *   <li>The H′ heads attend, with scores divided by √D′ ({@link ScaledDotProduct}).
 *   <li>Their outputs are averaged in groups and projected ({@link ParameterEfficientAggregation}).
 * </ol>
 *
 * <p>Each part can be left out: {@link SasShape}.
 *
 * <p>Inputs and output: {@link Attention}.
 */
public final class SasAttention extends Attention {

    private static final byte VERSION = 1;

    private final AttentionSettings settings;
    private final SasShape shape;
    private final RotaryPlacement placement;
    private final RotaryEmbedding rotary;
    private final CacheForm cacheForm;
    private final ScaledDotProduct scaledDotProduct;
    private final QkvProjection projection;
    private final QkvExpansion expansion;
    private final ParameterEfficientAggregation aggregation;

    private SasAttention(Builder builder, AttentionSettings settings, SasShape shape) {
        super(VERSION, settings);
        this.settings = settings;
        this.shape = shape;
        placement = builder.placement;
        rotary = builder.rotaryEmbedding(shape);
        cacheForm = builder.cacheForm;
        scaledDotProduct = settings.scaledDotProduct();
        projection = addChildBlock("projection", new QkvProjection(settings, shape.headCount()));
        expansion = addChildBlock("expansion", new QkvExpansion(shape, builder.initialization));
        aggregation =
                addChildBlock(
                        "aggregation",
                        new ParameterEfficientAggregation(
                                shape.slotCount(),
                                shape.headSize(),
                                shape.attendedHeadCount() / shape.slotCount(),
                                embeddingSize(),
                                settings.bias()));
    }

    /** {@inheritDoc} */
    @Override
    protected NDArray attendTo(
            ParameterStore parameterStore, AttentionInput input, boolean training) {
        NDList heads = projection.project(parameterStore, input, training); // [B, T, H, D]
        long keyPosition = input.firstPosition();
        if (placement == RotaryPlacement.BEFORE) {
            heads = rotate(heads, input.firstQueryPosition(isCausal()), keyPosition);
        }
        if (caches(input, CacheForm.COMPACT)) {
            heads = continued(input.cache(), heads);
            keyPosition -= heads.get(1).getShape().get(1) - input.keyLength();
        }
        NDList expanded = expansion.expand(parameterStore, heads, training); // [B, T, H′, D′]
        if (placement == RotaryPlacement.AFTER) {
            expanded = rotate(expanded, input.firstQueryPosition(isCausal()), keyPosition);
        }
        if (caches(input, CacheForm.EXPANDED)) {
            expanded = continued(input.cache(), expanded);
        }
        NDArray attended = attendTo(expanded, input.mask(), training); // [B, T, H′, D]
        return aggregation.aggregate(parameterStore, attended, training); // [B, T, E]
    }

    private NDArray attendTo(NDList expanded, NDArray mask, boolean training) {
        NDArray query = expanded.get(0);
        NDArray key = expanded.get(1);
        NDArray value = expanded.get(2);
        if (shape.expandValues()) {
            return scaledDotProduct.attend(query, key, value, mask, training);
        }
        return attendToShared(value, scaledDotProduct.weights(query, key, mask, training));
    }

    /**
     * Heads h, h + H, h + 2H, … see the values of head h. Averaging their outputs is the same as
     * averaging their weights, and takes one product instead of r.
     *
     * @param value [B, S, H, D]
     * @param weights [B, H′, T, S]
     * @return [B, T, H, D] where heads are averaged, or [B, T, H′, D]
     */
    private NDArray attendToShared(NDArray value, NDArray weights) {
        long batch = value.getShape().get(0);
        long keys = value.getShape().get(1);
        long queries = weights.getShape().get(2);
        NDArray grouped = weights.reshape(batch, shape.groups(), shape.headCount(), queries, keys);
        if (shape.aggregation() == Aggregation.AVERAGE) {
            grouped = grouped.mean(new int[] {1}, true); // [B, 1, H, T, S]
        }
        NDArray v = value.transpose(0, 2, 1, 3).expandDims(1); // [B, 1, H, S, D]
        return grouped.matMul(v)
                .reshape(batch, shape.attendedHeadCount(), queries, shape.headSize())
                .transpose(0, 2, 1, 3);
    }

    /** {@inheritDoc} */
    @Override
    public Optional<AttentionKernel> kernel() {
        return Optional.of(
                new HeadsKernel(
                        shape.headSize(),
                        shape.kernelSize(),
                        settings.bias(),
                        shape.headExpansion() != HeadExpansionKind.NONE,
                        shape.expandFeatures(),
                        HeadsKernel.Rotary.valueOf(placement.name()),
                        rotary == null ? shape.headSize() : rotary.size(),
                        rotary == null ? RotaryEmbedding.DEFAULT_BASE : rotary.base(),
                        shape.simulatedHeadSize(),
                        isCausal(),
                        cacheForm == CacheForm.COMPACT));
    }

    private NDList rotate(NDList heads, long queryPosition, long keyPosition) {
        return new NDList(
                rotary.rotate(heads.get(0), queryPosition),
                rotary.rotate(heads.get(1), keyPosition),
                heads.get(2));
    }

    private boolean caches(AttentionInput input, CacheForm form) {
        return input.cache() != null && cacheForm == form;
    }

    private static NDList continued(KeyValueCache cache, NDList heads) {
        NDList all = cache.append(heads.get(1), heads.get(2));
        return new NDList(heads.get(0), all.get(0), all.get(1));
    }

    /** {@inheritDoc} */
    @Override
    public AttentionCounts counts() {
        long scores = (long) shape.simulatedHeadCount() * shape.simulatedHeadSize();
        long size = shape.headSize();
        return new AttentionCounts(
                projection.parameterCount()
                        + expansion.parameterCount()
                        + aggregation.parameterCount(),
                projection.multiplyAdds() + expansion.multiplyAdds() + aggregation.multiplyAdds(),
                scores + shape.attendedHeadCount() * size,
                cacheForm == CacheForm.COMPACT
                        ? 2 * shape.headCount() * size
                        : scores + shape.valueHeadCount() * size);
    }

    /** {@inheritDoc} */
    @Override
    public List<Shape> cacheEntries() {
        if (cacheForm == CacheForm.COMPACT) {
            Shape heads = new Shape(shape.headCount(), shape.headSize());
            return List.of(heads, heads);
        }
        return List.of(
                new Shape(shape.simulatedHeadCount(), shape.simulatedHeadSize()),
                new Shape(shape.valueHeadCount(), shape.headSize()));
    }

    /** {@inheritDoc} */
    @Override
    public void setProjectionInitializers(Initializer into, Initializer outOf) {
        setInitializer(projection, into);
        setInitializer(aggregation, outOf);
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeParts(NDManager manager, DataType dataType) {
        initializePart(projection, manager, dataType, embeddingSize());
        initializePart(expansion, manager, dataType, 1, shape.headCount(), shape.headSize());
        initializePart(
                aggregation, manager, dataType, 1, shape.attendedHeadCount(), shape.headSize());
    }

    /** {@inheritDoc} */
    @Override
    public String description() {
        return "SasAttention[E="
                + embeddingSize()
                + ", "
                + shape
                + ", bias="
                + settings.bias()
                + ", causal="
                + isCausal()
                + ", rotary="
                + placement
                + (rotary == null ? "" : " " + rotary)
                + "]";
    }

    /**
     * Returns a builder.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds a {@link SasAttention}. */
    public static final class Builder extends AttentionBuilder<Builder> {

        private int simulatedHeadCount;
        private int simulatedHeadSize;
        private HeadExpansionKind headExpansion = HeadExpansionKind.CONVOLUTION;
        private int kernelSize;
        private boolean expandFeatures = true;
        private boolean expandValues = true;
        private Aggregation aggregation = Aggregation.AVERAGE;
        private RotaryPlacement placement = RotaryPlacement.NONE;
        private SasInitialization initialization = SasInitialization.PYTORCH;
        private CacheForm cacheForm = CacheForm.COMPACT;

        private Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Sets the number of simulated heads H′. Defaults to 3·H, and to H where heads are not
         * expanded.
         *
         * @param simulatedHeadCount a multiple of H
         * @return this builder
         */
        public Builder optSimulatedHeadCount(int simulatedHeadCount) {
            Check.positive("simulated head count H'", simulatedHeadCount);
            this.simulatedHeadCount = simulatedHeadCount;
            return this;
        }

        /**
         * Sets the simulated head size D′ of queries and keys. Defaults to 1.5·D, rounded up to an
         * even number, and to D where features are not expanded.
         *
         * @param simulatedHeadSize at least D
         * @return this builder
         */
        public Builder optSimulatedHeadSize(int simulatedHeadSize) {
            Check.positive("simulated head size D'", simulatedHeadSize);
            this.simulatedHeadSize = simulatedHeadSize;
            return this;
        }

        /**
         * Sets how heads are expanded. Defaults to the convolution.
         *
         * @param kind convolution, MLP, or none
         * @return this builder
         */
        public Builder optHeadExpansion(HeadExpansionKind kind) {
            headExpansion = kind;
            return this;
        }

        /**
         * Sets the kernel size K of the convolution over features. Defaults to 5.
         *
         * @param kernelSize an odd number; with 1 the convolution is the MLP
         * @return this builder
         */
        public Builder optKernelSize(int kernelSize) {
            Check.odd("kernel size K", kernelSize);
            this.kernelSize = kernelSize;
            return this;
        }

        /**
         * Sets whether the features of queries and keys are expanded. Defaults to true.
         *
         * @param expandFeatures whether there are feature expansions
         * @return this builder
         */
        public Builder optExpandFeatures(boolean expandFeatures) {
            this.expandFeatures = expandFeatures;
            return this;
        }

        /**
         * Sets whether the heads of values are expanded as those of queries and keys. Defaults to
         * true. Without it simulated head h sees the values of head h mod H.
         *
         * @param expandValues whether values have H′ heads
         * @return this builder
         */
        public Builder optExpandValues(boolean expandValues) {
            this.expandValues = expandValues;
            return this;
        }

        /**
         * Sets how the outputs of the simulated heads come together. Defaults to the average.
         *
         * @param aggregation the paper's average, or concatenation with r times the weights
         * @return this builder
         */
        public Builder optAggregation(Aggregation aggregation) {
            this.aggregation = aggregation;
            return this;
        }

        /**
         * Sets where queries and keys are rotated by their positions. Defaults to nowhere.
         *
         * @param placement before or after the expansion, or nowhere
         * @return this builder
         */
        public Builder optRotary(RotaryPlacement placement) {
            this.placement = placement;
            return this;
        }

        /**
         * Sets how the expansions begin. Defaults to PyTorch's initial values.
         *
         * @param initialization PyTorch's, or the identity start
         * @return this builder
         */
        public Builder optInitialization(SasInitialization initialization) {
            this.initialization = initialization;
            return this;
        }

        /**
         * Sets what is kept of past tokens while decoding. Defaults to the compact form.
         *
         * @param cacheForm compact or expanded
         * @return this builder
         */
        public Builder optCacheForm(CacheForm cacheForm) {
            this.cacheForm = cacheForm;
            return this;
        }

        private RotaryEmbedding rotaryEmbedding(SasShape shape) {
            return switch (placement) {
                case NONE -> null;
                case BEFORE -> new RotaryEmbedding(shape.headSize(), rotaryBase());
                case AFTER -> new RotaryEmbedding(shape.simulatedHeadSize(), rotaryBase());
            };
        }

        private SasShape shape(AttentionSettings settings) {
            int heads = settings.headCount();
            int size = settings.headSize();
            boolean expandHeads = headExpansion != HeadExpansionKind.NONE;
            SasSetting usual = SasSetting.PAPER;
            int defaultHeads = expandHeads ? usual.groups() * heads : heads;
            long defaultSize = expandFeatures ? usual.simulatedHeadSize(size) : size;
            boolean isConvolution = headExpansion == HeadExpansionKind.CONVOLUTION;
            Check.that(
                    isConvolution || kernelSize <= 1,
                    "kernel size K",
                    kernelSize,
                    "none or 1, since heads are not expanded by convolution");
            return new SasShape(
                    heads,
                    size,
                    simulatedHeadCount == 0 ? defaultHeads : simulatedHeadCount,
                    simulatedHeadSize == 0 ? Math.toIntExact(defaultSize) : simulatedHeadSize,
                    headExpansion,
                    isConvolution && kernelSize == 0 ? usual.kernelSize() : Math.max(kernelSize, 1),
                    expandFeatures,
                    expandValues,
                    aggregation);
        }

        /**
         * Builds the block.
         *
         * @return the block
         * @throws IllegalArgumentException if a value is missing or not valid: H′ not a multiple of
         *     H, an even K, D′ &lt; D, an odd size to rotate, values alone not expanded where no
         *     heads are
         */
        @Override
        public SasAttention build() {
            AttentionSettings settings = settings();
            return new SasAttention(this, settings, shape(settings));
        }
    }
}
