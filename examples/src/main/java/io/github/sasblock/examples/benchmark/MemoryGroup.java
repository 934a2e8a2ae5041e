package io.github.sasblock.examples.benchmark;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.examples.train.Computation;
import io.github.sasblock.examples.train.MemoryEstimate;
import io.github.sasblock.kernel.Precision;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The peak of resident memory of a training step, each case in a process of its own. */
final class MemoryGroup implements BenchmarkGroup {

    static final String NAME = "memory";

    static final String PEAK = "peak above what was there before";

    /** The pass whose figure is not measured; the table shows it beside the one that is. */
    static final String PREDICTED = "predicted peak";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "the peak memory of a training step: plain, fused, recomputed; as predicted, too";
    }

    @Override
    public void prepare(Workbench bench, BenchmarkSettings settings) {
        if (!MemoryProbe.isAvailable() || bench.isGpu()) {
            bench.add(
                    new Check(
                            NAME,
                            "the system tells a process its peak of memory",
                            false,
                            "this group needs Linux and a model on the CPU"));
            return;
        }
        for (String preset : settings.presets()) {
            int layers = settings.run(preset, "mha").model().layerCount();
            for (int count : new TreeSet<>(List.of(layers, settings.deepLayers()))) {
                for (String attention : settings.attentions()) {
                    prepare(bench, settings, preset, attention, count);
                }
            }
        }
    }

    private static void prepare(
            Workbench bench,
            BenchmarkSettings settings,
            String preset,
            String attention,
            int layers) {
        Map<String, List<String>> values = settings.values(preset, attention, layers);
        String subject = "%s %s, %d layers".formatted(preset, attention, layers);
        TrainingGroup.forms(settings.threads())
                .forEach(
                        (form, computation) -> {
                            if (computation.precision() == Precision.FP32) {
                                Label label = new Label(NAME, subject, "training", PEAK, form);
                                add(bench, values, label, computation);
                            }
                        });
    }

    private static void add(
            Workbench bench,
            Map<String, List<String>> values,
            Label label,
            Computation computation) {
        List<MemoryProbe.Result> last = new ArrayList<>();
        bench.add(
                Case.bytes(
                        label,
                        () -> {
                            MemoryProbe.Result result = measure(values, label.form());
                            last.clear();
                            last.add(result);
                            return result.peak() - (double) result.baseline();
                        }));
        bench.add(Case.bytes(label.withPass(PREDICTED), () -> predicted(values, computation)));
        bench.add(Case.bytes(label.withPass("before"), () -> last.get(0).baseline()));
    }

    private static double predicted(Map<String, List<String>> values, Computation computation) {
        RunConfig run = RunConfig.read(values, null);
        return MemoryEstimate.of(
                        TrainedModel.config(run),
                        run.data().context(),
                        run.training().microBatch(),
                        computation)
                .peak();
    }

    private static MemoryProbe.Result measure(Map<String, List<String>> values, String form) {
        try {
            Path file = Files.createTempFile("memory", ".json");
            try {
                int code =
                        new ProcessBuilder(command(file, values, form))
                                .inheritIO()
                                .start()
                                .waitFor();
                if (code != 0) {
                    throw new IllegalStateException(
                            "the process that measures memory ended with exit code " + code);
                }
                return new JsonMapper().readValue(file.toFile(), MemoryProbe.Result.class);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot measure memory in another process", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while another process measured", e);
        }
    }

    /** The heap is small and resident from the start, so that its growth is not counted. */
    private static List<String> command(Path file, Map<String, List<String>> values, String form) {
        String java = String.join(File.separator, System.getProperty("java.home"), "bin", "java");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                java,
                                "-Xms64m",
                                "-Xmx64m",
                                "-XX:+AlwaysPreTouch",
                                "-XX:+UseSerialGC",
                                "-Dai.djl.pytorch.graph_optimizer=false",
                                "-cp",
                                System.getProperty("java.class.path"),
                                MemoryProbe.class.getName(),
                                file.toString(),
                                form));
        command.addAll(MemoryProbe.arguments(values));
        return command;
    }
}
