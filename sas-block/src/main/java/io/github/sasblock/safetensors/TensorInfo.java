package io.github.sasblock.safetensors;

import ai.djl.ndarray.types.Shape;

/**
 * What a header says of one tensor.
 *
 * @param name the name of the tensor
 * @param dtype the type of its elements
 * @param shape its shape; [] for a scalar
 * @param begin the offset of its first byte in the data, which starts where the header ends
 * @param end the offset after its last byte in the data
 */
public record TensorInfo(String name, Dtype dtype, Shape shape, long begin, long end) {

    /**
     * Returns the size of the tensor in the file.
     *
     * @return the number of bytes
     */
    public long byteSize() {
        return end - begin;
    }
}
