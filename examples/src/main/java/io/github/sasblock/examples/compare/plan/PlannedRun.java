package io.github.sasblock.examples.compare.plan;

import io.github.sasblock.examples.config.RunConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * One training.
 *
 * @param corpus the text
 * @param variant the model
 * @param seed the seed
 * @param config all that determines the run
 */
public record PlannedRun(
        PlannedCorpus corpus, PlannedVariant variant, long seed, RunConfig config) {

    /** They change where things lie or are shown, not what comes out. */
    private static final Set<String> WITHOUT_EFFECT =
            Set.of(
                    "out",
                    "cache-dir",
                    "tensorboard",
                    "checkpoint-every",
                    "keep",
                    "on-save-failure");

    /** What these do unless told otherwise is what was done before there were such settings. */
    private static final Map<String, Object> USUAL =
            Map.of("on-nonfinite", "stop", "max-nonfinite", 10L, "skip-spikes", 0.0);

    /**
     * Returns the settings that determine the run's numbers.
     *
     * @return by name
     */
    public Map<String, Object> identity() {
        Map<String, Object> identity = new LinkedHashMap<>(config.settings());
        identity.keySet().removeAll(WITHOUT_EFFECT);
        identity.entrySet().removeAll(USUAL.entrySet());
        return identity;
    }
}
