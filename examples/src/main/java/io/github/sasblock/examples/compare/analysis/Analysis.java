package io.github.sasblock.examples.compare.analysis;

import io.github.sasblock.examples.compare.analysis.ComparisonReport.AnswerReport;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.Band;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.BandPoint;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.CorpusReport;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.Measured;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.Paired;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.PositionBand;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.Reach;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.Speed;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.VariantReport;
import io.github.sasblock.examples.compare.result.Calibration;
import io.github.sasblock.examples.compare.result.RunResult;
import io.github.sasblock.examples.compare.result.RunResult.Axis;
import io.github.sasblock.examples.compare.result.StepTime;
import io.github.sasblock.examples.compare.statistics.Curve;
import io.github.sasblock.examples.compare.statistics.PairedDifference;
import io.github.sasblock.examples.compare.statistics.Sample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;

/**
 * The statistics of the results of one corpus.
 *
 * <p>A variant and the baseline are paired by seed. At equal budget each pair is compared where
 * both were: at the end of that which spent less, the other's curve interpolated. Nothing is
 * extrapolated.
 */
public final class Analysis {

    private final String baseline;
    private final Map<String, String> rules;
    private final Calibration calibration;
    private final Map<String, Map<Long, RunResult>> runs = new LinkedHashMap<>();

    /**
     * Creates the analysis of one corpus.
     *
     * @param baseline the name of the variant that the others are compared with
     * @param rules how the sizes of each variant were matched, by the variants' names, in order
     * @param calibration the time of each variant's steps, which counts instead of a run's clock
     * @param results the results of the corpus, in any order
     */
    public Analysis(
            String baseline,
            Map<String, String> rules,
            Calibration calibration,
            List<RunResult> results) {
        this.baseline = baseline;
        this.rules = rules;
        this.calibration = calibration;
        rules.keySet().forEach(name -> runs.put(name, new LinkedHashMap<>()));
        for (RunResult result : results) {
            double seconds = calibration.variants().get(result.variant()).seconds();
            runs.get(result.variant()).put(result.seed(), result.timedBy(seconds));
        }
    }

    /**
     * Computes the report.
     *
     * @param name the corpus's name
     * @return what was found
     */
    public CorpusReport report(String name) {
        List<VariantReport> variants = new ArrayList<>();
        for (Map.Entry<String, Map<Long, RunResult>> variant : runs.entrySet()) {
            if (!variant.getValue().isEmpty()) {
                variants.add(variant(variant.getKey(), List.copyOf(variant.getValue().values())));
            }
        }
        double[] floors =
                runs.values().stream()
                        .flatMap(bySeed -> bySeed.values().stream())
                        .filter(run -> run.floorBitsPerByte() != null)
                        .collect(
                                LinkedHashMap<Long, Double>::new,
                                (map, run) -> map.put(run.seed(), run.floorBitsPerByte()),
                                Map::putAll)
                        .values()
                        .stream()
                        .mapToDouble(Double::doubleValue)
                        .toArray();
        return new CorpusReport(name, floors.length == 0 ? null : Sample.of(floors), variants);
    }

    private record Pair(RunResult run, RunResult baseline) {}

    private VariantReport variant(String name, List<RunResult> all) {
        List<RunResult> complete = all.stream().filter(RunResult::isComplete).toList();
        List<Pair> pairs = name.equals(baseline) ? List.of() : pairs(complete);
        RunResult any = all.get(0);
        return new VariantReport(
                name,
                name.equals(baseline),
                rules.get(name),
                any.model(),
                any.last().step(),
                complete.stream().map(RunResult::seed).toList(),
                all.stream()
                        .filter(run -> !run.isComplete())
                        .map(run -> "seed " + run.seed() + ": " + run.failure())
                        .toList(),
                sample(complete, run -> run.last().natsPerToken()),
                sample(complete, run -> run.last().bitsPerByte()),
                atEqual(Axis.STEPS, pairs),
                atEqual(Axis.OPERATIONS, pairs),
                reach(Axis.STEPS, pairs),
                reach(Axis.OPERATIONS, pairs),
                answers(complete, pairs),
                complete.isEmpty()
                        ? List.of()
                        : List.of(band(Axis.STEPS, complete), band(Axis.OPERATIONS, complete)),
                positions(complete),
                positionDifferences(pairs),
                measured(calibration.variants().get(name), complete, pairs));
    }

    private List<Pair> pairs(List<RunResult> complete) {
        List<Pair> pairs = new ArrayList<>();
        for (RunResult run : complete) {
            RunResult other = runs.get(baseline).get(run.seed());
            if (other != null && other.isComplete()) {
                pairs.add(new Pair(run, other));
            }
        }
        return pairs;
    }

    private static Measured measured(StepTime step, List<RunResult> complete, List<Pair> pairs) {
        boolean memory =
                !complete.isEmpty()
                        && complete.stream().allMatch(r -> r.measured().peakMemoryBytes() != null);
        return new Measured(
                atEqual(Axis.TIME, pairs),
                reach(Axis.TIME, pairs),
                Speed.of(step),
                memory ? sample(complete, run -> run.measured().peakMemoryBytes()) : null,
                complete.isEmpty() ? null : band(Axis.TIME, complete));
    }

