package io.github.sasblock.examples.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.examples.train.AdamW;
import io.github.sasblock.examples.train.InPlace;
import io.github.sasblock.kernel.FlatArrays;
import io.github.sasblock.kernel.Kernels;
import java.util.List;

/** The optimizer's step over the parameters of a model. */
final class OptimizerGroup implements BenchmarkGroup {

    private static final String NAME = "optimizer";
    private static final float RATE = 1e-4f;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "a step of AdamW with clipping: plain, fused, and DJL's Adam, which does not clip";
    }

    @Override
    public void prepare(Workbench bench, BenchmarkSettings settings) {
        for (String preset : settings.presets()) {
            for (String attention : settings.attentions()) {
                prepare(bench, settings.run(preset, attention), preset + " " + attention);
            }
        }
    }

    private static void prepare(Workbench bench, RunConfig run, String subject) {
        List<NDArray> weights = new TrainedModel(bench.manager(), run).parameters();
        List<Shape> shapes = weights.stream().map(NDArray::getShape).toList();
        FlatArrays flat = FlatArrays.zerosLike(bench.manager(), weights);
        List<NDArray> gradients = flat.arrays();
        List<NDArray> values = arrays(bench, shapes);
        Runnable fill = () -> copy(values, gradients);
        for (Kernels.Mode mode : Kernels.Mode.values()) {
            AdamW adamW = new AdamW(bench.manager(), arrays(bench, shapes), run.training().adam());
            String form = mode == Kernels.Mode.PLAIN ? Label.PLAIN : "fused";
            bench.add(
                    Case.timed(
                                    new Label(NAME, subject, "AdamW", "step", form),
                                    mode,
                                    () -> {
                                        adamW.update(List.of(flat), RATE, run.training().clip(), 1);
                                        bench.await();
                                    })
                            .preparedBy(fill));
        }
        Optimizer adam = Optimizer.adam().optLearningRateTracker(Tracker.fixed(RATE)).build();
        List<NDArray> trained = arrays(bench, shapes);
        Runnable step =
                () -> {
                    for (int i = 0; i < trained.size(); i++) {
                        adam.update("parameter" + i, trained.get(i), gradients.get(i));
                    }
                    bench.await();
                };
        Label label = new Label(NAME, subject, "AdamW", "step", "DJL Adam");
        bench.add(Case.timed(label, Kernels.Mode.FUSED, step).preparedBy(fill));
    }

    private static List<NDArray> arrays(Workbench bench, List<Shape> shapes) {
        return shapes.stream().map(shape -> bench.normal(shape.getShape())).toList();
    }

    private static void copy(List<NDArray> from, List<NDArray> to) {
        for (int i = 0; i < from.size(); i++) {
            InPlace.copy(to.get(i), from.get(i));
        }
    }
}
