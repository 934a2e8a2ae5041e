package io.github.sasblock.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import java.util.List;
import java.util.Optional;

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
     * The arrays of a step; all lists have the same order.
     *
     * @param step the number of updates so far, a scalar of type FLOAT32, counted up
     * @param weights what is updated, in place
     * @param means the first moments, in place
     * @param squares the second moments, in place
     * @param gradients the gradients of each worker
     * @param decays for each weight whether it decays
     */
    public record Arrays(
            NDArray step,
            List<NDArray> weights,
            FlatArrays means,
            FlatArrays squares,
            List<FlatArrays> gradients,
            List<Boolean> decays) {

        /**
         * Checks the values.
         *
         * @param step the number of updates so far, a scalar of type FLOAT32, counted up
         * @param weights what is updated, in place
         * @param means the first moments, in place
         * @param squares the second moments, in place
         * @param gradients the gradients of each worker
         * @param decays for each weight whether it decays
         */
        public Arrays {
            weights = List.copyOf(weights);
            gradients = List.copyOf(gradients);
            decays = List.copyOf(decays);
        }

        private int count() {
            return 4 + gradients.size() + weights.size();
        }

        private KernelFunction function() {
            int first = 4 + gradients.size();
            return new KernelFunction(
                    List.of("optimizer"),
                    "",
                    "__torch__.adamw(a[0], a[1], a[2], a[3], a[4:%d], a[%d:], %s, %s)"
                            .formatted(
                                    first,
                                    first,
                                    weights.stream().map(NDArray::size).toList(),
                                    decays.stream().map(KernelFunction::literal).toList()),
                    "List[Tensor]",
                    false);
        }
    }

    /**
     * Finds the step for arrays.
     *
     * @param arrays the arrays of a step, or others as many
     * @return the step, or nothing where the plain form is to run, as for gradients that lie apart
     */
    public static Optional<OptimizerKernel> find(Arrays arrays) {
        if (!arrays.gradients().stream().allMatch(FlatArrays::isFlat)) {
            return Optional.empty();
        }
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
        inputs.add(arrays.means().flat());
        inputs.add(arrays.squares().flat());
        arrays.gradients().forEach(gradients -> inputs.add(gradients.flat()));
        inputs.addAll(arrays.weights());
        NDList results = script.run(inputs);
        try {
            return results.head().toType(DataType.FLOAT64, true).getDouble();
        } finally {
            results.close();
        }
    }
}
