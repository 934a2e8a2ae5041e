package io.github.sasblock.examples.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import io.github.sasblock.attention.Attention;
import io.github.sasblock.attention.QkvProjection;
import io.github.sasblock.attention.RotaryEmbedding;
import io.github.sasblock.attention.ScaledDotProduct;
import io.github.sasblock.kernel.KernelFunction;
import io.github.sasblock.sas.ConvolutionalHeadExpansion;
import io.github.sasblock.sas.FeatureExpansion;
import io.github.sasblock.sas.ParameterEfficientAggregation;
import java.util.List;
import java.util.stream.Stream;

/**
 * The parts of an attention: the plain block, the fused function that autograd follows, and, where
 * there is one, the pair that training calls, which has tokens last, and expanded features after
 * them.
 */
final class AttentionParts {

    private static final String HEADS =
            """
def forward_pass(a: List[Tensor]) -> List[Tensor]:
    torch.set_grad_enabled(False)
    w = __torch__.head_taps(a[2:6], a[1].size(0))
    y, active = __torch__.expand_heads_forward(a[0], w, $kernel, False)
    return [y, active]
def both_passes(a: List[Tensor]) -> List[Tensor]:
    torch.set_grad_enabled(False)
    D, H, N = a[1].shape
    w = __torch__.head_taps(a[2:6], D)
    g = [torch.zeros_like(__torch__.taps(a[2])), torch.zeros_like(a[3]),
         torch.zeros_like(__torch__.taps(a[4])), torch.zeros_like(a[5])]
    y, active = __torch__.expand_heads_forward(a[0], w, $kernel, False)
    gp = __torch__.padded(D, H, N, $kernel, y)
    __torch__.inner(gp, $kernel).copy_(a[1])
    gx = __torch__.expand_heads_backward(gp, a[0], active, w, g, $kernel)
    return [y, gx]
""";

    private static final String FEATURES =
            """
            def forward_pass(a: List[Tensor]) -> List[Tensor]:
                torch.set_grad_enabled(False)
                w = __torch__.feature_weights(a[2:6], False, 6)
                y, active = __torch__.expand_features_forward(a[0], w, a[:0])
                return [y, active]
            def both_passes(a: List[Tensor]) -> List[Tensor]:
                torch.set_grad_enabled(False)
                w = __torch__.feature_weights(a[2:6], False, 6)
                y, active = __torch__.expand_features_forward(a[0], w, a[:0])
                gx = torch.empty_like(a[0][1:])
                __torch__.expand_features_backward(a[1], a[0], active, w, a[6:10], a[:0], gx)
                return [y, gx]
            """;

    private static final String ROTARY =
            """
def forward_pass(a: List[Tensor]) -> List[Tensor]:
    torch.set_grad_enabled(False)
    tables = __torch__.attention_tables($length, a[0].size(0), $base, 1., False, 6, a[0])
    return [__torch__.turned(a[0], tables, 1.)]
def both_passes(a: List[Tensor]) -> List[Tensor]:
    torch.set_grad_enabled(False)
    tables = __torch__.attention_tables($length, a[0].size(0), $base, 1., False, 6, a[0])
    y = __torch__.turned(a[0], tables, 1.)
    return [y, __torch__.turned(a[1], tables, -1.)]
""";

    private static final String ROTARY_IN_PAIRS =
            """
            def forward_pass(a: List[Tensor]) -> List[Tensor]:
                torch.set_grad_enabled(False)
                e = __torch__.attention_tables($length, a[0].size(2), $base, 1., True, 6, a[0])
                return [__torch__.turned_pairs(a[0], e[0])]
            def both_passes(a: List[Tensor]) -> List[Tensor]:
                torch.set_grad_enabled(False)
                e = __torch__.attention_tables($length, a[0].size(2), $base, 1., True, 6, a[0])
                return [__torch__.turned_pairs(a[0], e[0]), __torch__.turned_pairs(a[1], e[1])]
            """;

    private static final String SCALED_DOT_PRODUCT =
            """
def forward_pass(a: List[Tensor]) -> List[Tensor]:
    torch.set_grad_enabled(False)
    q, k = a[0].permute([$order]), a[1].permute([$order])
    o, p = __torch__.causal_forward(q, k, a[2], torch.empty([0]), 1, $batch, $slots)
    return [o]
def both_passes(a: List[Tensor]) -> List[Tensor]:
    torch.set_grad_enabled(False)
    q, k = a[0].permute([$order]), a[1].permute([$order])
    o, p = __torch__.causal_forward(q, k, a[2], torch.empty([0]), 1, $batch, $slots)
    gq, gk, gv = __torch__.causal_backward(a[3], q, k, a[2], p, 1, $batch, $last)
    return [o, gq, gk, gv]
""";

