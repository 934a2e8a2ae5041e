package io.github.sasblock.sas;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.sasblock.nn.Check;
import io.github.sasblock.nn.DescribedBlock;
import io.github.sasblock.nn.PyTorchLayers;

/**
 * Parameter-efficient attention aggregation (arXiv 2507.07694, section on PEAA): the r = H′/H heads
 * h, h + H, h + 2H, … share a slot of one output projection, whose results are averaged.
 *
 * <p>The mean and the projection commute, so the heads are averaged first, which takes 1/r of the
 * work for the same result. Input [B, T, H′, D], output [B, T, E].
 */
public final class ParameterEfficientAggregation extends DescribedBlock {

    private static final byte VERSION = 1;

    private final int headCount;
    private final int headSize;
    private final int groups;
    private final long embeddingSize;
    private final boolean bias;
    private final Linear projection;

    /**
     * Creates the block.
     *
     * @param headCount H
     * @param headSize D
     * @param groups r = H′/H
     * @param embeddingSize E
     * @param bias whether the projection has a bias
     */
    public ParameterEfficientAggregation(
            int headCount, int headSize, int groups, long embeddingSize, boolean bias) {
        super(VERSION);
        Check.positive("head count H", headCount);
        Check.positive("head size D", headSize);
        Check.positive("groups r", groups);
        Check.positive("embedding size E", embeddingSize);
        this.headCount = headCount;
        this.headSize = headSize;
        this.groups = groups;
        this.embeddingSize = embeddingSize;
        this.bias = bias;
        projection =
                addChildBlock("projection", PyTorchLayers.linear(slots(), embeddingSize, bias));
    }

    /**
     * Averages the heads that share a slot and projects.
     *
     * @param parameterStore where parameters are read
     * @param x simulated heads [B, T, H′, D]
     * @param training whether gradients are wanted
     * @return [B, T, E]
     */
    public NDArray aggregate(ParameterStore parameterStore, NDArray x, boolean training) {
        long batch = x.getShape().get(0);
        long length = x.getShape().get(1);
        NDArray heads = x.reshape(batch, length, groups, slots()); // [B, T, r, H·D]
        NDArray mean = heads.mean(new int[] {2}); // [B, T, H·D]
        return projection.forward(parameterStore, new NDList(mean), training).singletonOrThrow();
    }

    private long slots() {
        return (long) headCount * headSize;
    }

    /** {@inheritDoc} */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameterStore,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray x = inputs.singletonOrThrow();
        Shape shape = x.getShape();
        int heads = groups * headCount;
        Check.that(
                shape.dimension() == 4 && shape.get(2) == heads && shape.get(3) == headSize,
                "shape of the heads",
                shape,
                "(B, T, H' = " + heads + ", D = " + headSize + ")");
        return new NDList(aggregate(parameterStore, x, training));
    }

    /**
     * Returns the number of parameters.
     *
     * @return H·D·E, and E more with a bias
     */
    public long parameterCount() {
        return multiplyAdds() + (bias ? embeddingSize : 0);
    }

    /**
     * Returns the multiply-adds per token.
     *
     * @return H·D·E
     */
    public long multiplyAdds() {
        return slots() * embeddingSize;
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0].slice(0, 2).add(embeddingSize)};
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        projection.initialize(manager, dataType, new Shape(1, slots()));
    }

    /** {@inheritDoc} */
    @Override
    public String description() {
        return described(
                "H=%s, D=%s, r=%s, E=%s, bias=%s",
                headCount, headSize, groups, embeddingSize, bias);
    }
}
