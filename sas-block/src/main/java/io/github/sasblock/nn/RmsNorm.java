package io.github.sasblock.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.PairList;
import io.github.sasblock.kernel.KernelFunction;

/**
 * Root mean square normalisation (arXiv 1910.07467, equation 4): y = x / √(mean(x²) + ε) · weight,
 * over the last axis.
 *
 * <p>Input and output are [.., size].
 */
public final class RmsNorm extends DescribedBlock {

    private static final byte VERSION = 1;

    private final long size;
    private final double epsilon;
    private final Parameter weight;
    private final KernelFunction fused;

    private RmsNorm(Builder builder) {
        super(VERSION);
        size = builder.size;
        epsilon = builder.epsilon;
        weight = builder.hasWeight ? addParameter(weightOf(size)) : null;
        fused = KernelFunction.of("__torch__.rms_norm(a[0], a[1:], " + epsilon + ")", "layers");
    }

    private static Parameter weightOf(long size) {
        return Parameter.builder()
                .setName("weight")
                .setType(Parameter.Type.GAMMA)
                .optShape(new Shape(size))
                .optInitializer(Initializer.ONES)
                .build();
    }

    /** {@inheritDoc} */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameterStore,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        return new NDList(normalize(parameterStore, inputs.singletonOrThrow(), training));
    }

    /**
     * Normalises the last axis.
     *
     * @param parameterStore where the weight is read
     * @param x the input [.., size]
     * @param training whether gradients are wanted
     * @return the output [.., size]
     */
    public NDArray normalize(ParameterStore parameterStore, NDArray x, boolean training) {
        Check.lastAxis(x.getShape(), size);
        return FusedBlock.run(this, fused, parameterStore, new NDList(x), training)
                .orElseGet(() -> normalizePlainly(parameterStore, x, training));
    }

    private NDArray normalizePlainly(ParameterStore parameterStore, NDArray x, boolean training) {
        NDArray meanSquare = x.square().mean(new int[] {-1}, true); // [.., 1]
        NDArray y = x.div(meanSquare.add(epsilon).sqrt());
        if (weight == null) {
            return y;
        }
        return y.mul(parameterStore.getValue(weight, x.getDevice(), training));
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {}

    /** {@inheritDoc} */
    @Override
    public String description() {
        return described("size=%s, epsilon=%s, weight=%s", size, epsilon, weight != null);
    }

    /**
     * Returns a builder.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds an {@link RmsNorm}. */
    public static final class Builder {

        private long size;
        private double epsilon = 1e-6;
        private boolean hasWeight = true;

        private Builder() {}

        /**
         * Sets the size of the last axis.
         *
         * @param size at least 1
         * @return this builder
         */
        public Builder setSize(long size) {
            this.size = size;
            return this;
        }

        /**
         * Sets ε, added to the mean square. Defaults to 1e-6.
         *
         * @param epsilon not negative
         * @return this builder
         */
        public Builder optEpsilon(double epsilon) {
            this.epsilon = epsilon;
            return this;
        }

        /**
         * Sets whether the result is multiplied by a learnt weight. Defaults to true.
         *
         * @param weight whether there is a weight [size], at first one
         * @return this builder
         */
        public Builder optWeight(boolean weight) {
            this.hasWeight = weight;
            return this;
        }

        /**
         * Builds the block.
         *
         * @return the block
         * @throws IllegalArgumentException if the size is not positive or ε is negative
         */
        public RmsNorm build() {
            Check.positive("size", size);
            Check.that(epsilon >= 0, "epsilon", epsilon, "not negative");
            return new RmsNorm(this);
        }
    }
}
