package io.github.sasblock.examples.compare.result;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;

/**
 * How long a step of training a variant takes.
 *
 * @param workload all that it depends on: the model, and how much it is given at once and how
 * @param tokens of a step
 * @param secondsByRound what a step took in each round, at least one
 */
public record StepTime(String workload, long tokens, List<Double> secondsByRound) {

    /**
     * Copies the rounds.
     *
     * @param workload all that it depends on: the model, and how much it is given at once and how
     * @param tokens of a step
     * @param secondsByRound what a step took in each round, at least one
     * @throws IllegalArgumentException if there is no round
     */
    public StepTime {
        if (secondsByRound == null || secondsByRound.isEmpty()) {
            throw new IllegalArgumentException("secondsByRound = []: expected at least one round");
        }
        secondsByRound = List.copyOf(secondsByRound);
    }

    /**
     * Returns the median over the rounds, which a few disturbed rounds leave as it is.
     *
     * @return seconds of a step
     */
    @JsonIgnore
    public double seconds() {
        List<Double> sorted = secondsByRound.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(half)
                : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }

    /**
     * Returns the shortest.
     *
     * @return seconds of a step
     */
    @JsonIgnore
    public double shortest() {
        return secondsByRound.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    /**
     * Returns the longest.
     *
     * @return seconds of a step
     */
    @JsonIgnore
    public double longest() {
        return secondsByRound.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }
}
