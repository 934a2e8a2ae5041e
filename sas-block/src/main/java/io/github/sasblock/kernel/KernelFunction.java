package io.github.sasblock.kernel;

import java.util.List;

/**
 * A call of a fused function with its sizes bound.
 *
 * @param sources the names of the sources that define the function, each after those it needs
 * @param bindings more definitions, or nothing
 * @param expression the call, in terms of {@code a}, the list of the arrays given
 * @param result its type: Tensor or List[Tensor]
 * @param autograd whether autograd follows it, or works within it. Where not, it runs in libtorch's
 *     inference mode, which spares each operation what autograd would keep; its results can then
 *     neither take part in autograd nor be changed in place.
 */
public record KernelFunction(
        List<String> sources, String bindings, String expression, String result, boolean autograd) {

    /**
     * Checks the values.
     *
     * @param sources the names of the sources that define the function, each after those it needs
     * @param bindings more definitions, or nothing
     * @param expression the call, in terms of {@code a}, the list of the arrays given
     * @param result its type: Tensor or List[Tensor]
     * @param autograd whether autograd follows it, or works within it
     */
    public KernelFunction {
        sources = List.copyOf(sources);
    }

    /**
     * Creates a call that autograd follows.
     *
     * @param sources the names of the sources that define the function, each after those it needs
     * @param bindings more definitions, or nothing
     * @param expression the call, in terms of {@code a}, the list of the arrays given
     * @param result its type: Tensor or List[Tensor]
     */
    public KernelFunction(List<String> sources, String bindings, String expression, String result) {
        this(sources, bindings, expression, result, true);
    }

    /**
     * Returns the same call, to be run without autograd.
     *
     * @return the function
     */
    public KernelFunction withoutAutograd() {
        return new KernelFunction(sources, bindings, expression, result, false);
    }

    /**
     * Returns a call that gives one array.
     *
     * @param expression the call, in terms of {@code a}, the list of the arrays given
     * @param sources the names of the sources that define the function, each after those it needs
     * @return the function
     */
    public static KernelFunction of(String expression, String... sources) {
        return new KernelFunction(List.of(sources), "", expression, "Tensor");
    }

    /**
     * Returns a call of a bound definition that gives one array.
     *
     * @param expression the call, in terms of {@code a}, the list of the arrays given
     * @param bindings the definition
     * @param sources the names of the sources that it needs, each after those it needs itself
     * @return the function
     */
    public static KernelFunction of(String expression, String bindings, List<String> sources) {
        return new KernelFunction(sources, bindings, expression, "Tensor");
    }

    /**
     * Writes a constant as a script has it.
     *
     * @param value a truth value or a number
     * @return its text
     */
    public static String literal(Object value) {
        if (value instanceof Boolean flag) {
            return flag ? "True" : "False";
        }
        return value.toString();
    }
}
