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
 * The expansion of D features to D′ simulated features, shared by all heads (arXiv 2507.07694,
 * section on feature simulation): Y₁ = Linear(D → D′)(X), Y = Y₁ + Linear(D′ → D′)(ReLU(Y₁)).
 *
 * <p>Input [B, T, H, D], output [B, T, H, D′].
 */
public final class FeatureExpansion extends DescribedBlock {

    /** Whose features are expanded, which matters to the identity start alone. */
    public enum Role {
        /** Features of queries. */
        QUERY,
        /** Features of keys. */
        KEY
    }

    private static final byte VERSION = 1;

    private final int headSize;
    private final int simulatedHeadSize;
    private final Linear expansion;
    private final Linear residual;

    /**
     * Creates the block.
     *
     * @param headSize D
     * @param simulatedHeadSize D′, at least D
     * @param initialization how the weights begin
     * @param role whether the features are those of queries or of keys
     * @throws IllegalArgumentException if D′ is less than D
     */
    public FeatureExpansion(
            int headSize, int simulatedHeadSize, SasInitialization initialization, Role role) {
        super(VERSION);
        Check.positive("head size D", headSize);
        Check.that(
                simulatedHeadSize >= headSize,
                "simulated head size D'",
                simulatedHeadSize,
                "at least the head size D = " + headSize);
        this.headSize = headSize;
        this.simulatedHeadSize = simulatedHeadSize;
        expansion =
                addChildBlock("expansion", PyTorchLayers.linear(headSize, simulatedHeadSize, true));
        residual =
                addChildBlock(
                        "residual",
                        PyTorchLayers.linear(simulatedHeadSize, simulatedHeadSize, true));
        if (initialization == SasInitialization.IDENTITY) {
            IdentityStart.copyFeatures(expansion, residual, role == Role.QUERY);
        }
    }

    /**
     * Expands the features.
     *
     * @param parameterStore where parameters are read
     * @param x heads [B, T, H, D]
     * @param training whether gradients are wanted
     * @return heads [B, T, H, D′]
     */
    public NDArray expand(ParameterStore parameterStore, NDArray x, boolean training) {
        return ResidualExpansion.expand(expansion, residual, parameterStore, x, training);
    }

    /** {@inheritDoc} */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameterStore,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray x = inputs.singletonOrThrow();
        Check.lastAxis(x.getShape(), headSize);
        return new NDList(expand(parameterStore, x, training));
    }

    /**
     * Returns the multiply-adds per token and head.
     *
     * @return D·D′ + D′²
     */
    public long multiplyAddsPerHead() {
        return (long) simulatedHeadSize * (headSize + simulatedHeadSize);
    }

    /**
     * Returns the number of parameters.
     *
     * @return D·D′ + D′² + 2·D′
     */
    public long parameterCount() {
        return multiplyAddsPerHead() + 2L * simulatedHeadSize;
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape x = inputShapes[0];
        return new Shape[] {x.slice(0, x.dimension() - 1).add(simulatedHeadSize)};
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        expansion.initialize(manager, dataType, new Shape(1, headSize));
        residual.initialize(manager, dataType, new Shape(1, simulatedHeadSize));
    }

    /** {@inheritDoc} */
    @Override
    public String description() {
        return "FeatureExpansion[D=" + headSize + ", D'=" + simulatedHeadSize + "]";
    }
}
