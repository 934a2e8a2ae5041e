package io.github.sasblock.kernel;

import java.util.List;
import java.util.stream.Stream;

/**
 * The fused form of an attention with its sizes bound.
 *
 * <p>Its expressions stand for Tensors: {@code x} is the input [B, T, E], {@code offsets} what is
 * added to the scores (it broadcasts to [B, H, T, T], or is empty), {@code w} the list of the
 * attention's weights in their order, {@code g} the list of their gradients.
 */
public interface AttentionKernel {

    /**
     * Returns the sources that define the functions.
     *
     * @return names, each after those it needs
     */
    List<String> sources();

    /**
     * Returns the sources of a decoder layer or a model with this attention.
     *
     * @return names, each after those it needs
     */
    default List<String> modelSources() {
        return Stream.concat(sources().stream(), Stream.of("model")).toList();
    }

    /**
     * Returns the call that autograd follows.
     *
     * @param dropout the rate at which attention weights are dropped
     * @return an expression in {@code x}, {@code offsets} and {@code w}: [B, T, E]
     */
    String call(float dropout);

    /**
     * Returns the definitions that a training step needs: {@code attention_for_model}, and {@code
     * attention_X_for_model} where X is tables, prepare, buffers, collect, forward and backward.
     *
     * @param dropout the rate at which attention weights are dropped
     * @return source
     */
    String trainingBindings(float dropout);

    /**
     * Returns whether those definitions leave a derivative to autograd.
     *
     * @param gpu whether they run on a GPU
     * @param length T, the tokens of a window
     * @return whether they may not run without autograd
     */
    boolean needsAutograd(boolean gpu, long length);

    /**
     * Returns the definitions that decoding needs, beside the source {@code decoding}: {@code
     * tables_at_for_model} and {@code continued_attention_for_model}.
     *
     * @return source
     */
    String decodingBindings();

    /**
     * Returns the sources of a model with this attention that decodes.
     *
     * @return names, each after those it needs
     */
    default List<String> decodingSources() {
        return Stream.concat(sources().stream(), Stream.of("decoding", "continuation")).toList();
    }

    /**
     * Writes the definitions that decoding needs.
     *
     * @param tables a call in terms of {@code first}, {@code length} and {@code like}
     * @param attention a call in terms of {@code x}, {@code w}, {@code rooms}, {@code first} and
     *     {@code tables}
     * @return source
     */
    static String decodingBindings(String tables, String attention) {
        return String.join(
                "\n",
                "def tables_at_for_model(first: int, length: int, like: Tensor) -> List[Tensor]:",
                "    return " + tables,
                "def continued_attention_for_model(x: Tensor, w: List[Tensor], rooms: List[Tensor],"
                        + " first: int, tables: List[Tensor]) -> Tensor:",
                "    return " + attention,
                "");
    }

    /**
     * Returns the function that the attention runs by itself.
     *
     * @param dropout the rate at which attention weights are dropped
     * @param masked whether something is added to the scores
     * @return a function of x, of the offsets where it is masked, and of the weights
     */
    default KernelFunction function(float dropout, boolean masked) {
        return KernelFunction.of(
                "__torch__.attention_alone(" + leading(masked) + ")",
                "def attention_alone(x: Tensor, offsets: Tensor, w: List[Tensor]) -> Tensor:\n"
                        + "    return "
                        + call(dropout)
                        + "\n",
                sources());
    }

    /**
     * Writes the arguments x, offsets and weights of a function of the arrays {@code a}.
     *
     * @param masked whether the second of the arrays is the offsets; else there are none
     * @return three arguments
     */
    static String leading(boolean masked) {
        return masked ? "a[0], a[1], a[2:]" : "a[0], torch.empty([0]), a[1:]";
    }
}
