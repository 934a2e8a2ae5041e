package io.github.sasblock.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.PairList;
import io.github.sasblock.kernel.KernelFunction;
import io.github.sasblock.nn.Check;
import io.github.sasblock.nn.DescribedBlock;
import io.github.sasblock.nn.FusedBlock;
import io.github.sasblock.nn.PyTorchLayers;

/**
 * The gated feed-forward network of Llama (arXiv 2002.05202, equation 6): down(SiLU(gate(x)) ⊙
 * up(x)), without biases.
 *
 * <p>Input and output are [.., E].
 */
public final class SwiGlu extends DescribedBlock {

    private static final byte VERSION = 1;
    private static final KernelFunction FUSED =
            KernelFunction.of("__torch__.swiglu(a[0], a[1:])", "layers");

    private final long embeddingSize;
    private final long hiddenSize;
    private final Linear gate;
    private final Linear up;
    private final Linear down;

    /**
     * Creates the block.
     *
     * @param embeddingSize E
     * @param hiddenSize the size of the hidden layer
     */
    public SwiGlu(long embeddingSize, long hiddenSize) {
        super(VERSION);
        Check.positive("embedding size E", embeddingSize);
        Check.positive("hidden size", hiddenSize);
        this.embeddingSize = embeddingSize;
        this.hiddenSize = hiddenSize;
        gate = addChildBlock("gate", PyTorchLayers.linear(embeddingSize, hiddenSize, false));
        up = addChildBlock("up", PyTorchLayers.linear(embeddingSize, hiddenSize, false));
        down = addChildBlock("down", PyTorchLayers.linear(hiddenSize, embeddingSize, false));
    }

    /** {@inheritDoc} */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameterStore,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        Check.lastAxis(inputs.singletonOrThrow().getShape(), embeddingSize);
        return new NDList(
                FusedBlock.run(this, FUSED, parameterStore, inputs, training)
                        .orElseGet(() -> feedPlainly(parameterStore, inputs, training)));
    }

    private NDArray feedPlainly(ParameterStore parameterStore, NDList inputs, boolean training) {
        NDArray gated = gate.forward(parameterStore, inputs, training).singletonOrThrow();
        NDArray lifted = up.forward(parameterStore, inputs, training).singletonOrThrow();
        NDArray hidden = gated.mul(Activation.sigmoid(gated)).mul(lifted);
        return down.forward(parameterStore, new NDList(hidden), training).singletonOrThrow();
    }

    /**
     * Sets how the weights begin.
     *
     * @param input the initial values of gate and up
     * @param output the initial values of down
     */
    public void setInitializers(Initializer input, Initializer output) {
        gate.setInitializer(input, Parameter.Type.WEIGHT);
        up.setInitializer(input, Parameter.Type.WEIGHT);
        down.setInitializer(output, Parameter.Type.WEIGHT);
    }

    /**
     * Returns the number of parameters, and of multiply-adds per token.
     *
     * @return 3·E·hidden
     */
    public long parameterCount() {
        return 3 * embeddingSize * hiddenSize;
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        gate.initialize(manager, dataType, new Shape(1, embeddingSize));
        up.initialize(manager, dataType, new Shape(1, embeddingSize));
        down.initialize(manager, dataType, new Shape(1, hiddenSize));
    }

    /** {@inheritDoc} */
    @Override
    public String description() {
        return "SwiGlu[E=" + embeddingSize + ", hidden=" + hiddenSize + "]";
    }
}
