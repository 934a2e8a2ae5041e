package io.github.sasblock.examples.train;

import ai.djl.ndarray.NDManager;
import io.github.sasblock.kernel.FlatArrays;
import io.github.sasblock.transformer.CausalLanguageModel;
import io.github.sasblock.transformer.DocumentMask;
import java.util.List;

/** The gradients of a step, added up over its windows. */
interface StepGradients extends AutoCloseable {

    /** Makes gradients that are zero. */
    @FunctionalInterface
    interface Factory {

        /**
         * Makes gradients that are zero.
         *
         * @param model an initialised model
         * @param parent the manager under which they are kept
         * @param computation how they are computed
         * @param documents which tokens of a window see each other
         * @param microBatch the most windows that are in memory at once
         * @param length the tokens of a window
         * @return the gradients
         */
        StepGradients create(
                CausalLanguageModel model,
                NDManager parent,
                Computation computation,
                DocumentMask documents,
                int microBatch,
                int length);
    }

    /**
     * Adds the gradients of {@code scale} times the summed loss of some windows.
     *
     * @param source gives the windows
     * @param place the place of the first
     * @param size how many
     * @param scale the factor
     * @return the sum of their losses, in nats, not scaled
     */
    double add(GradientWorkers.Source source, long place, int size, double scale);

    /**
     * Returns the gradients, in shares that are to be added up.
     *
     * @return for each share one array for each parameter, in their order
     */
    List<FlatArrays> buffers();

    /** Frees the gradients. */
    @Override
    void close();
}
