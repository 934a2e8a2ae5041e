package io.github.sasblock.sas;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.sasblock.nn.Check;
import io.github.sasblock.nn.DescribedBlock;

/**
 * The expansion of H heads to H′ simulated heads: X₁ = f(X), X₂ = X₁ + g(ReLU(X₁)), where f and g
 * mix the heads of one token.
 *
 * <p>Input [B, T, H, D], output [B, T, H′, D]. No time step mixes with another.
 */
public abstract sealed class HeadExpansion extends DescribedBlock
        permits ConvolutionalHeadExpansion, MlpHeadExpansion {

    private final int headCount;
    private final int simulatedHeadCount;

    /**
     * Creates the block.
     *
     * @param version the version of the block's form on disk
     * @param headCount H
     * @param simulatedHeadCount H′
     */
    protected HeadExpansion(byte version, int headCount, int simulatedHeadCount) {
        super(version);
        Check.positive("head count H", headCount);
        Check.that(
                simulatedHeadCount >= headCount && simulatedHeadCount % headCount == 0,
                "simulated head count H'",
                simulatedHeadCount,
                "a multiple of the head count H = " + headCount);
        this.headCount = headCount;
        this.simulatedHeadCount = simulatedHeadCount;
    }

    /**
     * Expands the heads.
     *
     * @param parameterStore where parameters are read
     * @param x heads [B, T, H, D]
     * @param training whether gradients are wanted
     * @return simulated heads [B, T, H′, D]
     */
    public abstract NDArray expand(ParameterStore parameterStore, NDArray x, boolean training);

    /**
     * Returns the multiply-adds per token and feature.
     *
     * @return K·(H·H′ + H′²), where the MLP has K = 1
     */
    public abstract long multiplyAddsPerFeature();

    /**
     * Returns the number of parameters.
     *
     * @return K·(H·H′ + H′²) + 2·H′
     */
    public final long parameterCount() {
        return multiplyAddsPerFeature() + 2L * simulatedHeadCount;
    }

    /**
     * Returns the number of heads.
     *
     * @return H
     */
    public final int headCount() {
        return headCount;
    }

    /**
     * Returns the number of simulated heads.
     *
     * @return H′
     */
    public final int simulatedHeadCount() {
        return simulatedHeadCount;
    }

    /** {@inheritDoc} */
    @Override
    protected final NDList forwardInternal(
            ParameterStore parameterStore,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray x = inputs.singletonOrThrow();
        Check.that(
                x.getShape().dimension() == 4 && x.getShape().get(2) == headCount,
                "shape of the heads",
                x.getShape(),
                "(B, T, H = " + headCount + ", D)");
        return new NDList(expand(parameterStore, x, training));
    }

    /** {@inheritDoc} */
    @Override
    public final Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape x = inputShapes[0];
        return new Shape[] {new Shape(x.get(0), x.get(1), simulatedHeadCount, x.get(3))};
    }
}