    private static final String TRAINING = "training";

    private final Workbench bench;
    private final AttentionSizes sizes;
    private final Label whole;
    private final Attention attention;

    AttentionParts(Workbench bench, AttentionSizes sizes, Label whole, Attention attention) {
        this.bench = bench;
        this.sizes = sizes;
        this.whole = whole;
        this.attention = attention;
    }

    void addSimulated(NDArray x) {
        addProjections(x);
        addHeadExpansion();
        addFeatureExpansion();
        addRotary(sizes.simulatedHeads(), sizes.simulatedHeadSize(), true);
        addScaledDotProduct(sizes.simulatedHeads(), sizes.simulatedHeadSize(), true);
        ParameterEfficientAggregation block = part(ParameterEfficientAggregation.class);
        NDArray o = heads(sizes.simulatedHeads(), sizes.headSize());
        cases("aggregation", 2.0 * sizes.tokens() * block.multiplyAdds(), o)
                .plain(block)
                .fused(
                        function(
                                "__torch__.project(a[0].reshape(%d, %d, -1, %d).mean([2]), a[1:])"
                                        .formatted(
                                                sizes.batch(),
                                                sizes.length(),
                                                sizes.heads() * sizes.headSize())),
                        block.getParameters().values());
    }

    void addMultiHead(NDArray x) {
        addProjections(x);
        addRotary(sizes.heads(), sizes.headSize(), false);
        addScaledDotProduct(sizes.heads(), sizes.headSize(), false);
        Linear output = (Linear) attention.getChildren().valueAt(1);
        int slots = sizes.heads() * sizes.headSize();
        NDArray o = bench.normal(sizes.batch(), sizes.length(), slots);
        cases("output projection", 2.0 * sizes.tokens() * slots * sizes.embedding(), o)
                .plain(output)
                .fused(function("__torch__.project(a[0], a[1:])"), output.getParameters().values());
    }

    private void addProjections(NDArray x) {
        QkvProjection block = part(QkvProjection.class);
        List<Parameter> weights = block.getParameters().values();
        KernelFunction function =
                new KernelFunction(
                        List.of("layers", "attention"),
                        "",
                        "[__torch__.project(a[0], a[3:4]), __torch__.project(a[1], a[4:5]),"
                                + " __torch__.project(a[2], a[5:6])]",
                        "List[Tensor]");
        cases("three projections", 2.0 * sizes.tokens() * block.multiplyAdds(), x, x, x)
                .plain(block)
                .fused(function, weights);
    }

    private void addHeadExpansion() {
        String name = "one head expansion";
        ConvolutionalHeadExpansion block = part(ConvolutionalHeadExpansion.class);
        double operations =
                2.0 * sizes.tokens() * sizes.headSize() * block.multiplyAddsPerFeature();
        cases(name, operations, heads(sizes.heads(), sizes.headSize()))
                .plain(block)
                .fused(
                        function("__torch__.expand_heads(a[0], a[1:])"),
                        block.getParameters().values());
        int padding = sizes.kernel() / 2;
        NDArray padded =
                bench.normal(sizes.headSize() + 2L * padding, sizes.heads(), sizes.tokens());
        NDArray gy = bench.normal(sizes.headSize(), sizes.simulatedHeads(), sizes.tokens());
        addPair(
                name,
                operations,
                HEADS.replace("$kernel", Integer.toString(sizes.kernel())),
                block,
                padded,
                gy);
    }

    private void addFeatureExpansion() {
        String name = "one feature expansion";
        FeatureExpansion block = part(FeatureExpansion.class);
        long rows = sizes.tokens() * sizes.simulatedHeads();
        double operations = 2.0 * rows * block.multiplyAddsPerHead();
        cases(name, operations, heads(sizes.simulatedHeads(), sizes.headSize()))
                .plain(block)
                .fused(
                        function("__torch__.expand_features(a[0], a[1:])"),
                        block.getParameters().values());
        long all = rows / sizes.length();
        NDArray x = bench.normal(sizes.headSize() + 1L, all, sizes.length()); // with ones
        NDArray gy = bench.normal(all, sizes.length(), sizes.simulatedHeadSize());
        addPair(name, operations, FEATURES, block, x, gy);
    }

