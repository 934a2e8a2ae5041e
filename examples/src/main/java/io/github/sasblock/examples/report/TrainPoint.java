package io.github.sasblock.examples.report;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/**
 * The state of training after a step.
 *
 * @param step how many optimizer steps the run has taken
 * @param tokens how many tokens the run has trained on
 * @param loss the mean loss of the step's batch, in nats per token
 * @param learningRate the learning rate of the step
 * @param gradientNorm the global norm of the gradients before clipping
 * @param tokensPerSecond the speed since the last such point
 * @param matmulShare the rate of arithmetic as a share of the machine's measured rate of matrix
 *     products; NaN where that was not measured
 * @param seconds the time spent in training so far
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record TrainPoint(
        long step,
        long tokens,
        double loss,
        double learningRate,
        double gradientNorm,
        double tokensPerSecond,
        double matmulShare,
        double seconds)
        implements MetricsPoint {}
