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
import io.github.sasblock.nn.Scaling;

/**
 * Heads as a sum of tensor products (arXiv 2501.06425, section 3): (1/R) Σᵣ aᵣ(x) ⊗ bᵣ(x), where aᵣ
 * has a value for each head and bᵣ one for each feature.
 *
 * <p>Input [B, T, E], outputs a [B, T, H, R] and b [B, T, R, D].
 */
final class FactoredProjection extends DescribedBlock {

    private static final byte VERSION = 1;

    private final long embeddingSize;
    private final int rank;
    private final int headCount;
    private final int headSize;
    private final boolean bias;
    private final Linear headFactor;
    private final Linear featureFactor;

    /** The factors of heads: a [B, T, H, R] and b [B, T, R, D]. */
    record Factors(NDArray a, NDArray b) {

        /** Returns the heads (1/R)·a·b [B, T, H, D]. */
        NDArray product() {
            return Scaling.scaled(a.matMul(b), 1.0 / b.getShape().get(2));
        }

        /** Returns the same heads with their features, which are those of b, at their positions. */
        Factors rotated(RotaryEmbedding rotary, long firstPosition) {
            return rotary == null ? this : new Factors(a, rotary.rotate(b, firstPosition));
        }
    }

    FactoredProjection(AttentionSettings settings, int rank) {
        super(VERSION);
        embeddingSize = settings.embeddingSize();
        headCount = settings.headCount();
        headSize = settings.headSize();
        bias = settings.bias();
        this.rank = rank;
        headFactor = addChildBlock("headFactor", factor(headCount));
        featureFactor = addChildBlock("featureFactor", factor(headSize));
    }

    private Linear factor(int size) {
        return PyTorchLayers.linear(embeddingSize, (long) rank * size, bias);
    }

    Factors factors(ParameterStore parameterStore, NDArray x, boolean training) {
        long batch = x.getShape().get(0);
        long length = x.getShape().get(1);
        return new Factors(
                apply(headFactor, parameterStore, x, training)
                        .reshape(batch, length, headCount, rank),
                apply(featureFactor, parameterStore, x, training)
                        .reshape(batch, length, rank, headSize));
    }

    /** {@inheritDoc} */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameterStore,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        Factors factors = factors(parameterStore, inputs.singletonOrThrow(), training);
        return new NDList(factors.a(), factors.b());
    }

    /** Returns R·(H + D)·E, and R·(H + D) with biases. */
    long parameterCount() {
        return (embeddingSize + (bias ? 1 : 0)) * factorSize();
    }

    /** Returns R·(H + D)·E for the factors and R·H·D for their product, per token. */
    long multiplyAdds() {
        return embeddingSize * factorSize() + (long) rank * headCount * headSize;
    }

    /** Returns R·(H + D), the elements of both factors of a token. */
    long factorSize() {
        return (long) rank * (headCount + headSize);
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape tokens = inputShapes[0].slice(0, 2);
        return new Shape[] {tokens.add(headCount).add(rank), tokens.add(rank).add(headSize)};
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape x = new Shape(1, embeddingSize);
        headFactor.initialize(manager, dataType, x);
        featureFactor.initialize(manager, dataType, x);
    }

    /** {@inheritDoc} */
    @Override
    public String description() {
        return described(
                "E=%s, R=%s, H=%s, D=%s, bias=%s", embeddingSize, rank, headCount, headSize, bias);
    }
}
