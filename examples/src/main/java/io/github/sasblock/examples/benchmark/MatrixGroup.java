package io.github.sasblock.examples.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.kernel.KernelFunction;
import io.github.sasblock.kernel.Kernels;
import io.github.sasblock.kernel.Precision;
import io.github.sasblock.kernel.Script;
import io.github.sasblock.transformer.LanguageModelConfig;
import java.util.List;

/** The rate of matrix products, with which everything else is compared. */
final class MatrixGroup implements BenchmarkGroup {

    static final String NAME = "matrix";

    /** The part of its labels, where it is not measured beside another group. */
    static final String PART = "product";

    private static final int SIZE = 1024;
    private static final int QUICK_SIZE = 64;

    /** Products of a run: the conversion of the factors to bfloat16 is then a small share of it. */
    private static final int PRODUCTS = 8;

    private static final String PRODUCTS_IN_SCRIPT =
            """
            def products(x: Tensor, y: Tensor) -> Tensor:
                torch.set_grad_enabled(False)
                a, b = x.to($type), y.to($type)
                c = torch.mm(a, b)
                for i in range($more):
                    torch.mm(a, b, out=c)
                return c[:1, :1].to(6)
            """;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "the rate of matrix products, of 1024 rows and of the presets' sizes";
    }

    @Override
    public void prepare(Workbench bench, BenchmarkSettings settings) {
        bench.add(yardstick(bench, settings, Precision.BF16));
        for (String preset : settings.presets()) {
            RunConfig run = settings.run(preset, "mha");
            LanguageModelConfig model = TrainedModel.config(run);
            int tokens = run.training().microBatch() * run.data().context();
            int embedding = model.embeddingSize();
            for (Precision precision : List.of(Precision.FP32, Precision.BF16)) {
                bench.add(product(bench, precision, preset, tokens, embedding, embedding));
                bench.add(product(bench, precision, preset, tokens, embedding, model.hiddenSize()));
            }
        }
    }

    /** The product that every group measures beside its own cases. */
    static Case yardstick(Workbench bench, BenchmarkSettings settings, Precision precision) {
        int size = settings.quick() ? QUICK_SIZE : SIZE;
        return product(bench, precision, "cube", size, size, size);
    }

    static boolean isYardstick(Label label, Precision precision) {
        return label.group().equals(NAME)
                && label.subject().startsWith("cube")
                && label.form().equals(form(precision));
    }

    private static String form(Precision precision) {
        return precision == Precision.FP32 ? "fp32" : "bf16";
    }

    private static Case product(
            Workbench bench, Precision precision, String of, int rows, int inner, int columns) {
        KernelFunction function =
                KernelFunction.of(
                        "__torch__.products(a[0], a[1])",
                        PRODUCTS_IN_SCRIPT
                                .replace("$type", precision == Precision.FP32 ? "6" : "15")
                                .replace("$more", Integer.toString(PRODUCTS - 1)),
                        List.of());
        Script script = BenchmarkGroup.compile(bench, function.withoutAutograd(), 2);
        NDArray a = bench.normal(rows, inner);
        NDArray b = bench.normal(inner, columns);
        Label label =
                new Label(
                        NAME,
                        "%s %d×%d×%d".formatted(of, rows, inner, columns),
                        PART,
                        PRODUCTS + " products",
                        form(precision));
        Runnable run =
                () -> {
                    try (NDManager scratch = bench.manager().newSubManager()) {
                        script.run(new NDList(Workbench.lend(a, scratch), b))
                                .singletonOrThrow()
                                .getFloat(0, 0);
                    }
                };
        return Case.timed(label, Kernels.Mode.FUSED, run)
                .counting(2.0 * PRODUCTS * rows * inner * columns);
    }
}