    private void addRotary(int heads, int size, boolean inPairs) {
        String name = "one rotary embedding";
        RotaryEmbedding rotary = new RotaryEmbedding(size, RotaryEmbedding.DEFAULT_BASE);
        cases(name, 0, heads(heads, size))
                .plain(x -> new NDList(rotary.rotate(x.head(), 0)))
                .fused(
                        function("__torch__.rotate_heads(a[0], %s)".formatted(rotary.base())),
                        List.of());
        long all = (long) heads * sizes.batch();
        NDArray x =
                inPairs
                        ? bench.normal(all, sizes.length(), size)
                        : bench.normal(size, all, sizes.length());
        String passes =
                withSizes(inPairs ? ROTARY_IN_PAIRS : ROTARY)
                        .replace("$base", Double.toString(rotary.base()));
        pair(name, 0).add(passes, new NDList(x, bench.normal(x.getShape().getShape())));
    }

    /** The pair takes queries and keys as they are after their expansion, or without one. */
    private void addScaledDotProduct(int heads, int size, boolean featuresLast) {
        String name = "scaled dot product";
        ScaledDotProduct plain = new ScaledDotProduct(true, 0);
        double keys = (sizes.length() + 1) / 2.0;
        double operations =
                2.0 * sizes.tokens() * keys * heads * (size + (double) sizes.headSize());
        cases(
                        name,
                        operations,
                        heads(heads, size),
                        heads(heads, size),
                        heads(heads, sizes.headSize()))
                .plain(x -> new NDList(plain.attend(x.get(0), x.get(1), x.get(2), null, true)))
                .fused(
                        function(
                                "__torch__.dot_product(a[0], a[1], a[2], torch.empty([0]), True,"
                                        + " 0.)"),
                        List.of());
        long rows = (long) heads * sizes.batch();
        int length = sizes.length();
        long[] order =
                featuresLast ? new long[] {rows, length, size} : new long[] {size, rows, length};
        pair(name, operations)
                .add(
                        withSizes(SCALED_DOT_PRODUCT)
                                .replace("$order", featuresLast ? "2, 0, 1" : "0, 1, 2")
                                .replace("$last", KernelFunction.literal(featuresLast))
                                .replace("$slots", Integer.toString(heads * sizes.headSize())),
                        new NDList(
                                bench.normal(order),
                                bench.normal(order),
                                bench.normal(sizes.headSize(), rows, length),
                                bench.normal(sizes.headSize(), rows, length)));
    }

    /** Adds a pair of x, the gradient of its result, four weights and their gradients. */
    private void addPair(
            String name, double operations, String passes, Block block, NDArray x, NDArray gy) {
        NDList inputs = new NDList(x, gy);
        for (Parameter parameter : block.getParameters().values()) {
            NDArray weight = parameter.getArray().stopGradient();
            weight.attach(bench.manager());
            inputs.add(weight);
        }
        for (Parameter parameter : block.getParameters().values()) {
            inputs.add(bench.manager().zeros(parameter.getArray().getShape()));
        }
        pair(name, operations).add(passes, inputs);
    }

    private PairCases pair(String name, double operations) {
        return new PairCases(bench, label(name).withForm(TRAINING), operations);
    }

    private AutogradCases cases(String name, double operations, NDArray... inputs) {
        return new AutogradCases(bench, label(name), new NDList(inputs), operations);
    }

    private Label label(String part) {
        return new Label(whole.group(), whole.subject(), part, "", "");
    }

    private String withSizes(String passes) {
        return passes.replace("$batch", Integer.toString(sizes.batch()))
                .replace("$length", Integer.toString(sizes.length()));
    }

    /** [B, T, H, D]. */
    private NDArray heads(int heads, int size) {
        return bench.normal(sizes.batch(), sizes.length(), heads, size);
    }

    private static KernelFunction function(String expression) {
        return KernelFunction.of(expression, "layers", "attention");
    }

    private <T extends Block> T part(Class<T> type) {
        return descendants(attention)
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst()
                .orElseThrow();
    }

    private static Stream<Block> descendants(Block block) {
        return block.getChildren().values().stream()
                .flatMap(child -> Stream.concat(Stream.of(child), descendants(child)));
    }
}
