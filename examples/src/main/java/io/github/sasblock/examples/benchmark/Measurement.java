package io.github.sasblock.examples.benchmark;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;

/**
 * The samples of a case.
 *
 * @param label what was measured
 * @param unit seconds or bytes
 * @param tokens the tokens that a run works through; 0 where that has no meaning
 * @param operations the operations of a run by the model's own count, a multiply-add counted as
 *     two; 0 where they are not counted
 * @param samples what each run took
 */
@JsonPropertyOrder({"label", "unit", "tokens", "operations", "statistics", "samples"})
public record Measurement(
        Label label, String unit, double tokens, double operations, List<Double> samples) {

    /** The unit of durations. */
    public static final String SECONDS = "seconds";

    /** The unit of memory. */
    public static final String BYTES = "bytes";

    /**
     * Copies the samples.
     *
     * @param label what was measured
     * @param unit seconds or bytes
     * @param tokens the tokens that a run works through; 0 where that has no meaning
     * @param operations the operations of a run by the model's own count; 0 where not counted
     * @param samples what each run took
     */
    public Measurement {
        samples = List.copyOf(samples);
    }

    /**
     * Returns the middle and the spread of the samples.
     *
     * @return quartiles
     */
    @JsonProperty(access = JsonProperty.Access.READ_ONLY)
    public Statistics statistics() {
        return Statistics.of(samples);
    }

    double median() {
        return statistics().median();
    }

    boolean isTimed() {
        return SECONDS.equals(unit);
    }
}
