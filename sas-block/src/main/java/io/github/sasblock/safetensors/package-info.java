/**
 * Reads and writes weights in the safetensors format, so that a block's weights can be exchanged
 * with Python.
 *
 * <p>A safetensors file is a length (unsigned 64-bit, little-endian), a header of that length and
 * the data of all tensors. The header is a JSON object: <code>
 * {"__metadata__": {"key": "text"}, "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0,
 * 24]}}</code>. Offsets count from the end of the header; tensors are stored row by row.
 *
 * <p>{@link io.github.sasblock.safetensors.SafeTensors} reads, {@link
 * io.github.sasblock.safetensors.SafeTensorsWriter} writes, and {@link
 * io.github.sasblock.safetensors.BlockWeights} does both for the parameters of a DJL block. Numbers
 * are moved as they are: every platform that DJL has an engine for is little-endian, as the format
 * is.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
package io.github.sasblock.safetensors;
