package io.github.sasblock.examples.train;

import ai.djl.ndarray.NDArray;

/**
 * A batch of windows.
 *
 * @param inputs [B, T] of type INT64
 * @param targets [B, T], the token after each input
 */
public record Batch(NDArray inputs, NDArray targets) {}
