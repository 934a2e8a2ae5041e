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
import java.util.concurrent.ExecutorService;

/**
 * An attention as training runs it: the forward and backward pass written by hand, on a batch that
 * one or several workers share.
 */
final class TrainingPair implements AutoCloseable {

    private static final String PASSES =
            """
def attention_passes(x: Tensor, gy: Tensor, w: List[Tensor], g: List[Tensor], windows: int, \
backward: bool) -> List[Tensor]:
    torch.set_grad_enabled(False)
    p = __torch__.attention_prepare_for_model(w, $type)
    b = __torch__.attention_buffers_for_model(g, p)
    tables = __torch__.attention_tables_for_model(x.size(1), $type, x)
    nothing = torch.empty([0])
    y, gx = torch.empty_like(x), torch.empty_like(x)
    for i in range(0, x.size(0), windows):
        xi = x[i:i + windows]
        B, size = xi.size(0), xi.size(2)
        yi, saved = __torch__.attention_forward_for_model(
            xi.reshape(-1, size), B, nothing, p, tables, $type)
        y[i:i + windows] = yi.view(xi.shape)
        if backward:
            gi = gy[i:i + windows].reshape(-1, size).to(yi.dtype)
            gxi = __torch__.attention_backward_for_model(gi, B, saved, p, b, tables, $type)
            gx[i:i + windows] = gxi.view(xi.shape)
    if backward:
        __torch__.attention_collect_for_model(b, g)
    return [y, gx]
""";

    private final Workbench bench;
    private final Script forward;
    private final Script both;

    /** Of each worker x and the gradient of y [b, T, E], weights, their gradients. */
    private final List<NDList> shares = new ArrayList<>();

    private final ExecutorService threads; // null where the caller's thread does the work

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
        boolean autograd = kernel.needsAutograd(bench.isGpu(), x.getShape().get(1));
        long batch = x.getShape().get(0);
        int count = (int) Math.min(Math.max(1, workers), batch);
        long windows =
                workers == 0 ? batch : windowsAtOnce(attention, x, Math.max(1, batch / count));
        forward = compile(bench, kernel, precision, weights.size(), windows, autograd, "False");
        both = compile(bench, kernel, precision, weights.size(), windows, autograd, "True");
        for (int i = 0; i < count; i++) {
            NDList gradients = new NDList();
            weights.forEach(weight -> gradients.add(bench.manager().zeros(weight.getShape())));
            String rows = batch * i / count + ":" + batch * (i + 1) / count;
            NDList inputs = new NDList(x.get(rows), gy.get(rows));
            inputs.addAll(weights);
            inputs.addAll(gradients);
            shares.add(inputs);
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
            long windows,
            boolean autograd,
            String backward) {
        int firstGradient = 2 + weights;
        KernelFunction function =
                new KernelFunction(
                        kernel.sources(),
                        kernel.trainingBindings(0)
                                + PASSES.replace("$type", precision == Precision.FP32 ? "6" : "15"),
                        "__torch__.attention_passes(a[0], a[1], a[2:%d], a[%d:], %d, %s)"
                                .formatted(firstGradient, firstGradient, windows, backward),
                        "List[Tensor]",
                        autograd);
        return BenchmarkGroup.compile(bench, function, 2 + 2 * weights);
    }

    /** Runs the forward pass, and the backward pass where wanted. */
    void run(boolean backward) {
        Script script = backward ? both : forward;
        if (threads == null) {
            run(script, shares.get(0)).close();
        } else {
            Workbench.inThreads(threads, shares, share -> run(script, share).close());
        }
        bench.await();
    }

    /**
     * Runs both passes over the first share; y and the gradient of x, under a manager of theirs.
     */
    NDList results() {
        NDList results = run(both, shares.get(0));
        results.detach();
        return results;
    }

    /** The gradients of the weights that the first worker has added up. */
    List<NDArray> gradients() {
        NDList inputs = shares.get(0);
        return inputs.subList(2 + (inputs.size() - 2) / 2, inputs.size());
    }

    private NDList run(Script script, NDList share) {
        try (NDManager scratch = bench.manager().newSubManager()) {
            NDList inputs = new NDList(share);
            inputs.set(0, Workbench.lend(share.head(), scratch));
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
