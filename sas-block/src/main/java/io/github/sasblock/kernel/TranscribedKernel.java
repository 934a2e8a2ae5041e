package io.github.sasblock.kernel;

import java.util.List;

/**
 * The fused form of an attention whose derivative is left to autograd.
 *
 * @param function the name of the function in the source {@code factorized}
 * @param arguments its arguments between the weights and whether it is causal
 * @param causal whether a position sees only itself and what is before it
 */
public record TranscribedKernel(String function, String arguments, boolean causal)
        implements AttentionKernel {

    /**
     * Returns multi-head latent attention.
     *
     * @param heads H
     * @param size D, the features of a head without position
     * @param rotarySize Dr, those with; 0 for none
     * @param base the base of the rotary embedding
     * @param biases whether the projections have biases
     * @param causal whether a position sees only itself and what is before it
     * @return the kernel
     */
    public static TranscribedKernel latent(
            int heads, int size, int rotarySize, double base, boolean biases, boolean causal) {
        return of("latent_attention", causal, heads, size, rotarySize, base, biases);
    }

    /**
     * Returns multi-matrix factorization attention.
     *
     * @param heads H
     * @param rotary whether queries and keys are rotated
     * @param base the base of the rotary embedding
     * @param biases whether the projections have biases
     * @param causal whether a position sees only itself and what is before it
     * @return the kernel
     */
    public static TranscribedKernel oneHead(
            int heads, boolean rotary, double base, boolean biases, boolean causal) {
        return of("one_head_attention", causal, heads, rotary, base, biases);
    }

    /**
     * Returns tensor product attention.
     *
     * @param heads H
     * @param size D
     * @param factoredQuery whether queries are factored too
     * @param rotary whether queries and keys are rotated
     * @param base the base of the rotary embedding
     * @param biases whether the projections have biases
     * @param causal whether a position sees only itself and what is before it
     * @return the kernel
     */
    public static TranscribedKernel tensorProduct(
            int heads,
            int size,
            boolean factoredQuery,
            boolean rotary,
            double base,
            boolean biases,
            boolean causal) {
        return of(
                "tensor_product_attention",
                causal,
                heads,
                size,
                factoredQuery,
                rotary,
                base,
                biases);
    }

    private static TranscribedKernel of(String function, boolean causal, Object... arguments) {
        StringBuilder text = new StringBuilder();
        for (Object argument : arguments) {
            text.append(KernelFunction.literal(argument)).append(", ");
        }
        return new TranscribedKernel(function, text.toString(), causal);
    }

    @Override
    public List<String> sources() {
        return List.of("layers", "attention", "factorized");
    }

    @Override
    public String call(float dropout) {
        return "__torch__."
                + function
                + "(x, w, "
                + arguments
                + KernelFunction.literal(causal)
                + ", "
                + (double) dropout
                + ")";
    }

    @Override
    public String trainingBindings(float dropout) {
        return "def attention_for_model(x: Tensor, w: List[Tensor]) -> Tensor:\n    return "
                + call(dropout)
                + "\n"
                + Kernels.source("autograd");
    }
}
