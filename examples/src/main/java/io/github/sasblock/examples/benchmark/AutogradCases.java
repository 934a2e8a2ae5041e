package io.github.sasblock.examples.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import io.github.sasblock.kernel.KernelFunction;
import io.github.sasblock.kernel.Kernels;
import io.github.sasblock.kernel.Script;
import java.util.List;
import java.util.function.UnaryOperator;

/** Cases of functions whose gradients DJL's collector finds. */
final class AutogradCases {

    /** The pass without gradients. */
    static final String FORWARD = "forward";

    /** The pass with the gradients of inputs and weights. */
    static final String BOTH = "forward+backward";

    /** The gradients of inputs and weights cost twice the forward pass. */
    static final double BOTH_OPERATIONS = 3;

    private final Workbench bench;
    private final Label label;
    private final NDList inputs;
    private final double operations;

    /**
     * Begins the cases of a function.
     *
     * @param bench takes them
     * @param label what it is; pass and form are replaced
     * @param inputs its arguments
     * @param operations of its forward pass
     */
    AutogradCases(Workbench bench, Label label, NDList inputs, double operations) {
        this.bench = bench;
        this.label = label;
        this.inputs = inputs;
        this.operations = operations;
    }

    /** Adds the cases of a block in its plain form. */
    AutogradCases plain(Block block) {
        return block(Label.PLAIN, Kernels.Mode.PLAIN, block);
    }

    /** Adds the cases of a block in one of its forms. */
    AutogradCases block(String form, Kernels.Mode mode, Block block) {
        ParameterStore store = new ParameterStore(bench.manager(), false);
        return add(form, mode, false, x -> block.forward(store, x, false))
                .add(form, mode, true, x -> block.forward(store, x, true));
    }

    /** Adds the cases of an operation without weights, in its plain form. */
    AutogradCases plain(UnaryOperator<NDList> operation) {
        return add(Label.PLAIN, Kernels.Mode.PLAIN, false, operation)
                .add(Label.PLAIN, Kernels.Mode.PLAIN, true, operation);
    }

    /** Adds the cases of a fused function of the inputs and of a block's weights. */
    AutogradCases fused(KernelFunction function, List<Parameter> parameters) {
        Script script = BenchmarkGroup.compile(bench, function, inputs.size() + parameters.size());
        UnaryOperator<NDList> call =
                x -> {
                    NDList all = new NDList(x);
                    parameters.forEach(parameter -> all.add(parameter.getArray()));
                    return script.run(all);
                };
        return add("fused", Kernels.Mode.FUSED, false, call)
                .add("fused", Kernels.Mode.FUSED, true, call);
    }

    private AutogradCases add(
            String form, Kernels.Mode mode, boolean backward, UnaryOperator<NDList> function) {
        Label own =
                new Label(
                        label.group(),
                        label.subject(),
                        label.part(),
                        backward ? BOTH : FORWARD,
                        form);
        Runnable run = backward ? () -> differentiate(function) : () -> compute(function);
        bench.add(
                Case.timed(own, mode, run)
                        .counting(backward ? BOTH_OPERATIONS * operations : operations));
        return this;
    }

    private void compute(UnaryOperator<NDList> function) {
        try (NDManager scratch = bench.manager().newSubManager()) {
            NDList x = new NDList();
            inputs.forEach(input -> x.add(Workbench.lend(input, scratch)));
            function.apply(x);
            bench.await();
        }
    }

    /** The gradient of the sum of the results stands for any: it costs the same. */
    private void differentiate(UnaryOperator<NDList> function) {
        try (NDManager scratch = bench.manager().newSubManager();
                GradientCollector collector = scratch.getEngine().newGradientCollector()) {
            NDList x = new NDList();
            for (NDArray input : inputs) {
                NDArray leaf = input.duplicate();
                leaf.attach(scratch);
                leaf.setRequiresGradient(true);
                x.add(leaf);
            }
            NDArray total = null;
            for (NDArray y : function.apply(x)) {
                total = total == null ? y.sum() : total.add(y.sum());
            }
            collector.backward(total);
            bench.await();
        }
    }
}
