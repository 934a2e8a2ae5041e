package io.github.sasblock.kernel;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The fused form of an attention whose derivative is left to autograd.
 *
 * @param function the name of the function in the source {@code factorized}
 * @param arguments its arguments between the weights and the base of the rotary embedding
 * @param rotarySize the number of features rotated, 0 for none
 * @param rotaryBase the base of the angles
 * @param causal whether a position sees only itself and what is before it
 */
public record TranscribedKernel(
        String function, String arguments, int rotarySize, double rotaryBase, boolean causal)
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
        return of("latent_attention", rotarySize, base, causal, heads, size, rotarySize, biases);
    }

    /**
     * Returns multi-matrix factorization attention.
     *
     * @param heads H
     * @param size D
     * @param rotary whether queries and keys are rotated
     * @param base the base of the rotary embedding
     * @param biases whether the projections have biases
     * @param causal whether a position sees only itself and what is before it
     * @return the kernel
     */
    public static TranscribedKernel oneHead(
            int heads, int size, boolean rotary, double base, boolean biases, boolean causal) {
        return of("one_head_attention", rotary ? size : 0, base, causal, heads, rotary, biases);
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
                rotary ? size : 0,
                base,
                causal,
                heads,
                size,
                factoredQuery,
                rotary,
                biases);
    }

    private static TranscribedKernel of(
            String function,
            int rotarySize,
            double rotaryBase,
            boolean causal,
            Object... arguments) {
        String text =
                Arrays.stream(arguments)
                        .map(KernelFunction::literal)
                        .collect(Collectors.joining(", "));
        return new TranscribedKernel(function, text, rotarySize, rotaryBase, causal);
    }

    @Override
    public List<String> sources() {
        return List.of("layers", "attention", "factorized");
    }

    @Override
    public String call(float dropout) {
        return "__torch__."
                + function
                + "(x, offsets, w, "
                + arguments
                + ", "
                + KernelFunction.literal(rotaryBase)
                + ", "
                + KernelFunction.literal(causal)
                + ", "
                + (double) dropout
                + ")";
    }

    @Override
    public String trainingBindings(float dropout) {
        return "def attention_for_model(x: Tensor, offsets: Tensor, w: List[Tensor]) -> Tensor:\n"
                + "    return "
                + call(dropout)
                + "\n"
                + Kernels.source("autograd");
    }

    @Override
    public boolean needsAutograd(boolean gpu, long length) {
        return true;
    }

    @Override
    public String decodingBindings() {
        String tables =
                rotarySize == 0
                        ? "annotate(List[Tensor], [])"
                        : "__torch__.rotary_tables(first, length, %d, %s, like)"
                                .formatted(rotarySize, KernelFunction.literal(rotaryBase));
        return AttentionKernel.decodingBindings(
                tables,
                "__torch__.continued_"
                        + function
                        + "(x, w, rooms, first, tables, "
                        + arguments
                        + ")");
    }

    @Override
    public List<String> decodingSources() {
        return List.of(
                "layers",
                "attention",
                "factorized",
                "decoding",
                "factorized_decoding",
                "continuation");
    }
}
