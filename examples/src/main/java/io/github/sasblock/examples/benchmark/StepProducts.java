package io.github.sasblock.examples.benchmark;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.examples.train.Threads;
import io.github.sasblock.examples.train.WorkingSet;
import io.github.sasblock.kernel.KernelFunction;
import io.github.sasblock.kernel.Script;
import io.github.sasblock.sas.SasShape;
import io.github.sasblock.sas.SasShape.Aggregation;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import io.github.sasblock.transformer.AttentionConfig;
import io.github.sasblock.transformer.LanguageModelConfig;
import io.github.sasblock.transformer.MultiHeadConfig;
import io.github.sasblock.transformer.SasConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;

/**
 * The matrix products of a training step alone, with the sizes and the threads that they have in
 * the step, but that expanded features are in one piece: what would be left of it without all else.
 */
final class StepProducts implements AutoCloseable {

    /** The longest windows whose attention is in blocks of {@link #BLOCK} queries. */
    static final int LONGEST = 512;

    private static final int BLOCK = 64;
    private static final int LOGITS_AT_ONCE = 4 << 20;

    private static final String PRODUCTS =
            """
                x, y = a[$x], a[$y]
                z = torch.empty($result)
                for i in range($times):
                    $call, out=z)
                used += z.view(-1)[:1]
            """;

    private final Workbench bench;
    private final List<Product> products = new ArrayList<>();
    private final LanguageModelConfig config;
    private final long length;
    private final long windows; // that a thread takes at once
    private final long passes; // how often it does in a step
    private final Script script;
    private final List<NDList> shares = new ArrayList<>();
    private final ExecutorService threads;

    /**
     * Products of a pass.
     *
     * @param call the product of the operands {@code x} and {@code y}, without its last bracket
     * @param x the shape of the first
     * @param y the shape of the second
     * @param result the shape of the product
     * @param multiplyAdds of one product
     * @param times how many there are
     */
    private record Product(
            String call, Shape x, Shape y, Shape result, double multiplyAdds, long times) {}

    /**
     * Prepares the products.
     *
     * @param bench keeps the operands
     * @param model MHA, GQA, MQA or SAS, and T of at most {@link #LONGEST}
     * @param workers how many threads share its windows
     */
    StepProducts(Workbench bench, TrainedModel model, int workers) {
        this.bench = bench;
        config = model.model().config();
        length = model.length();
        int count = Math.min(workers, model.windowsOfStep());
        int share = model.windowsOfStep() / count;
        windows = windowsAtOnce(model, share, Math.max(1, model.windowsAtOnce() / count));
        passes = share / windows;
        addAll();
        script = compile();
        for (int i = 0; i < count; i++) {
            NDList operands = new NDList();
            for (Product product : products) {
                operands.add(bench.normal(product.x().getShape()));
                operands.add(bench.normal(product.y().getShape()));
            }
            shares.add(operands);
        }
        threads = Threads.alone(count, "products");
    }

    /** As many as a training step takes, or fewer where these would not divide a thread's share. */
    private static int windowsAtOnce(TrainedModel model, int share, int most) {
        int windows =
                WorkingSet.windows(
                        model.model().counts().attentionLayer(),
                        model.length(),
                        Math.min(share, most));
        while (share % windows != 0) {
            windows--;
        }
        return windows;
    }

    /** Returns whether the products of an attention are known here. */
    static boolean knows(AttentionConfig attention) {
        return attention instanceof MultiHeadConfig || attention instanceof SasConfig;
    }

    private void addAll() {
        long tokens = windows * length;
        long size = config.embeddingSize();
        long layers = config.layerCount();
        if (config.attention() instanceof SasConfig sas) {
            addSimulated(sas.shape(), tokens, size, layers);
        } else {
            addMultiHead((MultiHeadConfig) config.attention(), tokens, size, layers);
        }
        addLinear(tokens, size, config.hiddenSize(), 2 * layers);
        addLinear(tokens, config.hiddenSize(), size, layers);
        long chunk = Math.min(tokens, Math.max(256, LOGITS_AT_ONCE / config.vocabularySize()));
        addLinear(chunk, size, config.vocabularySize(), tokens / chunk);
    }

    private void addMultiHead(MultiHeadConfig heads, long tokens, long size, long layers) {
        long queries = (long) heads.headCount() * heads.headSize();
        long keys = (long) heads.keyValueHeadCount() * heads.headSize();
        addLinear(tokens, size, queries, layers);
        addLinear(tokens, size, keys, 2 * layers);
        addLinear(tokens, queries, size, layers);
        long group = heads.headCount() / heads.keyValueHeadCount();
        long each = heads.keyValueHeadCount() * windows;
        addAttention(each, each, group, heads.headSize(), heads.headSize(), false, layers);
    }

    private void addSimulated(SasShape shape, long tokens, long size, long layers) {
        long heads = shape.headCount();
        long headSize = shape.headSize();
        long simulated = shape.simulatedHeadCount();
        boolean concatenates = shape.aggregation() == Aggregation.CONCATENATION;
        addLinear(tokens, size, heads * headSize, 3 * layers);
        addLinear(tokens, (concatenates ? simulated : heads) * headSize, size, layers);
        boolean expands = shape.headExpansion() != HeadExpansionKind.NONE;
        if (expands) {
            long parts = (shape.expandValues() ? 3 : 2) * layers;
            addConvolution(tokens, heads, simulated, shape, parts);
            addConvolution(tokens, simulated, simulated, shape, parts);
        }
        if (shape.expandFeatures()) {
            long columns = simulated * tokens;
            addLinear(columns, headSize, shape.simulatedHeadSize(), 2 * layers);
            addLinear(columns, shape.simulatedHeadSize(), shape.simulatedHeadSize(), 2 * layers);
        }
        long valueHeads = expands && !shape.expandValues() ? heads : simulated;
        addAttention(
                simulated * windows,
                valueHeads * windows,
                1,
                shape.simulatedHeadSize(),
                headSize,
                shape.expandFeatures(),
                layers);
    }

