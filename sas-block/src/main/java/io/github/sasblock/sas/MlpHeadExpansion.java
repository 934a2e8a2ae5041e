package io.github.sasblock.sas;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import io.github.sasblock.nn.PyTorchLayers;

/**
 * Head expansion by a multi-layer perceptron over the heads, the same for every feature (arXiv
 * 2507.07694, section on head simulation). It is the convolution with K = 1.
 *
 * <p>On [B, T, D, H]: X₁ = Linear(H → H′)(X), X₂ = X₁ + Linear(H′ → H′)(ReLU(X₁)).
 */
public final class MlpHeadExpansion extends HeadExpansion {

    private static final byte VERSION = 1;

    private final Linear expansion;
    private final Linear residual;

    /**
     * Creates the block.
     *
     * @param headCount H
     * @param simulatedHeadCount H′, a multiple of H
     * @param initialization how the weights begin
     * @throws IllegalArgumentException if H′ is not a multiple of H
     */
    public MlpHeadExpansion(
            int headCount, int simulatedHeadCount, SasInitialization initialization) {
        super(VERSION, headCount, simulatedHeadCount);
        expansion =
                addChildBlock(
                        "expansion", PyTorchLayers.linear(headCount, simulatedHeadCount, true));
        residual =
                addChildBlock(
                        "residual",
                        PyTorchLayers.linear(simulatedHeadCount, simulatedHeadCount, true));
        if (initialization == SasInitialization.IDENTITY) {
            IdentityStart.copyHeads(expansion, residual);
        }
    }

    /** {@inheritDoc} */
    @Override
    public NDArray expand(ParameterStore parameterStore, NDArray x, boolean training) {
        NDArray heads = x.swapAxes(2, 3); // [B, T, D, H]
        NDArray expanded = // [B, T, D, H′]
                ResidualExpansion.expand(expansion, residual, parameterStore, heads, training);
        return expanded.swapAxes(2, 3); // [B, T, H′, D]
    }

    /** {@inheritDoc} */
    @Override
    public long multiplyAddsPerFeature() {
        long channels = simulatedHeadCount();
        return channels * (headCount() + channels);
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        expansion.initialize(manager, dataType, new Shape(1, headCount()));
        residual.initialize(manager, dataType, new Shape(1, simulatedHeadCount()));
    }

    /** {@inheritDoc} */
    @Override
    public String description() {
        return "MlpHeadExpansion[H=" + headCount() + ", H'=" + simulatedHeadCount() + "]";
    }
}
