package io.github.sasblock.examples.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All settings of a run, in the order in which they are explained. */
public final class Settings {

    private static final Map<String, Setting> ALL = new LinkedHashMap<>();

    static {
        group(
                "Model",
                "preset=NAME",
                "tiny, small, 125m, 350m, 760m or 1.5b; sets the sizes below (tiny)",
                "attention=NAME",
                "mha, gqa, mqa or sas (sas)",
                "embedding-size=E",
                "size of the residual stream (by preset)",
                "layers=N",
                "number of decoder layers (by preset)",
                "heads=H",
                "number of query heads (by preset)",
                "head-size=D",
                "features of a head (E/H)",
                "kv-heads=N",
                "key/value heads of gqa (2)",
                "hidden-size=N",
                "hidden size of the feed-forward network (8E/3)",
                "bias=BOOLEAN",
                "biases in the projections of the attention (false)",
                "tied-embedding=BOOLEAN",
                "output projection = embedding (true)",
                "norm-epsilon=X",
                "epsilon of RMSNorm (1e-6)",
                "rotary=PLACE",
                "rotary embedding: none, or for sas before or after the expansion; for the others"
                        + " none or after (after)",
                "rotary-base=X",
                "base of the rotary embedding (10000)");
        group(
                "Simulated Attention Score (--attention sas)",
                "simulated-heads=H'",
                "heads after expansion, a multiple of H (3H)",
                "simulated-head-size=D'",
                "features of queries and keys after expansion (1.5 D)",
                "head-expansion=KIND",
                "convolution, mlp or none (convolution)",
                "kernel-size=K",
                "odd kernel size of the convolution (5)",
                "expand-features=BOOLEAN",
                "expand the features of queries and keys (true)",
                "initialization=KIND",
                "pytorch, or identity to begin as plain attention (pytorch)",
                "cache=FORM",
                "key/value cache: compact or expanded (compact)");
        group(
                "Text",
                "data+PATH",
                "text to train on: .txt, .jsonl, .jsonl.gz, .jsonl.zst, or a folder of them; may be"
                        + " given several times; or builtin:mixed, builtin:arxiv, builtin:books"
                        + " (builtin:mixed)",
                "validation+PATH",
                "text to score, never trained on; needed unless the data are built in",
                "tokenizer=NAME",
                "bytes, gpt2, or the path of a tokenizer.json (bytes)",
                "builtin-bytes=N",
                "length of the built-in training text (8 million)",
                "cache-dir=DIR",
                "where tokens are kept for the next run (the user's cache folder)",
                "context=T",
                "tokens of a window (by preset)");
        group(
                "Training",
                "steps=N",
                "optimizer steps (by preset)",
                "batch=N",
                "windows of a step (by preset)",
                "micro-batch=N",
                "windows in memory at once; fewer take less memory (by preset)",
                "learning-rate=X",
                "highest learning rate (by preset)",
                "minimum-learning-rate=X",
                "learning rate at the end of the cosine (a tenth of the highest)",
                "warmup=N",
                "steps of linear warm-up (1% of the steps, at least 10)",
                "beta1=X",
                "AdamW's decay of the mean (0.9)",
                "beta2=X",
                "AdamW's decay of the square (0.95)",
                "epsilon=X",
                "AdamW's epsilon (1e-8)",
                "weight-decay=X",
                "AdamW's weight decay (0.1)",
                "decay=WHICH",
                "matrices, or all parameters (matrices)",
                "clip=X",
                "largest global norm of the gradients; 0 for none (1)",
                "dropout=X",
                "rate of dropout (0)",
                "seed=N",
                "seed of initial values, order of data, dropout (1)");
        group(
                "Validation and output",
                "validate-every=N",
                "steps between validations (a tenth of the steps)",
                "validation-tokens=N",
                "tokens scored by a validation, spread evenly; 0 for all (262144)",
                "out=DIR",
                "folder of the run, must be new or empty (runs/DATE-TIME-attention-preset)",
                "tensorboard=BOOLEAN",
                "write TensorBoard event files too (false)");
    }

    private Settings() {}

    private static void group(String title, String... namesAndDescriptions) {
        for (int i = 0; i < namesAndDescriptions.length; i += 2) {
            String[] nameAndArgument = namesAndDescriptions[i].split("[=+]");
            ALL.put(
                    nameAndArgument[0],
                    new Setting(
                            nameAndArgument[0],
                            title,
                            nameAndArgument[1],
                            namesAndDescriptions[i + 1],
                            namesAndDescriptions[i].contains("+")));
        }
    }

    /**
     * Returns all settings.
     *
     * @return in the order in which they are explained
     */
    public static List<Setting> all() {
        return new ArrayList<>(ALL.values());
    }

    /**
     * Returns the names of all settings.
     *
     * @return without dashes before
     */
    public static List<String> names() {
        return new ArrayList<>(ALL.keySet());
    }
}
