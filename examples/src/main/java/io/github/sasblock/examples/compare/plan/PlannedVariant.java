package io.github.sasblock.examples.compare.plan;

import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.transformer.LanguageModelConfig;
import io.github.sasblock.transformer.ModelCounts;
import java.util.List;
import java.util.Map;

/**
 * A configuration with its sizes.
 *
 * @param name its name
 * @param settings all settings of its runs but data, seed and folder
 * @param config these settings, read
 * @param model the model
 * @param counts what it costs
 * @param rule how it was made as large as another, for people
 */
public record PlannedVariant(
        String name,
        Map<String, List<String>> settings,
        RunConfig config,
        LanguageModelConfig model,
        ModelCounts counts,
        String rule) {

    /**
     * Returns the operations of one run.
     *
     * @return operations of training
     */
    public double operations() {
        return tokens() * counts.trainingOperationsPerToken(config.data().context());
    }

    /**
     * Returns the tokens of one run.
     *
     * @return tokens trained on
     */
    public long tokens() {
        return config.training().steps() * config.training().batch() * config.data().context();
    }
}
