package io.github.sasblock.examples.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import io.github.sasblock.attention.Attention;
import io.github.sasblock.kernel.Kernels;
import io.github.sasblock.kernel.Precision;
import java.util.List;

/** One attention: the whole in all its forms, and its parts. */
final class AttentionGroup implements BenchmarkGroup {

    static final String NAME = "attention";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "one attention, and the parts of mha and sas, forward and backward: plain, fused,"
                + " as training runs it";
    }

    @Override
    public void prepare(Workbench bench, BenchmarkSettings settings) {
        AttentionSizes sizes = settings.sizes();
        NDArray x = bench.normal(sizes.batch(), sizes.length(), sizes.embedding());
        for (String name : settings.attentions()) {
            Attention attention = sizes.config(name).build(sizes.embedding(), 0);
            attention.initialize(bench.manager(), DataType.FLOAT32, x.getShape());
            Label label = new Label(NAME, sizes.subject(name), "whole", "", "");
            addWhole(bench, settings, label, attention, x);
            AttentionParts parts = new AttentionParts(bench, sizes, label, attention);
            if (name.equals("sas")) {
                parts.addSimulated(x);
            } else if (name.equals("mha")) {
                parts.addMultiHead(x);
            }
        }
    }

    private static void addWhole(
            Workbench bench,
            BenchmarkSettings settings,
            Label label,
            Attention attention,
            NDArray x) {
        AttentionSizes sizes = settings.sizes();
        double operations =
                2 * attention.counts().multiplyAddsPerToken(sizes.length(), true) * sizes.tokens();
        new AutogradCases(bench, label, new NDList(x), operations)
                .plain(attention)
                .block("fused", Kernels.Mode.FUSED, attention);
        NDArray gy = bench.normal(x.getShape().getShape());
        for (Precision precision : List.of(Precision.FP32, Precision.BF16)) {
            String form = precision == Precision.FP32 ? "training" : "training bf16";
            TrainingPair whole = new TrainingPair(bench, attention, x, gy, precision, 0);
            add(bench, label.withForm(form), whole, operations);
            if (!bench.isGpu() && settings.threads() > 1) {
                TrainingPair shared =
                        new TrainingPair(bench, attention, x, gy, precision, settings.threads());
                String workers = ", %d workers".formatted(settings.threads());
                add(bench, label.withForm(form + workers), shared, operations);
            }
        }
    }

    private static void add(Workbench bench, Label label, TrainingPair pair, double operations) {
        bench.closeLater(pair::close);
        for (boolean backward : new boolean[] {false, true}) {
            Label own = label.withPass(backward ? AutogradCases.BOTH : AutogradCases.FORWARD);
            bench.add(
                    Case.timed(own, Kernels.Mode.FUSED, () -> pair.run(backward))
                            .counting(
                                    backward
                                            ? AutogradCases.BOTH_OPERATIONS * operations
                                            : operations));
        }
    }
}
