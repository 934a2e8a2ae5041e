package io.github.sasblock.safetensors;

import java.util.Map;

/**
 * A valid header.
 *
 * @param tensors the tensors by name, in the header's order
 * @param metadata the metadata, in the header's order
 * @param dataBegin the position in the file of the first byte of data
 */
record Header(Map<String, TensorInfo> tensors, Map<String, String> metadata, long dataBegin) {

    /** The key of the metadata among the tensors. */
    static final String METADATA = "__metadata__";

    /** The bytes of the length that a file begins with. */
    static final int LENGTH_BYTES = Long.BYTES;

    /** The largest header, as in the format's reference implementation. */
    static final int MAX_BYTES = 100_000_000;
}
