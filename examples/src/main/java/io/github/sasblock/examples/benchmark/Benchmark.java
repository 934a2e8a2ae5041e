package io.github.sasblock.examples.benchmark;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.sasblock.kernel.Kernels;
import io.github.sasblock.kernel.Precision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Measures groups of cases. The cases of a group take turns, round after round, so that a machine
 * that slows down slows all of them; the matrix product takes its turn in every group.
 */
public final class Benchmark {

    private static final List<BenchmarkGroup> GROUPS =
            List.of(
                    new MatrixGroup(),
                    new AttentionGroup(),
                    new TrainingGroup(),
                    new OptimizerGroup(),
                    new MemoryGroup(),
                    new DecodingGroup());

    /** A sample of what is faster than this is the mean of several runs, in seconds. */
    private static final double SHORTEST_SAMPLE = 0.2;

    private static final int MOST_RUNS = 100;
    private static final int WARM_UPS = 2;

    private final BenchmarkSettings settings;
    private final Consumer<String> progress;

    /**
     * Creates a benchmark.
     *
     * @param settings what is measured, and how often
     * @param progress is told in a line what begins
     */
    public Benchmark(BenchmarkSettings settings, Consumer<String> progress) {
        this.settings = settings;
        this.progress = progress;
    }

    /**
     * Returns the groups that there are.
     *
     * @return for each name what it measures, in the order in which they run
     */
    public static Map<String, String> groups() {
        Map<String, String> groups = new LinkedHashMap<>();
        GROUPS.forEach(group -> groups.put(group.name(), group.description()));
        return groups;
    }

    /**
     * Measures.
     *
     * @return every sample
     */
    public BenchmarkReport run() {
        Machine machine = Machine.present();
        String time = Instant.now().toString();
        List<Measurement> measurements = new ArrayList<>();
        List<Check> checks = new ArrayList<>();
        Kernels.Mode before = Kernels.mode();
        try {
            for (BenchmarkGroup group : GROUPS) {
                if (settings.groups().contains(group.name())) {
                    measure(group, measurements, checks);
                }
            }
        } finally {
            Kernels.use(before);
        }
        return new BenchmarkReport(
                "sas-block", time, machine, settingsByName(), measurements, checks);
    }

    private Map<String, Object> settingsByName() {
        return new JsonMapper().convertValue(settings, new TypeReference<>() {});
    }

    private void measure(BenchmarkGroup group, List<Measurement> measurements, List<Check> checks) {
        progress.accept(group.name() + ": preparing");
        try (Workbench bench = new Workbench()) {
            if (!group.name().equals(MemoryGroup.NAME)) {
                bench.add(MatrixGroup.yardstick(bench, settings, Precision.FP32));
            }
            group.prepare(bench, settings);
            measurements.addAll(rounds(group.name(), bench.cases()));
            checks.addAll(bench.checks());
        }
    }

    private List<Measurement> rounds(String group, List<Case> cases) {
        boolean timed = cases.stream().anyMatch(one -> one.unit().equals(Measurement.SECONDS));
        List<Integer> runs = new ArrayList<>();
        List<List<Double>> samples = new ArrayList<>();
        for (Case one : cases) {
            runs.add(timed ? runsOfSample(one) : 1);
            samples.add(new ArrayList<>());
        }
        for (int round = 1; round <= settings.repeats(); round++) {
            progress.accept(group + ": round " + round + " of " + settings.repeats());
            for (int i = 0; i < cases.size(); i++) {
                samples.get(i).add(mean(cases.get(i), runs.get(i)));
            }
        }
        List<Measurement> measurements = new ArrayList<>();
        for (int i = 0; i < cases.size(); i++) {
            measurements.add(measurement(group, cases.get(i), samples.get(i)));
        }
        return measurements;
    }

    /** The yardstick is measured in every group; its label says beside which. */
    private static Measurement measurement(String group, Case one, List<Double> samples) {
        Label label = one.label();
        Label own =
                label.group().equals(group)
                        ? label
                        : new Label(
                                label.group(),
                                label.subject(),
                                label.part() + " beside " + group,
                                label.pass(),
                                label.form());
        return new Measurement(own, one.unit(), one.tokens(), one.operations(), samples);
    }

    /** Warms a case up, and returns how often it runs for a sample. */
    private int runsOfSample(Case one) {
        double fastest = Double.POSITIVE_INFINITY;
        for (int i = 0; i < WARM_UPS; i++) {
            fastest = Math.min(fastest, one.run());
        }
        return settings.quick()
                ? 1
                : (int) Math.max(1, Math.min(MOST_RUNS, Math.ceil(SHORTEST_SAMPLE / fastest)));
    }

    /**
     * The mean of runs that follow each other, as the steps of a training do: what the case before
     * left in the caches is gone after a first run that does not count.
     */
    private double mean(Case one, int runs) {
        if (one.unit().equals(Measurement.SECONDS) && !settings.quick()) {
            one.run();
        }
        double sum = 0;
        for (int i = 0; i < runs; i++) {
            sum += one.run();
        }
        return sum / runs;
    }
}
