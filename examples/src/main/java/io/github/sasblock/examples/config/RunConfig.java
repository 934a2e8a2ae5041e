package io.github.sasblock.examples.config;

import io.github.sasblock.examples.problem.Problems;
import io.github.sasblock.examples.train.TrainingSettings;
import io.github.sasblock.transformer.LanguageModelConfig;
import io.github.sasblock.transformer.ModelPreset;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that determines a run.
 *
 * @param preset the preset that gave the defaults
 * @param model the sizes of the model; its vocabulary is that of the tokenizer
 * @param data the text
 * @param training how the model is trained
 * @param saving which checkpoints are kept, and what happens where one cannot be written
 * @param out the folder of the run
 * @param tensorBoard whether TensorBoard's event files are written
 * @param settings every setting by name, as it was resolved; a file of these repeats the run
 */
public record RunConfig(
        ModelPreset preset,
        ModelSettings model,
        DataSettings data,
        TrainingSettings training,
        SavingSettings saving,
        Path out,
        boolean tensorBoard,
        Map<String, Object> settings) {

    /**
     * Reads a configuration from the command line and a file; the command line wins.
     *
     * @param commandLine the values given there, by name
     * @param file null, or a YAML or JSON file of settings
     * @return the configuration
     * @throws io.github.sasblock.examples.problem.InvalidInputException with all problems at once
     */
    public static RunConfig read(Map<String, List<String>> commandLine, Path file) {
        Problems problems = new Problems();
        Map<String, List<String>> values = new LinkedHashMap<>();
        if (file != null) {
            values.putAll(SettingValues.readFile(file, problems));
        }
        values.putAll(commandLine);
        RunConfig config = new RunConfigReader(new SettingValues(values, problems)).read();
        problems.throwIfAny();
        return config;
    }

    /**
     * Reads a configuration from values alone.
     *
     * @param values the values, by name
     * @param problems takes what is wrong with them
     * @return the configuration, or nothing if a problem was added
     */
    public static Optional<RunConfig> tryRead(Map<String, List<String>> values, Problems problems) {
        int before = problems.messages().size();
        RunConfig config = new RunConfigReader(new SettingValues(values, problems)).read();
        return problems.messages().size() == before ? Optional.of(config) : Optional.empty();
    }

    /**
     * Reads a YAML or JSON file of settings, without asking what they mean.
     *
     * @param file the file
     * @param problems takes what is wrong with it
     * @return the values, by name
     * @throws io.github.sasblock.examples.problem.InvalidInputException if it cannot be read
     */
    public static Map<String, List<String>> readFile(Path file, Problems problems) {
        return SettingValues.readFile(file, problems);
    }

    /**
     * Returns the sizes of the model.
     *
     * @param tokens the number of token ids in use, padded to a multiple of 64
     * @return the configuration of the model
     */
    public LanguageModelConfig languageModel(long tokens) {
        return model.languageModel(LanguageModelConfig.paddedVocabulary(tokens));
    }
}
