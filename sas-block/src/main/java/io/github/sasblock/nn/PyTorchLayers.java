package io.github.sasblock.nn;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Conv1d;
import ai.djl.nn.core.Linear;
import ai.djl.training.initializer.UniformInitializer;

/**
 * DJL's linear and convolution layers with PyTorch's default initial values: weights and biases
 * uniform in ±1/√(fan in).
 */
public final class PyTorchLayers {

    private PyTorchLayers() {}

    /**
     * Returns a linear layer, as {@code torch.nn.Linear(in, out, bias)}.
     *
     * @param in the number of input features
     * @param out the number of output features
     * @param bias whether there is a bias
     * @return [.., in] → [.., out], weight [out, in]
     */
    public static Linear linear(long in, long out, boolean bias) {
        Linear linear = Linear.builder().setUnits(out).optBias(bias).build();
        setUniform(linear, in);
        return linear;
    }

    /**
     * Returns a convolution that keeps the length, as {@code torch.nn.Conv1d(in, out, kernelSize,
     * padding=(kernelSize − 1) / 2)}.
     *
     * @param in the number of input channels
     * @param out the number of output channels
     * @param kernelSize the odd size of the kernel
     * @return [N, in, L] → [N, out, L], weight [out, in, kernelSize], with a bias
     */
    public static Conv1d convolution(long in, long out, int kernelSize) {
        Conv1d convolution =
                Conv1d.builder()
                        .setKernelShape(new Shape(kernelSize))
                        .setFilters(Math.toIntExact(out))
                        .optPadding(new Shape((kernelSize - 1) / 2))
                        .optBias(true)
                        .build();
        setUniform(convolution, in * kernelSize);
        return convolution;
    }

    private static void setUniform(Block layer, long fanIn) {
        UniformInitializer uniform = new UniformInitializer((float) (1 / Math.sqrt(fanIn)));
        layer.setInitializer(uniform, Parameter.Type.WEIGHT);
        layer.setInitializer(uniform, Parameter.Type.BIAS);
    }
}