    /** x [N, in] → [N, out], the gradient of x, and that of the weights. */
    private void addLinear(long rows, long in, long out, long times) {
        addProduct(rows, in, out, times);
        addProduct(rows, out, in, times);
        Shape gradient = new Shape(rows, out);
        Shape x = new Shape(rows, in);
        double multiplyAdds = (double) rows * in * out;
        add("torch.mm(x.t(), y", gradient, x, new Shape(out, in), multiplyAdds, times);
    }

    private void addProduct(long rows, long inner, long columns, long times) {
        add(
                "torch.mm(x, y",
                new Shape(rows, inner),
                new Shape(inner, columns),
                new Shape(rows, columns),
                (double) rows * inner * columns,
                times);
    }

    private void addBatch(long count, long rows, long inner, long columns, long times) {
        add(
                "torch.bmm(x, y",
                new Shape(count, rows, inner),
                new Shape(count, inner, columns),
                new Shape(count, rows, columns),
                (double) count * rows * inner * columns,
                times);
    }

    /** Heads in → out, convolved over the features; their gradient; and that of the taps. */
    private void addConvolution(long tokens, long in, long out, SasShape shape, long times) {
        long kernel = shape.kernelSize();
        long size = shape.headSize();
        Shape taps = new Shape(1, out, kernel * in);
        Shape back = new Shape(1, in, kernel * out);
        Shape input = new Shape(size + kernel - 1, in, tokens);
        Shape padded = new Shape(size + kernel - 1, out, tokens);
        Shape output = new Shape(size, out, tokens);
        double multiplyAdds = (double) size * out * kernel * in * tokens;
        String window = "__torch__.window(%s, " + kernel + ")";
        String convolve = "torch.bmm(x.expand(%d, x.size(1), x.size(2)), %s";
        String forward = convolve.formatted(size, window.formatted("y"));
        String ofTaps = "torch.bmm(%s, y.transpose(1, 2)".formatted(window.formatted("x"));
        Shape products = new Shape(size, kernel * in, out);
        add(forward, taps, input, output, multiplyAdds, times);
        add(forward, back, padded, new Shape(size, in, tokens), multiplyAdds, times);
        add(ofTaps, input, output, products, multiplyAdds, times);
    }

    private void add(String call, Shape x, Shape y, Shape result, double multiplyAdds, long times) {
        products.add(new Product(call, x, y, result, multiplyAdds, times));
    }

    /**
     * Scores and weighted sums in blocks of queries, and the gradients of both factors of both;
     * those of queries and keys with features last or first.
     */
    private void addAttention(
            long heads,
            long valueHeads,
            long group,
            long scoreSize,
            long valueSize,
            boolean featuresLast,
            long times) {
        for (long first = 0; first < length; first += BLOCK) {
            long end = Math.min(length, first + BLOCK);
            long queries = group * (end - first);
            addBatch(heads, queries, scoreSize, end, times);
            if (featuresLast) {
                addBatch(heads, queries, end, scoreSize, times);
                addBatch(heads, end, queries, scoreSize, times);
            } else {
                addBatch(heads, scoreSize, end, queries, times);
                addBatch(heads, scoreSize, queries, end, times);
            }
            addBatch(valueHeads, queries, end, valueSize, times);
            addBatch(valueHeads, queries, valueSize, end, times);
            addBatch(valueHeads, valueSize, queries, end, times);
        }
    }

    private Script compile() {
        StringBuilder code =
                new StringBuilder(
                        "def products_of_step(a: List[Tensor]) -> Tensor:\n"
                                + "    torch.set_grad_enabled(False)\n"
                                + "    used = torch.zeros([1])\n");
        for (int i = 0; i < products.size(); i++) {
            Product product = products.get(i);
            code.append(
                    PRODUCTS.replace("$x", Integer.toString(2 * i))
                            .replace("$y", Integer.toString(2 * i + 1))
                            .replace("$result", Arrays.toString(product.result().getShape()))
                            .replace("$times", Long.toString(passes * product.times()))
                            .replace("$call", product.call()));
        }
        code.append("    return used\n"); // what is not used, is not computed
        KernelFunction function =
                KernelFunction.of(
                        "__torch__.products_of_step(a)",
                        code.toString(),
                        List.of("layers", "attention"));
        return BenchmarkGroup.compile(bench, function.withoutAutograd(), 2 * products.size());
    }

    /** Returns the operations of all threads, a multiplication and an addition counted as two. */
    double operations() {
        return products.stream()
                .mapToDouble(
                        product ->
                                2.0
                                        * product.multiplyAdds()
                                        * product.times()
                                        * passes
                                        * shares.size())
                .sum();
    }

    /** Makes the products of a step. */
    void run() {
        Workbench.inThreads(threads, shares, this::run);
    }

    private void run(NDList share) {
        try (NDManager scratch = bench.manager().newSubManager()) {
            NDList inputs = new NDList(share);
            inputs.set(0, Workbench.lend(share.head(), scratch));
            script.run(inputs);
        }
    }

    /** Ends the threads. */
    @Override
    public void close() {
        threads.shutdown();
    }
}
