package io.github.sasblock.examples.train;

import ai.djl.ndarray.NDManager;
import io.github.sasblock.kernel.FlatArrays;
import io.github.sasblock.kernel.Kernels;
import io.github.sasblock.transformer.CausalLanguageModel;
import io.github.sasblock.transformer.DocumentMask;
import io.github.sasblock.transformer.LanguageModelGradients;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * The gradients of a step, from several threads that share its windows.
 *
 * <p>On a CPU each thread computes whole windows by itself, which spares the meeting of all threads
 * at every operation. Which windows a thread takes depends on their number alone, so that the same
 * number of threads gives the same bits.
 */
public final class GradientWorkers implements StepGradients {

    private final List<LanguageModelGradients> workers = new ArrayList<>();
    private final ExecutorService threads; // null where the caller's thread does the work
    private final NDManager manager;
    private final int windowsAtOnce;

    /**
     * Creates gradients that are zero.
     *
     * @param model an initialised model
     * @param parent the manager under which they are kept
     * @param computation how they are computed
     * @param documents which tokens of a window see each other
     * @param microBatch the most windows that are in memory at once, over all threads
     * @param length the tokens of a window
     */
    public GradientWorkers(
            CausalLanguageModel model,
            NDManager parent,
            Computation computation,
            DocumentMask documents,
            int microBatch,
            int length) {
        manager = parent.newSubManager();
        Kernels.use(computation.kernels());
        LanguageModelGradients.Settings settings =
                new LanguageModelGradients.Settings(
                        computation.precision(), computation.recompute(), documents);
        workers.add(new LanguageModelGradients(model, manager, settings));
        boolean shared = workers.get(0).isFused() && !manager.getDevice().isGpu();
        int count = shared ? Math.min(computation.threads(), microBatch) : 1;
        for (int i = 1; i < count; i++) {
            workers.add(new LanguageModelGradients(model, manager, settings));
        }
        int most = Math.max(1, microBatch / count);
        windowsAtOnce =
                count == 1
                        ? most
                        : WorkingSet.windows(model.counts().attentionLayer(), length, most);
        threads = count == 1 ? null : Threads.alone(count, "gradients");
    }

    /** Gives a batch of windows from a place in the sequence of all. */
    @FunctionalInterface
    public interface Source {

        /**
         * Reads windows.
         *
         * @param scratch the manager that owns them
         * @param place the place of the first
         * @param size how many
         * @return inputs and targets [size, T]
         */
        Batch read(NDManager scratch, long place, int size);
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
    @Override
    public double add(Source source, long place, int size, double scale) {
        if (threads == null) {
            return share(0, source, place, size, scale);
        }
        List<Future<Double>> shares = new ArrayList<>();
        for (int i = 0; i < workers.size(); i++) {
            int worker = i;
            shares.add(threads.submit(() -> share(worker, source, place, size, scale)));
        }
        double loss = 0;
        for (double share : Threads.results(shares)) {
            loss += share;
        }
        return loss;
    }

    /** An equal share of the windows for each worker, those that lie together. */
    private double share(int worker, Source source, long place, int size, double scale) {
        int start = size * worker / workers.size();
        int end = size * (worker + 1) / workers.size();
        if (start == end) {
            return 0;
        }
        try (NDManager scratch = manager.newSubManager()) {
            Batch batch = source.read(scratch, place + start, end - start);
            return workers.get(worker).add(batch.inputs(), batch.targets(), scale, windowsAtOnce);
        }
    }

    /**
     * Returns the gradients of each worker, to be added up.
     *
     * @return for each worker one array for each parameter, in their order
     */
    @Override
    public List<FlatArrays> buffers() {
        return workers.stream().map(LanguageModelGradients::buffer).toList();
    }

    /** Ends the threads and frees the gradients. */
    @Override
    public void close() {
        if (threads != null) {
            threads.shutdown();
        }
        manager.close();
    }
}
