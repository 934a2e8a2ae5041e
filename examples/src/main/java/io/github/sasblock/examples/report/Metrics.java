package io.github.sasblock.examples.report;

import java.util.List;
import java.util.OptionalDouble;

/**
 * The metrics of a run, in the order in which they were logged.
 *
 * @param train the points of training
 * @param validation the evaluations
 */
public record Metrics(List<TrainPoint> train, List<ValidationPoint> validation) {

    /**
     * Copies the lists.
     *
     * @param train the points of training
     * @param validation the evaluations
     */
    public Metrics {
        train = List.copyOf(train);
        validation = List.copyOf(validation);
    }

    /**
     * Sorts points by their kind.
     *
     * @param points points of both kinds
     * @return the metrics
     */
    public static Metrics of(List<? extends MetricsPoint> points) {
        return new Metrics(only(TrainPoint.class, points), only(ValidationPoint.class, points));
    }

    /**
     * Returns how many bytes of text a token stands for, as the evaluations found it.
     *
     * @return the bytes per token, or nothing if no evaluation counted bytes
     */
    public OptionalDouble bytesPerToken() {
        long tokens = 0;
        long bytes = 0;
        for (ValidationPoint point : validation) {
            if (point.tokensScored() > 0 && point.bytesScored() > 0) {
                tokens += point.tokensScored();
                bytes += point.bytesScored();
            }
        }
        return tokens > 0 ? OptionalDouble.of((double) bytes / tokens) : OptionalDouble.empty();
    }

    private static <T extends MetricsPoint> List<T> only(
            Class<T> kind, List<? extends MetricsPoint> points) {
        return points.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
