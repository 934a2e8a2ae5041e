package io.github.sasblock.examples.train;

import io.github.sasblock.kernel.Kernels;
import io.github.sasblock.kernel.Precision;

/**
 * How a training step is computed, which changes its result by rounding alone.
 *
 * @param kernels the fused functions, or the plain operations
 * @param precision the type of products and attention
 * @param recompute whether the backward pass of a layer repeats its forward pass
 * @param threads how many threads share the windows of a step on a CPU
 */
public record Computation(
        Kernels.Mode kernels, Precision precision, boolean recompute, int threads) {

    /**
     * Returns the usual way: fused, float32, nothing recomputed, all processors.
     *
     * @return the way that runs unless something else is asked for
     */
    public static Computation usual() {
        return new Computation(
                Kernels.Mode.FUSED,
                Precision.FP32,
                false,
                Runtime.getRuntime().availableProcessors());
    }
}