    private static Sample sample(List<RunResult> runs, ToDoubleFunction<RunResult> value) {
        return runs.isEmpty() ? null : Sample.of(runs.stream().mapToDouble(value).toArray());
    }

    private static Paired paired(
            List<Pair> pairs, ToDoubleBiFunction<RunResult, RunResult> difference, double budget) {
        List<Double> bySeed =
                pairs.stream()
                        .map(pair -> difference.applyAsDouble(pair.run(), pair.baseline()))
                        .toList();
        double[] values = bySeed.stream().mapToDouble(Double::doubleValue).toArray();
        return new Paired(PairedDifference.of(values), bySeed, budget);
    }

    private static Paired atEqual(Axis axis, List<Pair> pairs) {
        if (pairs.isEmpty()) {
            return null;
        }
        double budget =
                pairs.stream()
                        .mapToDouble(
                                pair -> {
                                    double end = pair.baseline().bitsPerByte(axis).end();
                                    return end > 0 ? commonEnd(axis, pair) / end : 1;
                                })
                        .average()
                        .orElseThrow();
        return paired(pairs, (run, other) -> difference(axis, new Pair(run, other)), budget);
    }

    private static double commonEnd(Axis axis, Pair pair) {
        return Math.min(
                pair.run().bitsPerByte(axis).end(), pair.baseline().bitsPerByte(axis).end());
    }

    private static double difference(Axis axis, Pair pair) {
        double end = commonEnd(axis, pair);
        return pair.run().bitsPerByte(axis).at(end).orElseThrow()
                - pair.baseline().bitsPerByte(axis).at(end).orElseThrow();
    }

    private static Reach reach(Axis axis, List<Pair> pairs) {
        if (pairs.isEmpty()) {
            return null;
        }
        List<Double> shares = new ArrayList<>();
        for (Pair pair : pairs) {
            Curve other = pair.baseline().bitsPerByte(axis);
            OptionalDouble reached = pair.run().bitsPerByte(axis).reaches(other.last());
            if (reached.isPresent() && other.end() > 0) {
                shares.add(reached.getAsDouble() / other.end());
            }
        }
        double[] values = shares.stream().mapToDouble(Double::doubleValue).toArray();
        Sample share = values.length == pairs.size() ? Sample.of(values) : null;
        return new Reach(values.length, pairs.size(), share);
    }

    private static AnswerReport answers(List<RunResult> complete, List<Pair> pairs) {
        if (complete.isEmpty() || complete.stream().anyMatch(run -> run.answers() == null)) {
            return null;
        }
        return new AnswerReport(
                sample(complete, run -> run.answers().bits()),
                sample(complete, run -> run.answers().floorBits()),
                sample(complete, run -> run.answers().accuracy()),
                pairs.isEmpty()
                        ? null
                        : paired(pairs, (a, b) -> a.answers().bits() - b.answers().bits(), 1));
    }

    private static Band band(Axis axis, List<RunResult> complete) {
        List<Curve> curves = complete.stream().map(run -> run.bitsPerByte(axis)).toList();
        double end = curves.stream().mapToDouble(Curve::end).min().orElseThrow();
        List<BandPoint> points = new ArrayList<>();
        for (double x : grid(axis, complete.get(0), end)) {
            double[] values = curves.stream().mapToDouble(c -> c.at(x).orElseThrow()).toArray();
            points.add(new BandPoint(x, Sample.of(values)));
        }
        return new Band(axis, points);
    }

    /** Where the band is drawn: at the validations. */
    private static double[] grid(Axis axis, RunResult run, double end) {
        return Arrays.stream(run.bitsPerByte(axis).places())
                .map(place -> Math.min(end, place))
                .toArray();
    }

    private static List<PositionBand> positions(List<RunResult> complete) {
        if (complete.isEmpty()) {
            return List.of();
        }
        List<PositionBand> bands = new ArrayList<>();
        List<RunResult.Position> first = complete.get(0).positions();
        for (int i = 0; i < first.size(); i++) {
            int bucket = i;
            bands.add(
                    new PositionBand(
                            first.get(i).first(),
                            first.get(i).end(),
                            sample(complete, run -> natsAt(run, bucket))));
        }
        return bands;
    }

    private static List<PositionBand> positionDifferences(List<Pair> pairs) {
        if (pairs.isEmpty()) {
            return List.of();
        }
        List<PositionBand> bands = new ArrayList<>();
        List<RunResult.Position> first = pairs.get(0).run().positions();
        for (int i = 0; i < first.size(); i++) {
            int bucket = i;
            double[] differences =
                    pairs.stream()
                            .mapToDouble(
                                    pair ->
                                            natsAt(pair.run(), bucket)
                                                    - natsAt(pair.baseline(), bucket))
                            .toArray();
            bands.add(
                    new PositionBand(
                            first.get(i).first(), first.get(i).end(), Sample.of(differences)));
        }
        return bands;
    }

    private static double natsAt(RunResult run, int bucket) {
        return run.positions().get(bucket).natsPerToken();
    }
}
