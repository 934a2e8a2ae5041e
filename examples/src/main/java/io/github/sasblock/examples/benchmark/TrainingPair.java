package io.github.sasblock.examples.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.sasblock.attention.Attention;
import io.github.sasblock.examples.train.Threads;
import io.github.sasblock.examples.train.WorkingSet;
import io.github.sasblock.kernel.AttentionKernel;
import io.github.sasblock.kernel.KernelFunction;
import io.github.sasblock.kernel.Precision;
import io.github.sasblock.kernel.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;

/**
 * An attention as training runs it: the forward and backward pass written by hand, on a batch that
 * one or several workers share.
 */
final class TrainingPair implements AutoCloseable {

    private static final String PASSES =
            """
def attention_passes(x: Tensor, gy: Tensor, w: List[Tensor], g: List[Tensor], backward: bool) -> List[Tensor]:
    torch.set_grad_enabled(False)
    tables = __torch__.attention_tables_for_model(x.size(1), $type, x)
    y, saved = __torch__.attention_forward_for_model(x, w, tables, $type)
    if backward:
        gx = __torch__.attention_backward_for_model(gy.to(y.dtype), saved, w, g, tables, $type)
    else:
        gx = y
    return [y.to(x.dtype), gx.to(x.dtype)]
""";

    private final Workbench bench;
    private final Script forward;
    private final Script both;
    private final List<List<Share>> shares = new ArrayList<>(); // of each worker
    private final ExecutorService threads; // null where the caller's thread does the work

    /** What a worker works on: x and the gradient of y [b, T, E], weights, their gradients. */
    private record Share(NDList inputs) {}

    /**
     * Prepares the passes.
     *
     * @param bench keeps the gradients
     * @param attention an initialised block
     * @param x [B, T, E]
     * @param gy the gradient of the result [B, T, E]
     * @param precision of the products
     * @param workers how many threads share the batch, each alone; 0 for one that has all of the
     *     engine's
     */
    TrainingPair(
            Workbench bench,
            Attention attention,
            NDArray x,
            NDArray gy,
            Precision precision,
            int workers) {
        this.bench = bench;
        List<NDArray> weights = weights(bench, attention);
        AttentionKernel kernel = attention.kernel().orElseThrow();
        forward = compile(bench, kernel, precision, weights.size(), "False");
        both = compile(bench, kernel, precision, weights.size(), "True");
        long batch = x.getShape().get(0);
        int count = (int) Math.min(Math.max(1, workers), batch);
        for (int i = 0; i < count; i++) {
            NDList gradients = new NDList();
            weights.forEach(weight -> gradients.add(bench.manager().zeros(weight.getShape())));
            long end = batch * (i + 1) / count;
            int atOnce = workers == 0 ? (int) batch : windowsAtOnce(attention, x, batch / count);
            List<Share> ofWorker = new ArrayList<>();
            for (long row = batch * i / count; row < end; row += atOnce) {
                String rows = row + ":" + Math.min(end, row + atOnce);
                NDList inputs = new NDList(x.get(rows), gy.get(rows));
                inputs.addAll(weights);
                inputs.addAll(gradients);
                ofWorker.add(new Share(inputs));
            }
            shares.add(ofWorker);
        }
        threads = workers == 0 ? null : Threads.alone(count, "attention");
    }

    private static int windowsAtOnce(Attention attention, NDArray x, long most) {
        return WorkingSet.windows(attention.counts(), x.getShape().get(1), (int) most);
    }

    private static List<NDArray> weights(Workbench bench, Attention attention) {
        List<NDArray> weights = new ArrayList<>();
        for (Parameter parameter : attention.getParameters().values()) {
            NDArray weight = parameter.getArray().stopGradient();
            weight.attach(bench.manager());
            weights.add(weight);
        }
        return weights;
    }

    private static Script compile(
            Workbench bench,
            AttentionKernel kernel,
            Precision precision,
            int weights,
            String backward) {
        int firstGradient = 2 + weights;
        KernelFunction function =
                new KernelFunction(
                        kernel.sources(),
                        kernel.trainingBindings(0)
                                + PASSES.replace("$type", precision == Precision.FP32 ? "6" : "15"),
                        "__torch__.attention_passes(a[0], a[1], a[2:%d], a[%d:], %s)"
                                .formatted(firstGradient, firstGradient, backward),
                        "List[Tensor]");
        return BenchmarkGroup.compile(bench, function, 2 + 2 * weights);
    }

    /** Runs the forward pass, and the backward pass where wanted. */
    void run(boolean backward) {
        Script script = backward ? both : forward;
        if (threads == null) {
            run(script, shares.get(0));
        } else {
            List<CompletableFuture<Void>> running = new ArrayList<>();
            for (List<Share> ofWorker : shares) {
                running.add(CompletableFuture.runAsync(() -> run(script, ofWorker), threads));
            }
            running.forEach(CompletableFuture::join);
        }
        bench.await();
    }

    private void run(Script script, List<Share> ofWorker) {
        ofWorker.forEach(share -> run(script, share).close());
    }

    /**
     * Runs both passes over the first share; y and the gradient of x, under a manager of theirs.
     */
    NDList results() {
        NDList results = run(both, shares.get(0).get(0));
        results.detach();
        return results;
    }

    /** The gradients of the weights that the first worker has added up. */
    List<NDArray> gradients() {
        NDList inputs = shares.get(0).get(0).inputs();
        return inputs.subList(2 + (inputs.size() - 2) / 2, inputs.size());
    }

    private NDList run(Script script, Share share) {
        try (NDManager scratch = bench.manager().newSubManager()) {
            NDList inputs = new NDList(share.inputs());
            inputs.set(0, Workbench.lend(share.inputs().head(), scratch));
            NDList results = script.run(inputs);
            results.detach();
            return results;
        }
    }

    /** Ends the threads. */
    @Override
    public void close() {
        if (threads != null) {
            threads.shutdown();
        }
    }
}
