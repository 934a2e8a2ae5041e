package io.github.sasblock.examples.benchmark;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.examples.train.Computation;
import io.github.sasblock.examples.train.GradientWorkers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A process that makes training steps and writes down how much memory they took. */
public final class MemoryProbe {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");
    private static final String CLEAR_PEAK = "5";
    private static final int STEPS = 3;
    private static final Map<String, List<String>> TINY =
            Map.of(
                    "layers", List.of("1"),
                    "embedding-size", List.of("16"),
                    "heads", List.of("2"),
                    "context", List.of("16"),
                    "batch", List.of("2"),
                    "micro-batch", List.of("2"));

    private MemoryProbe() {}

    /**
     * What the steps took.
     *
     * @param baseline bytes resident before the first step
     * @param peak the most bytes resident during the steps
     */
    record Result(long baseline, long peak) {}

    /** Whether this system tells a process its peak. */
    static boolean isAvailable() {
        return Files.isReadable(STATUS);
    }

    /**
     * Makes training steps.
     *
     * @param arguments the file for the result, the name of a form of computation, and settings of
     *     a run as NAME=VALUE
     * @throws IOException if the result cannot be written
     */
    public static void main(String[] arguments) throws IOException {
        Map<String, List<String>> settings =
                settings(List.of(arguments).subList(2, arguments.length));
        Map<String, List<String>> tiny = new LinkedHashMap<>(settings);
        tiny.putAll(TINY);
        RunConfig run = RunConfig.read(settings, null);
        int threads = run.training().computation().threads();
        Computation computation = TrainingGroup.forms(threads).get(arguments[1]);
        measure(RunConfig.read(tiny, null), computation); // so that all code is resident
        Result result = measure(run, computation);
        Files.write(Path.of(arguments[0]), new JsonMapper().writeValueAsBytes(result));
    }

    /** Reads NAME=VALUE, as {@link #arguments} writes them. */
    static Map<String, List<String>> settings(List<String> arguments) {
        Map<String, List<String>> settings = new LinkedHashMap<>();
        for (String argument : arguments) {
            String[] parts = argument.split("=", 2);
            settings.computeIfAbsent(parts[0], name -> new ArrayList<>()).add(parts[1]);
        }
        return settings;
    }

    /** Writes settings as arguments of this program. */
    static List<String> arguments(Map<String, List<String>> settings) {
        List<String> arguments = new ArrayList<>();
        settings.forEach(
                (name, values) -> values.forEach(value -> arguments.add(name + "=" + value)));
        return arguments;
    }

    private static Result measure(RunConfig run, Computation computation) throws IOException {
        try (NDManager manager = NDManager.newBaseManager()) {
            TrainedModel model = new TrainedModel(manager, run);
            try (GradientWorkers gradients = model.gradients(computation)) {
                clearPeak();
                long baseline = bytes("VmRSS");
                for (int i = 0; i < STEPS; i++) {
                    model.step(gradients);
                }
                return new Result(baseline, bytes("VmHWM"));
            }
        }
    }

    /** Without this right the peak is that since the start, which a step exceeds in any case. */
    private static void clearPeak() throws IOException {
        if (Files.isWritable(CLEAR)) {
            Files.writeString(CLEAR, CLEAR_PEAK);
        }
    }

    /** A line reads: VmHWM: 123456 kB. */
    private static long bytes(String name) throws IOException {
        for (String line : Files.readAllLines(STATUS)) {
            if (line.startsWith(name + ":")) {
                return 1024 * Long.parseLong(line.replaceAll("\\D+", ""));
            }
        }
        throw new IOException(STATUS + " has no line " + name);
    }
}
