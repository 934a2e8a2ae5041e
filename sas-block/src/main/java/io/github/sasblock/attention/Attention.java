package io.github.sasblock.attention;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.PairList;
import io.github.sasblock.kernel.AttentionKernel;
import io.github.sasblock.nn.Check;
import io.github.sasblock.nn.DescribedBlock;
import io.github.sasblock.nn.FusedBlock;
import java.util.List;
import java.util.Optional;

/**
 * The contract of the attentions: a block [B, T, E] → [B, T, E] that drops in for {@link
 * ai.djl.nn.transformer.ScaledDotProductAttentionBlock}, may keep a cache of keys and values, and
 * accounts for what it costs.
 *
 * <p>It takes the same four forms of input as that block, with the same masks:
 *
 * <ul>
 *   <li>[x], self-attention;
 *   <li>[x, mask];
 *   <li>[keys, queries, values], attention of T queries to S keys;
 *   <li>[keys, queries, values, mask].
 * </ul>
 *
 * <p>A mask [B, T, S] holds 1 for positions to keep and 0 for positions to mask; a mask of four
 * axes is added to the scores as it is.
 */
public abstract class Attention extends DescribedBlock {

    private final long embeddingSize;
    private final boolean causal;
    private final float attentionDropout;
    private final float outputDropout;

    /**
     * Creates the block.
     *
     * @param version the version of the block's form on disk
     * @param settings what is common to all attentions
     */
    protected Attention(byte version, AttentionSettings settings) {
        super(version);
        embeddingSize = settings.embeddingSize();
        causal = settings.causal();
        attentionDropout = settings.attentionDropout();
        outputDropout = settings.outputDropout();
    }

    /**
     * Attends, without dropout on the output.
     *
     * @param parameterStore where parameters are read
     * @param input queries [B, T, E], keys and values [B, S, E], and what belongs to them
     * @param training whether gradients are wanted and dropout is applied
     * @return [B, T, E]
     */
    protected abstract NDArray attendTo(
            ParameterStore parameterStore, AttentionInput input, boolean training);

    /**
     * Returns the fused form of this attention, of an input to itself without a cache.
     *
     * @return the form, or nothing where there is none
     */
    public Optional<AttentionKernel> kernel() {
        return Optional.empty();
    }

    /**
     * Returns what a layer of this attention costs.
     *
     * @return parameters, operations and cache elements
     */
    public abstract AttentionCounts counts();

    /**
     * Returns what a cache keeps of each token of a sequence that attends to itself, in the order
     * in which it is kept.
     *
     * @return the shapes of the arrays behind their axes B and S, such as (H, D) for keys [B, S, H,
     *     D]; their elements are those that {@link #counts} counts
     */
    public abstract List<Shape> cacheEntries();

    /**
     * Sets how the projections begin; biases then begin at zero. Other parts keep theirs.
     *
     * @param input the initial values of the projections into heads
     * @param output the initial values of the projection of the output
     */
    public abstract void setProjectionInitializers(Initializer input, Initializer output);

    /**
     * Attends.
     *
     * @param parameterStore where parameters are read
     * @param input queries [B, T, E], keys and values [B, S, E], and what belongs to them
     * @param training whether gradients are wanted and dropout is applied
     * @return [B, T, E]
     * @throws IllegalArgumentException if the shapes do not fit this block
     */
    public final NDArray attend(
            ParameterStore parameterStore, AttentionInput input, boolean training) {
        long size = input.query().getShape().get(2);
        Check.that(
                size == embeddingSize,
                "last axis of the input",
                size,
                "the embedding size " + embeddingSize);
        Check.that(
                input.cache() == null || causal,
                "cache",
                "present",
                "none, since the attention is not causal");
        NDArray y =
                fused(parameterStore, input, training)
                        .orElseGet(() -> attendTo(parameterStore, input, training));
        if (training && outputDropout > 0) {
            return Dropout.dropout(y, outputDropout, true).singletonOrThrow();
        }
        return y;
    }

    private Optional<NDArray> fused(
            ParameterStore parameterStore, AttentionInput input, boolean training) {
        NDArray mask = input.mask();
        boolean isLearned = mask != null && mask.hasGradient();
        if (!input.isWholeSequence() || isLearned) {
            return Optional.empty();
        }
        float dropout = training ? attentionDropout : 0;
        return kernel().flatMap(
                        kernel ->
                                FusedBlock.run(
                                        this,
                                        kernel.function(dropout, mask != null),
                                        parameterStore,
                                        withOffsets(input),
                                        training));
    }

    // [x], or [x, what the mask adds to the scores]
    private static NDList withOffsets(AttentionInput input) {
        NDArray x = input.query();
        if (input.mask() == null) {
            return new NDList(x);
        }
        Shape scores = new Shape(input.batch(), -1, input.queryLength(), input.keyLength());
        return new NDList(
                x, ScaledDotProduct.offsets(input.mask(), scores, x.getDataType(), x.getManager()));
    }

    /** {@inheritDoc} */
    @Override
    protected final NDList forwardInternal(
            ParameterStore parameterStore,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        return new NDList(attend(parameterStore, AttentionInput.of(inputs), training));
    }

    /** {@inheritDoc} */
    @Override
    public final Shape[] getOutputShapes(Shape[] inputShapes) {
        int count = inputShapes.length;
        Check.that(count >= 1 && count <= 4, "number of input shapes", count, "1 to 4");
        return new Shape[] {inputShapes[count <= 2 ? 0 : 1]};
    }

    /**
     * {@inheritDoc}
     *
     * <p>The children of an attention know their sizes; those that are projections are given the
     * embedding size, which the input must have.
     */
    @Override
    protected final void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape x = inputShapes[0];
        Check.that(
                x.dimension() == 3 && x.get(2) == embeddingSize,
                "shape of the input",
                x,
                "(B, T, " + embeddingSize + ")");
        initializeParts(manager, dataType);
    }

    /**
     * Initialises the children.
     *
     * @param manager the manager that owns the parameters
     * @param dataType the type of the parameters
     */
    protected abstract void initializeParts(NDManager manager, DataType dataType);

    /**
     * Sets how a projection begins.
     *
     * @param projection a child with weights and perhaps biases
     * @param weights the initial values of its weights; its biases begin at zero
     */
    protected static void setInitializer(Block projection, Initializer weights) {
        projection.setInitializer(weights, Parameter.Type.WEIGHT);
        projection.setInitializer(Initializer.ZEROS, Parameter.Type.BIAS);
    }

    /**
     * Initialises a child whose parameters depend on the last axes of its input alone.
     *
     * @param part the child
     * @param manager the manager that owns the parameters
     * @param dataType the type of the parameters
     * @param lastAxes the last axes of the child's input
     */
    protected static void initializePart(
            Block part, NDManager manager, DataType dataType, long... lastAxes) {
        part.initialize(manager, dataType, new Shape(1).addAll(new Shape(lastAxes)));
    }

    /**
     * Returns the embedding size.
     *
     * @return E
     */
    public final long embeddingSize() {
        return embeddingSize;
    }

    /**
     * Returns whether a position sees only itself and what is before it.
     *
     * @return whether the attention is causal
     */
    public final boolean isCausal() {
        return causal;
    }
}
