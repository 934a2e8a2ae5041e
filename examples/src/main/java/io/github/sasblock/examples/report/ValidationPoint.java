package io.github.sasblock.examples.report;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/**
 * The result of an evaluation on the validation text.
 *
 * @param step how many optimizer steps the run has taken
 * @param tokens how many tokens the run has trained on
 * @param natsPerToken the mean loss, in nats per scored token
 * @param perplexity the exponential of that loss
 * @param bitsPerByte the total loss in bits, divided by the bytes that the scored tokens stand for;
 *     NaN where that is not known
 * @param tokensScored how many tokens were scored
 * @param bytesScored how many bytes of text those tokens stand for; 0 where that is not known
 * @param seconds how long the evaluation took
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record ValidationPoint(
        long step,
        long tokens,
        double natsPerToken,
        double perplexity,
        double bitsPerByte,
        long tokensScored,
        long bytesScored,
        double seconds)
        implements MetricsPoint {}
