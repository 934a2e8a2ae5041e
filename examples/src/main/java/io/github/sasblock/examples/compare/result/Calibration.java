package io.github.sasblock.examples.compare.result;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How long a step of each variant takes. All were measured in turns in one process, so that what
 * else the machine did fell on all of them alike; the clocks of runs, hours apart, do not compare.
 *
 * @param machine where it was measured
 * @param stepsInRound the steps that each variant made in each round
 * @param variants by name
 */
public record Calibration(String machine, int stepsInRound, Map<String, StepTime> variants) {

    /**
     * Copies the variants.
     *
     * @param machine where it was measured
     * @param stepsInRound the steps that each variant made in each round
     * @param variants by name
     */
    public Calibration {
        variants = Collections.unmodifiableMap(new LinkedHashMap<>(variants));
    }

    /**
     * Returns the number of rounds.
     *
     * @return that of all variants
     */
    @JsonIgnore
    public int rounds() {
        return variants.values().stream().mapToInt(v -> v.secondsByRound().size()).min().orElse(0);
    }

    /**
     * Returns whether all variants were measured as they are now.
     *
     * @param workloads those of the variants, by name
     * @return whether each is here, with the same workload
     */
    public boolean covers(Map<String, String> workloads) {
        return workloads.entrySet().stream()
                .allMatch(
                        workload -> {
                            StepTime known = variants.get(workload.getKey());
                            return known != null && known.workload().equals(workload.getValue());
                        });
    }
}
