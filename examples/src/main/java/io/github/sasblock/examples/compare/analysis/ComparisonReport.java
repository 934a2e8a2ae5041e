package io.github.sasblock.examples.compare.analysis;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.github.sasblock.examples.compare.result.Calibration;
import io.github.sasblock.examples.compare.result.RunResult;
import io.github.sasblock.examples.compare.result.StepTime;
import io.github.sasblock.examples.compare.statistics.PairedDifference;
import io.github.sasblock.examples.compare.statistics.Sample;
import java.util.List;

/**
 * What a comparison found.
 *
 * @param baseline the name of the variant that the others are compared with
 * @param matching the rule by which sizes were matched
 * @param seeds the seeds that were asked for
 * @param clock how the time of steps was measured
 * @param corpora what was found on each corpus
 */
public record ComparisonReport(
        String baseline,
        String matching,
        List<Long> seeds,
        Clock clock,
        List<CorpusReport> corpora) {

    /**
     * How the time of steps was measured.
     *
     * @param machine where
     * @param rounds in how many rounds
     * @param stepsInRound of how many steps of each variant
     */
    public record Clock(String machine, int rounds, int stepsInRound) {

        /**
         * Returns how a calibration was made.
         *
         * @param calibration the step times
         * @return where and how often it was measured
         */
        public static Clock of(Calibration calibration) {
            return new Clock(
                    calibration.machine(), calibration.rounds(), calibration.stepsInRound());
        }
    }

    /**
     * What was found on one corpus.
     *
     * @param name the corpus's name
     * @param floorBitsPerByte the entropy of its validation text; null where it is not known
     * @param variants what was found for each variant that has a finished run
     */
    @JsonInclude(Include.NON_NULL)
    public record CorpusReport(
            String name, Sample floorBitsPerByte, List<VariantReport> variants) {}

    /**
     * What was found for one variant on one corpus.
     *
     * @param name the variant's name
     * @param isBaseline whether the others are compared with it
     * @param rule how its sizes were matched
     * @param model what was trained
     * @param steps the steps of each run
     * @param seeds those whose run came to its end
     * @param failures why others did not
     * @param natsPerToken the loss after the last step
     * @param bitsPerByte the same in bits per byte
     * @param atEqualSteps the difference in bits per byte from the baseline, as far as both went
     * @param atEqualOperations the same by operations of training
     * @param stepsToBaseline the steps until the baseline's final loss, as a share of its steps
     * @param operationsToBaseline the same by operations
     * @param answers how the answers of a task are predicted; null of other text
     * @param curves the loss against what was spent
     * @param positions the loss by position in the window
     * @param positionDifferences the difference of that from the baseline, of pairs
     * @param measured what depends on the machine and the hour
     */
    @JsonInclude(Include.NON_NULL)
    public record VariantReport(
            String name,
            boolean isBaseline,
            String rule,
            RunResult.Model model,
            long steps,
            List<Long> seeds,
            List<String> failures,
            Sample natsPerToken,
            Sample bitsPerByte,
            Paired atEqualSteps,
            Paired atEqualOperations,
            Reach stepsToBaseline,
            Reach operationsToBaseline,
            AnswerReport answers,
            List<Band> curves,
            List<PositionBand> positions,
            List<PositionBand> positionDifferences,
            Measured measured) {

        /**
         * Returns the loss against what was spent.
         *
         * @param axis what was spent
         * @return its curve; null without a run that came to its end
         */
        public Band band(RunResult.Axis axis) {
            return axis == RunResult.Axis.TIME
                    ? measured.curve()
                    : curves.stream().filter(b -> b.axis() == axis).findFirst().orElse(null);
        }

        /**
         * Returns whether a run came to its end.
         *
         * @return whether there are figures
         */
        public boolean hasRuns() {
            return !seeds.isEmpty();
        }
    }

    /**
     * What depends on the machine and the hour.
     *
     * @param atEqualTime the difference in bits per byte from the baseline at equal seconds of
     *     training; null for the baseline
     * @param timeToBaseline the seconds until the baseline's final loss, as a share of its seconds
     * @param tokensPerSecond in training, by the clock of the comparison
     * @param peakMemoryBytes of the process; null where it is not known
     * @param curve the loss against seconds of training, by the clock of the comparison
     */
    @JsonInclude(Include.NON_NULL)
    public record Measured(
            Paired atEqualTime,
            Reach timeToBaseline,
            Speed tokensPerSecond,
            Sample peakMemoryBytes,
            Band curve) {}

    /**
     * A rate that was measured in rounds.
     *
     * @param median over the rounds
     * @param lowest of a round
     * @param highest of a round
     */
    public record Speed(double median, double lowest, double highest) {

        /**
         * Returns the tokens a second.
         *
         * @param step how long a step takes
         * @return its tokens by its seconds
         */
        public static Speed of(StepTime step) {
            double tokens = step.tokens();
            return new Speed(
                    tokens / step.seconds(), tokens / step.longest(), tokens / step.shortest());
        }
    }

    /**
     * A difference from the baseline.
     *
     * @param difference its mean and interval
     * @param bySeed the difference of each seed
     * @param budget the share of the baseline's budget at which it was taken
     */
    public record Paired(PairedDifference difference, List<Double> bySeed, double budget) {}

    /**
     * Where the baseline's final loss is reached.
     *
     * @param reached by how many seeds
     * @param pairs of how many
     * @param share of what the baseline spent, where all reached it; otherwise null
     */
    @JsonInclude(Include.NON_NULL)
    public record Reach(int reached, int pairs, Sample share) {}

    /**
     * How answers are predicted.
     *
     * @param bits the mean loss of an answer
     * @param floorBits the least that can be expected
     * @param accuracy the share of answers predicted rightly
     * @param difference in bits from the baseline; null for the baseline
     */
    @JsonInclude(Include.NON_NULL)
    public record AnswerReport(Sample bits, Sample floorBits, Sample accuracy, Paired difference) {}

    /**
     * A curve of bits per byte with its spread over seeds.
     *
     * @param axis what it is set against
     * @param points ascending
     */
    public record Band(RunResult.Axis axis, List<BandPoint> points) {}

    /**
     * A point of a band.
     *
     * @param x steps, operations or seconds
     * @param bitsPerByte of all seeds
     */
    public record BandPoint(double x, Sample bitsPerByte) {}

    /**
     * The loss at some positions.
     *
     * @param first the first of them, from 0
     * @param end the position after the last
     * @param natsPerToken of all seeds
     */
    public record PositionBand(int first, int end, Sample natsPerToken) {}
}
