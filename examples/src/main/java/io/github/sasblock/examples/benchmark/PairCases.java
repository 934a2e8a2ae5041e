package io.github.sasblock.examples.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.github.sasblock.kernel.KernelFunction;
import io.github.sasblock.kernel.Kernels;
import io.github.sasblock.kernel.Script;
import java.util.List;

/**
 * Cases of the functions that training calls: forward and backward pass written by hand, without
 * autograd.
 */
final class PairCases {

    private final Workbench bench;
    private final Label label;
    private final double operations;

    /**
     * Begins the cases of a pair.
     *
     * @param bench takes them
     * @param label what it is; its pass is replaced
     * @param operations of its forward pass
     */
    PairCases(Workbench bench, Label label, double operations) {
        this.bench = bench;
        this.label = label;
        this.operations = operations;
    }

    /**
     * Adds the forward pass alone and both passes.
     *
     * @param definitions the functions {@code forward_pass} and {@code both_passes}, each of a list
     *     of arrays
     * @param inputs these arrays
     */
    void add(String definitions, NDList inputs) {
        List<String> sources = List.of("layers", "attention");
        Script forward = compile("forward_pass", definitions, sources, inputs.size());
        Script both = compile("both_passes", definitions, sources, inputs.size());
        add(AutogradCases.FORWARD, operations, () -> run(forward, inputs));
        add(
                AutogradCases.BOTH,
                AutogradCases.BOTH_OPERATIONS * operations,
                () -> run(both, inputs));
    }

    private Script compile(String name, String definitions, List<String> sources, int inputs) {
        KernelFunction function =
                new KernelFunction(
                        sources, definitions, "__torch__." + name + "(a)", "List[Tensor]");
        return BenchmarkGroup.compile(bench, function.withoutAutograd(), inputs);
    }

    private void add(String pass, double counted, Runnable run) {
        Label own = new Label(label.group(), label.subject(), label.part(), pass, label.form());
        bench.add(Case.timed(own, Kernels.Mode.FUSED, run).counting(counted));
    }

    private void run(Script script, NDList inputs) {
        try (NDManager scratch = bench.manager().newSubManager()) {
            NDList lent = new NDList(inputs);
            NDArray first = Workbench.lend(inputs.head(), scratch);
            lent.set(0, first);
            script.run(lent);
            bench.await();
        }
    }
}
