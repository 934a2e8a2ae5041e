package io.github.sasblock.examples.report;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What is logged at one step: one line of metrics.jsonl. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = TrainPoint.class, name = "train"),
    @JsonSubTypes.Type(value = ValidationPoint.class, name = "validation")
})
public sealed interface MetricsPoint permits TrainPoint, ValidationPoint {

    /**
     * Returns the step.
     *
     * @return how many optimizer steps the run has taken
     */
    long step();

    /**
     * Returns the tokens.
     *
     * @return how many tokens the run has trained on
     */
    long tokens();
}
