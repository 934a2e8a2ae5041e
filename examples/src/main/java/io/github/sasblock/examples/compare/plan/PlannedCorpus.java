package io.github.sasblock.examples.compare.plan;

import java.util.List;
import java.util.Map;

/**
 * A text to compare on.
 *
 * @param name its name, which is that of its folder too
 * @param settings those that name the text: {@code data}, and {@code validation} or {@code
 *     builtin-bytes}
 */
public record PlannedCorpus(String name, Map<String, List<String>> settings) {

    static final String BUILT_IN_BYTES = "builtin-bytes";

    /** Returns whether the program makes the text. */
    boolean isMade() {
        return !settings.containsKey("validation");
    }

    List<String> train() {
        return settings.get("data");
    }

    List<String> validation() {
        return settings.getOrDefault("validation", List.of());
    }
}
