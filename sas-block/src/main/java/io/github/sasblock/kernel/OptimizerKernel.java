package io.github.sasblock.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The fused step of AdamW (arXiv 1711.05101): adds up the gradients of all workers, clips them by
 * their global norm, updates all weights and moments, and sets the gradients to zero.
 */
public final class OptimizerKernel {

    private final Script script;

    private OptimizerKernel(Script script) {
        this.script = script;
    }

    /**
     * The arrays of a step. The weights that decay come first; all lists have the same order.
     *
     * @param step the number of updates so far, a scalar of type FLOAT32, counted up
     * @param weights what is updated, in place
     * @param means the first moments, in place
     * @param squares the second moments, in place
     * @param gradients the gradients of one worker after the other
     * @param decayed how many weights decay
     */
    public record Arrays(
            NDArray step,
            List<NDArray> weights,
            List<NDArray> means,
            List<NDArray> squares,
            List<NDArray> gradients,
            int decayed) {

        private int count() {
            return 2 + 3 * weights.size() + gradients.size();
        }

        private KernelFunction function() {
            int n = weights.size();
            StringBuilder lists = new StringBuilder();
            for (int[] group : new int[][] {{0, decayed}, {decayed, n}}) {
                for (int start = 2; start < 2 + 3 * n; start += n) {
                    lists.append(", ").append(list(start, 1, group));
                }
                lists.append(", ").append(list(2 + 3 * n, gradients.size() / n, group));
            }
            return new KernelFunction(
                    List.of("optimizer"),
                    "",
                    "__torch__.adamw(a0, a1" + lists + ")",
                    "List[Tensor]");
        }

        /** The inputs from..to of a block of n, and of the blocks that follow it. */
        private String list(int start, int blocks, int... group) {
            return IntStream.range(0, blocks)
                    .map(block -> start + block * weights.size())
                    .flatMap(first -> IntStream.range(first + group[0], first + group[1]))
                    .mapToObj(input -> "a" + input)
                    .collect(Collectors.joining(", ", "annotate(List[Tensor], [", "])"));
        }
    }

    /**
     * Finds the step for arrays.
     *
     * @param arrays the arrays of a step, or others as many
     * @return the step, or nothing where the plain form is to run
     */
    public static Optional<OptimizerKernel> find(Arrays arrays) {
        return Kernels.find(arrays.step(), arrays.function(), arrays.count())
                .map(OptimizerKernel::new);
    }

    /**
     * Makes a step.
     *
     * @param arrays the arrays
     * @param settings rate, β₁, β₂, ε, weight decay, largest norm (0 for none), the factor by which
     *     the gradients are too large; [7] of type FLOAT64 on the CPU, which gets the result
     * @return the global norm of the gradients before clipping; where it is not finite, only the
     *     gradients were changed, to zero
     */
    public double run(Arrays arrays, NDArray settings) {
        NDList inputs = new NDList(arrays.count());
        inputs.add(settings);
        inputs.add(arrays.step());
        inputs.addAll(arrays.weights());
        inputs.addAll(arrays.means());
        inputs.addAll(arrays.squares());
        inputs.addAll(arrays.gradients());
        NDList results = script.run(inputs);
        try {
            return results.head().toType(DataType.FLOAT64, true).getDouble();
        } finally {
            results.close();
        }
    }
}
