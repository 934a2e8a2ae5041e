package io.github.sasblock.examples.compare.result;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.github.sasblock.examples.compare.statistics.Curve;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The result of training one variant on one corpus with one seed. All but {@code measured} is a
 * function of the configuration; that depends on the machine and the hour.
 *
 * @param corpus the corpus's name
 * @param variant the variant's name
 * @param seed the seed
 * @param configuration all settings that determine the run, by name
 * @param model what was trained
 * @param curve the validations, from before the first step to after the last
 * @param positions the loss by position in the window after the last step; empty if that was not
 *     reached
 * @param answers how the answers of a task of the laboratory are predicted; null of other text
 * @param floorBitsPerByte the entropy of the validation text; null where it is not known
 * @param failure why training stopped before its last step; null if it did not
 * @param measured what was taken from clocks
 */
@JsonInclude(Include.NON_NULL)
public record RunResult(
        String corpus,
        String variant,
        long seed,
        Map<String, Object> configuration,
        Model model,
        List<Point> curve,
        List<Position> positions,
        Answers answers,
        Double floorBitsPerByte,
        String failure,
        Measured measured) {

    /**
     * What was trained.
     *
     * @param attention the attention and its sizes, in a line
     * @param parameters of the whole model
     * @param forwardOperationsPerToken of the whole model at the window's length
     * @param trainingOperationsPerToken the same in training
     * @param cacheBytesPerToken of the key/value cache in float32
     * @param sharedStart the number of parameters that begin with the baseline's values
     */
    public record Model(
            String attention,
            long parameters,
            double forwardOperationsPerToken,
            double trainingOperationsPerToken,
            long cacheBytesPerToken,
            long sharedStart) {}

    /**
     * A validation.
     *
     * @param step steps before it
     * @param tokens trained on before it
     * @param natsPerToken the mean loss
     * @param bitsPerByte the total loss in bits, divided by the bytes scored
     */
    public record Point(long step, long tokens, double natsPerToken, double bitsPerByte) {}

    /**
     * The loss at some positions of the window.
     *
     * @param first the first of them, from 0
     * @param end the position after the last
     * @param natsPerToken the mean loss
     */
    public record Position(int first, int end, double natsPerToken) {}

    /**
     * How answers are predicted.
     *
     * @param count the number of answers scored
     * @param bits the mean loss
     * @param floorBits the mean surprisal to the best possible reader
     * @param accuracy the share of answers whose most likely prediction is right
     */
    public record Answers(long count, double bits, double floorBits, double accuracy) {}

    /**
     * What was taken from clocks and the operating system.
     *
     * @param trainingSeconds at each point of the curve, validations not counted
     * @param seconds of the whole run
     * @param tokensPerSecond in training
     * @param peakMemoryBytes the most memory that the process held during the run; null where the
     *     system does not tell
     */
    @JsonInclude(Include.NON_NULL)
    public record Measured(
            List<Double> trainingSeconds,
            double seconds,
            double tokensPerSecond,
            Long peakMemoryBytes) {}

    /** What a loss can be set against. */
    public enum Axis {
        /** Optimizer steps. */
        STEPS,
        /** Operations of training. */
        OPERATIONS,
        /** Seconds of training. */
        TIME
    }

    /**
     * Returns whether training came to its end.
     *
     * @return whether there is no failure
     */
    @JsonIgnore
    public boolean isComplete() {
        return failure == null;
    }

    /**
     * Returns this result as if each step had taken the same time.
     *
     * @param secondsOfStep what a step takes
     * @return the result, with {@code trainingSeconds} by its steps instead of its clock
     */
    public RunResult timedBy(double secondsOfStep) {
        List<Double> seconds = curve.stream().map(p -> p.step() * secondsOfStep).toList();
        Measured timed =
                new Measured(
                        seconds,
                        measured.seconds(),
                        measured.tokensPerSecond(),
                        measured.peakMemoryBytes());
        return new RunResult(
                corpus,
                variant,
                seed,
                configuration,
                model,
                curve,
                positions,
                answers,
                floorBitsPerByte,
                failure,
                timed);
    }

    /**
     * Returns the loss in bits per byte against what was spent.
     *
     * @param axis what was spent
     * @return a curve of one point a validation
     */
    public Curve bitsPerByte(Axis axis) {
        return new Curve(spent(axis), column(Point::bitsPerByte));
    }

    /**
     * Returns the last validation.
     *
     * @return the point after the last step
     */
    public Point last() {
        return curve.get(curve.size() - 1);
    }

    private double[] spent(Axis axis) {
        return switch (axis) {
            case STEPS -> column(Point::step);
            case OPERATIONS -> column(p -> p.tokens() * model.trainingOperationsPerToken());
            case TIME ->
                    measured.trainingSeconds().stream().mapToDouble(Double::doubleValue).toArray();
        };
    }

    private double[] column(ToDoubleFunction<Point> value) {
        return curve.stream().mapToDouble(value).toArray();
    }
}
