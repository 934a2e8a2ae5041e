package io.github.sasblock.examples.torture;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What came of a torture.
 *
 * @param kills how many processes were killed
 * @param moments how many of them at which moment
 * @param failures what was found wrong; none if every promise was kept
 */
public record TortureReport(int kills, Map<Moment, Integer> moments, List<String> failures) {

    /**
     * Copies the collections.
     *
     * @param kills how many processes were killed
     * @param moments how many of them at which moment
     * @param failures what was found wrong
     */
    public TortureReport {
        moments = Collections.unmodifiableMap(new TreeMap<>(moments)); // printed in this order
        failures = List.copyOf(failures);
    }
}
