package io.github.sasblock.examples.config;

import io.github.sasblock.examples.lab.LabTask;
import java.nio.file.Path;
import java.util.List;

/**
 * The text of a run.
 *
 * @param train what is trained on: places, each with a weight or none, or {@code builtin:KIND} or
 *     {@code lab:TASK}
 * @param validation what is scored; empty where the data are built in or a share is held out
 * @param heldOut the share of the documents that is scored and not trained on; 0 for none
 * @param dropDuplicates whether a document is left out that equals one before it
 * @param textField the field of JSON objects, and column of Parquet files, that holds the text
 * @param repository where DJL's data sets are: a folder or an address; empty for DJL's own
 * @param tokenizer bytes, gpt2, or the path of a tokenizer.json
 * @param builtInBytes the length of the built-in training text
 * @param cacheFolder where tokens are kept
 * @param context T, the tokens of a window
 * @param documentMask whether a token sees those of its own document alone
 * @param validationTokens the most tokens that a validation scores; 0 for all
 * @param seed the seed of the built-in text
 */
public record DataSettings(
        List<String> train,
        List<String> validation,
        double heldOut,
        boolean dropDuplicates,
        String textField,
        String repository,
        String tokenizer,
        long builtInBytes,
        Path cacheFolder,
        int context,
        boolean documentMask,
        long validationTokens,
        long seed) {

    /** What the name of built-in text begins with. */
    public static final String BUILT_IN = "builtin:";

    /**
     * Returns whether the text is made by the program.
     *
     * @return whether the data name a kind of built-in text or a task of the laboratory
     */
    public boolean isBuiltIn() {
        return isBuiltIn(train.get(0));
    }

    static boolean isBuiltIn(String name) {
        return name.startsWith(BUILT_IN) || name.startsWith(LabTask.PREFIX);
    }

    boolean isLaboratory() {
        return train.stream().anyMatch(name -> name.startsWith(LabTask.PREFIX));
    }

    /**
     * Returns what is trained on.
     *
     * @return the places with their weights: each has one, or none
     */
    public List<DataSource> sources() {
        return train.stream().map(DataSource::of).toList();
    }
}
