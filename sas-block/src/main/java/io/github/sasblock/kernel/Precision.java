package io.github.sasblock.kernel;

import ai.djl.ndarray.types.DataType;

/**
 * The type in which a training step multiplies matrices and attends. Weights, gradients, norms,
 * softmax and losses stay in the type of the weights.
 */
public enum Precision {
    /** That of the weights. */
    FP32(6),
    /** bfloat16: the range of float32 with 8 bits of precision. */
    BF16(15),
    /** float16: 11 bits of precision; its small range wants the loss scaled. */
    FP16(5);

    private static final int FLOAT64 = 7;

    private final int number;

    Precision(int number) {
        this.number = number;
    }

    /**
     * Returns the number by which TorchScript knows the type.
     *
     * @param weights the type of the weights
     * @return the number of PyTorch's ScalarType
     */
    public int scriptType(DataType weights) {
        return this == FP32 && weights == DataType.FLOAT64 ? FLOAT64 : number;
    }
}
