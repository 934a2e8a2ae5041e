package io.github.sasblock.attention;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.sasblock.nn.DescribedBlock;
import io.github.sasblock.nn.PyTorchLayers;
import io.github.sasblock.nn.RmsNorm;

/**
 * Heads made of a normalised latent: W_up · RMSNorm(W_down · x), of rank R.
 *
 * <p>Input [B, T, E], output [B, T, H, D].
 */
final class LowRankProjection extends DescribedBlock {

    private static final byte VERSION = 1;

    private final long embeddingSize;
    private final int rank;
    private final int headCount;
    private final int headSize;
    private final boolean bias;
    private final Linear down;
    private final RmsNorm norm;
    private final Linear up;

    LowRankProjection(long embeddingSize, int rank, int headCount, int headSize, boolean bias) {
        super(VERSION);
        this.embeddingSize = embeddingSize;
        this.rank = rank;
        this.headCount = headCount;
        this.headSize = headSize;
        this.bias = bias;
        down = addChildBlock("down", PyTorchLayers.linear(embeddingSize, rank, bias));
        norm = addChildBlock("norm", RmsNorm.builder().setSize(rank).build());
        up = addChildBlock("up", PyTorchLayers.linear(rank, outputSize(), bias));
    }

    NDArray project(ParameterStore parameterStore, NDArray x, boolean training) {
        NDArray latent = apply(down, parameterStore, x, training); // [B, T, R]
        NDArray normed = norm.normalize(parameterStore, latent, training);
        NDArray heads = apply(up, parameterStore, normed, training); // [B, T, H·D]
        Shape shape = x.getShape();
        return heads.reshape(shape.get(0), shape.get(1), headCount, headSize);
    }

    /** {@inheritDoc} */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameterStore,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        return new NDList(project(parameterStore, inputs.singletonOrThrow(), training));
    }

    /** Returns E·R + R + R·H·D, and R + H·D with biases. */
    long parameterCount() {
        return multiplyAdds() + rank + (bias ? rank + outputSize() : 0);
    }

    /** Returns E·R + R·H·D per token. */
    long multiplyAdds() {
        return rank * (embeddingSize + outputSize());
    }

    private long outputSize() {
        return (long) headCount * headSize;
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0].slice(0, 2).add(headCount).add(headSize)};
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        down.initialize(manager, dataType, new Shape(1, embeddingSize));
        norm.initialize(manager, dataType, new Shape(1, rank));
        up.initialize(manager, dataType, new Shape(1, rank));
    }

    /** {@inheritDoc} */
    @Override
    public String description() {
        return described(
                "E=%s, R=%s, H=%s, D=%s, bias=%s", embeddingSize, rank, headCount, headSize, bias);
    }
}
