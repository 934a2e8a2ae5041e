package io.github.sasblock.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.github.sasblock.kernel.KernelFunction;
import io.github.sasblock.kernel.Kernels;
import java.util.List;
import java.util.Optional;

/** Runs a block as one native call. */
public final class FusedBlock {

    private FusedBlock() {}

    /**
     * Runs a function of arrays and of all parameters of a block, in their order.
     *
     * @param block the block
     * @param function the function
     * @param parameterStore where the parameters are read
     * @param arrays the arrays, at least one
     * @param training whether gradients are wanted
     * @return the result, or nothing where the block's plain form is to run
     */
    public static Optional<NDArray> run(
            Block block,
            KernelFunction function,
            ParameterStore parameterStore,
            NDList arrays,
            boolean training) {
        List<Parameter> parameters = block.getParameters().values();
        NDArray x = arrays.head();
        return Kernels.find(x, function, arrays.size() + parameters.size())
                .map(
                        script -> {
                            NDList inputs = new NDList(arrays.size() + parameters.size());
                            inputs.addAll(arrays);
                            for (Parameter parameter : parameters) {
                                inputs.add(
                                        parameterStore.getValue(
                                                parameter, x.getDevice(), training));
                            }
                            return script.run(inputs).singletonOrThrow();
                        });
    }
}
