package io.github.sasblock.examples.checkpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What determines the rest of a run, but for its tensors. Times are left out on purpose: of two
 * runs that took the same steps, one at a stretch and one in pieces, the states are equal.
 *
 * @param step how many optimizer steps the run has taken
 * @param tokens how many tokens the run has trained on
 * @param position where in its data the run stands, by the caller's names
 * @param random the states of random generators, as text, by the caller's names
 * @param texts what the tokens are that the run trains on and scores, as fingerprints, by the
 *     caller's names
 * @param lossScale the factor on the loss in reduced precision; 1 without one
 * @param counters what is counted across the run, such as skipped steps, by the caller's names
 * @param averages what is averaged across the run, all finite, by the caller's names
 * @param validationLoss the validation loss at this step, by which the best checkpoint is kept;
 *     null if it was not measured at this step
 * @param best the lowest validation loss so far; null before the first
 * @param configuration the settings of the run by name, as in its config.json
 * @param versions versions of what computed it, such as program, DJL and engine, by name
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.ALWAYS)
public record TrainingState(
        long step,
        long tokens,
        SortedMap<String, Long> position,
        SortedMap<String, String> random,
        SortedMap<String, String> texts,
        double lossScale,
        SortedMap<String, Long> counters,
        SortedMap<String, Double> averages,
        Double validationLoss,
        Best best,
        Map<String, Object> configuration,
        SortedMap<String, String> versions) {

    /** The name of the file in a checkpoint's folder. */
    static final String FILE = "state.json";

    /**
     * The best validation so far.
     *
     * @param step the step at which it was measured
     * @param validationLoss what was measured, in nats per token
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Best(long step, double validationLoss) {}

    /**
     * Checks and copies.
     *
     * @param step how many optimizer steps the run has taken
     * @param tokens how many tokens the run has trained on
     * @param position where in its data the run stands
     * @param random the states of random generators
     * @param texts what the tokens are
     * @param lossScale the factor on the loss
     * @param counters what is counted
     * @param averages what is averaged
     * @param validationLoss the validation loss at this step, or null
     * @param best the lowest validation loss so far, or null
     * @param configuration the settings of the run
     * @param versions versions of what computed it
     * @throws IllegalArgumentException if a count is negative, a number is not finite, or the loss
     *     scale is not positive
     */
    public TrainingState {
        require(step >= 0, "step", step, "at least 0");
        require(tokens >= 0, "tokens", tokens, "at least 0");
        requireFinite("lossScale", lossScale);
        require(lossScale > 0, "lossScale", lossScale, "more than 0");
        averages.forEach(TrainingState::requireFinite);
        if (validationLoss != null) {
            requireFinite("validationLoss", validationLoss);
        }
        if (best != null) {
            requireFinite("best", best.validationLoss());
        }
        position = Collections.unmodifiableSortedMap(new TreeMap<>(position));
        random = Collections.unmodifiableSortedMap(new TreeMap<>(random));
        texts = Collections.unmodifiableSortedMap(new TreeMap<>(texts));
        counters = Collections.unmodifiableSortedMap(new TreeMap<>(counters));
        averages = Collections.unmodifiableSortedMap(new TreeMap<>(averages));
        versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
        configuration = Collections.unmodifiableMap(copied(configuration));
    }

    private static Map<String, Object> copied(Map<String, Object> configuration) {
        Map<String, Object> copy = new LinkedHashMap<>(configuration);
        copy.replaceAll(
                (name, value) ->
                        value instanceof List<?> list
                                ? Collections.unmodifiableList(new ArrayList<>(list))
                                : value);
        return copy;
    }

    private static void requireFinite(String name, double number) {
        require(Double.isFinite(number), name, number, "a finite number");
    }

    private static void require(boolean holds, String name, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(name + " = " + value + ": expected " + expected);
        }
    }

    /**
     * Begins a state in which nothing but the step is set: empty maps, a loss scale of 1, no
     * validation.
     *
     * @param step how many optimizer steps the run has taken
     * @param tokens how many tokens the run has trained on
     * @return a builder
     */
    public static Builder builder(long step, long tokens) {
        return new Builder(step, tokens);
    }

    /** Builds a state. */
    public static final class Builder {

        private final long step;
        private final long tokens;
        private final SortedMap<String, Long> position = new TreeMap<>();
        private final SortedMap<String, String> random = new TreeMap<>();
        private final SortedMap<String, String> texts = new TreeMap<>();
        private final SortedMap<String, Long> counters = new TreeMap<>();
        private final SortedMap<String, Double> averages = new TreeMap<>();
        private final SortedMap<String, String> versions = new TreeMap<>();
        private Map<String, Object> configuration = Map.of();
        private double lossScale = 1;
        private Double validationLoss;
        private Best best;

        private Builder(long step, long tokens) {
            this.step = step;
            this.tokens = tokens;
        }

        /**
         * Adds a place in the data.
         *
         * @param name such as {@code windows}
         * @param place how far the run has come there
         * @return this builder
         */
        public Builder optPosition(String name, long place) {
            position.put(name, place);
            return this;
        }

        /**
         * Adds the state of a random generator.
         *
         * @param name such as {@code dropout}
         * @param state the state, as text
         * @return this builder
         */
        public Builder optRandom(String name, String state) {
            random.put(name, state);
            return this;
        }

        /**
         * Adds what the tokens of a text are.
         *
         * @param name such as {@code training}
         * @param fingerprint equal for equal tokens alone
         * @return this builder
         */
        public Builder optText(String name, String fingerprint) {
            texts.put(name, fingerprint);
            return this;
        }

        /**
         * Sets the factor on the loss in reduced precision.
         *
         * @param scale the factor, more than 0
         * @return this builder
         */
        public Builder optLossScale(double scale) {
            lossScale = scale;
            return this;
        }

        /**
         * Adds a count.
         *
         * @param name such as {@code skipped-steps}
         * @param count the count
         * @return this builder
         */
        public Builder optCounter(String name, long count) {
            counters.put(name, count);
            return this;
        }

        /**
         * Adds an average.
         *
         * @param name such as {@code loss}
         * @param average its present value, finite
         * @return this builder
         */
        public Builder optAverage(String name, double average) {
            averages.put(name, average);
            return this;
        }

        /**
         * Sets the validation loss at this step.
         *
         * @param nats what was measured, in nats per token
         * @return this builder
         */
        public Builder optValidationLoss(double nats) {
            validationLoss = nats;
            return this;
        }

        /**
         * Sets the best validation so far.
         *
         * @param atStep the step at which it was measured
         * @param nats what was measured, in nats per token
         * @return this builder
         */
        public Builder optBest(long atStep, double nats) {
            best = new Best(atStep, nats);
            return this;
        }

        /**
         * Sets the settings of the run.
         *
         * @param settings numbers, texts, truth values and lists of these, by name
         * @return this builder
         */
        public Builder optConfiguration(Map<String, Object> settings) {
            configuration = settings;
            return this;
        }

        /**
         * Adds the version of something that computed the state.
         *
         * @param name such as {@code djl}
         * @param version its version
         * @return this builder
         */
        public Builder optVersion(String name, String version) {
            versions.put(name, version);
            return this;
        }

        /**
         * Builds the state.
         *
         * @return the state
         * @throws IllegalArgumentException if a count is negative, a number is not finite, or the
         *     loss scale is not positive
         */
        public TrainingState build() {
            return new TrainingState(
                    step,
                    tokens,
                    position,
                    random,
                    texts,
                    lossScale,
                    counters,
                    averages,
                    validationLoss,
                    best,
                    configuration,
                    versions);
        }
    }
}
