package io.github.sasblock.sas;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv1d;
import ai.djl.training.ParameterStore;
import io.github.sasblock.nn.Check;
import io.github.sasblock.nn.PyTorchLayers;

/**
 * Head expansion by convolution: heads are channels, and a token's features are the axis along
 * which the kernel slides (arXiv 2507.07694, section on head simulation).
 *
 * <p>On [B·T, H, D]: X₁ = Conv1d(H → H′, K)(X), X₂ = X₁ + Conv1d(H′ → H′, K)(ReLU(X₁)), both padded
 * by (K − 1)/2 so that D stays.
 */
public final class ConvolutionalHeadExpansion extends HeadExpansion {

    private static final byte VERSION = 1;

    private final int kernelSize;
    private final Conv1d expansion;
    private final Conv1d residual;

    /**
     * Creates the block.
     *
     * @param headCount H
     * @param simulatedHeadCount H′, a multiple of H
     * @param kernelSize K, odd
     * @param initialization how the weights begin
     * @throws IllegalArgumentException if H′ is not a multiple of H, or K is even
     */
    public ConvolutionalHeadExpansion(
            int headCount,
            int simulatedHeadCount,
            int kernelSize,
            SasInitialization initialization) {
        super(VERSION, headCount, simulatedHeadCount);
        Check.odd("kernel size K", kernelSize);
        this.kernelSize = kernelSize;
        expansion =
                addChildBlock(
                        "expansion",
                        PyTorchLayers.convolution(headCount, simulatedHeadCount, kernelSize));
        residual =
                addChildBlock(
                        "residual",
                        PyTorchLayers.convolution(
                                simulatedHeadCount, simulatedHeadCount, kernelSize));
        if (initialization == SasInitialization.IDENTITY) {
            IdentityStart.copyHeads(expansion, residual);
        }
    }

    /** {@inheritDoc} */
    @Override
    public NDArray expand(ParameterStore parameterStore, NDArray x, boolean training) {
        Shape shape = x.getShape();
        long batch = shape.get(0);
        long length = shape.get(1);
        long size = shape.get(3);
        NDArray heads = x.reshape(batch * length, headCount(), size); // [B·T, H, D]
        NDArray expanded = // [B·T, H′, D]
                ResidualExpansion.expand(expansion, residual, parameterStore, heads, training);
        return expanded.reshape(batch, length, simulatedHeadCount(), size);
    }

    /** {@inheritDoc} */
    @Override
    public long multiplyAddsPerFeature() {
        long channels = simulatedHeadCount();
        return kernelSize * channels * (headCount() + channels);
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        expansion.initialize(manager, dataType, new Shape(1, headCount(), kernelSize));
        residual.initialize(manager, dataType, new Shape(1, simulatedHeadCount(), kernelSize));
    }

    /** {@inheritDoc} */
    @Override
    public String description() {
        return "ConvolutionalHeadExpansion[H="
                + headCount()
                + ", H'="
                + simulatedHeadCount()
                + ", K="
                + kernelSize
                + "]";
    }
}
