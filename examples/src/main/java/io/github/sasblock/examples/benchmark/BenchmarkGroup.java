package io.github.sasblock.examples.benchmark;

import io.github.sasblock.kernel.KernelFunction;
import io.github.sasblock.kernel.Kernels;
import io.github.sasblock.kernel.Script;

/** A group of cases that are measured in turn, so that they meet the same machine. */
interface BenchmarkGroup {

    /** Returns the name by which people ask for it. */
    String name();

    /** Returns what it measures, in a line. */
    String description();

    /**
     * Makes the cases.
     *
     * @param bench takes them, and keeps what they need
     * @param settings the sizes
     */
    void prepare(Workbench bench, BenchmarkSettings settings);

    /** Compiles a function, or fails where the engine has none. */
    static Script compile(Workbench bench, KernelFunction function, int inputs) {
        Kernels.use(Kernels.Mode.FUSED);
        return Kernels.find(bench.normal(1), function, inputs)
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "the fused kernels are not available; the log says why"));
    }
}
