package io.github.sasblock.examples.benchmark;

import io.github.sasblock.examples.train.Computation;
import io.github.sasblock.examples.train.GradientWorkers;
import io.github.sasblock.kernel.Kernels;
import io.github.sasblock.kernel.Precision;
import java.util.LinkedHashMap;
import java.util.Map;

/** Whole steps of training: loss, gradients, clipping and AdamW. */
final class TrainingGroup implements BenchmarkGroup {

    static final String NAME = "training";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "whole training steps of the presets: plain, fused, bf16, recomputed";
    }

    /** The ways to compute a step, by the name of their form. */
    static Map<String, Computation> forms(int threads) {
        Map<String, Computation> forms = new LinkedHashMap<>();
        Kernels.Mode fused = Kernels.Mode.FUSED;
        forms.put(Label.PLAIN, new Computation(Kernels.Mode.PLAIN, Precision.FP32, false, threads));
        forms.put("fused", new Computation(fused, Precision.FP32, false, threads));
        forms.put("fused recompute", new Computation(fused, Precision.FP32, true, threads));
        forms.put("fused bf16", new Computation(fused, Precision.BF16, false, threads));
        return forms;
    }

    @Override
    public void prepare(Workbench bench, BenchmarkSettings settings) {
        for (String preset : settings.presets()) {
            for (String attention : settings.attentions()) {
                prepare(bench, settings, preset, attention);
            }
        }
    }

    private static void prepare(
            Workbench bench, BenchmarkSettings settings, String preset, String attention) {
        TrainedModel model = new TrainedModel(bench.manager(), settings.run(preset, attention));
        forms(settings.threads())
                .forEach(
                        (form, computation) -> {
                            GradientWorkers gradients = model.gradients(computation);
                            bench.closeLater(gradients::close);
                            Runnable step =
                                    () -> {
                                        model.step(gradients);
                                        bench.await();
                                    };
                            Label label =
                                    new Label(
                                            NAME, preset + " " + attention, "model", "step", form);
                            bench.add(
                                    Case.timed(label, computation.kernels(), step)
                                            .counting(model.operationsOfStep())
                                            .over(model.tokensOfStep()));
                        });
        boolean isKnown = StepProducts.knows(model.model().config().attention());
        if (isKnown && model.length() <= StepProducts.LONGEST && !bench.isGpu()) {
            addProducts(bench, settings, model, preset + " " + attention);
        }
    }

    /** What the products of a step take by themselves, in float32. */
    private static void addProducts(
            Workbench bench, BenchmarkSettings settings, TrainedModel model, String subject) {
        StepProducts products = new StepProducts(bench, model, settings.threads());
        bench.closeLater(products::close);
        bench.add(
                Case.timed(
                                new Label(NAME, subject, "model", "step", "products alone"),
                                Kernels.Mode.FUSED,
                                products::run)
                        .counting(products.operations())
                        .over(model.tokensOfStep()));
    }
}
