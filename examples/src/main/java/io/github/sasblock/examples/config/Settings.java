package io.github.sasblock.examples.config;

import io.github.sasblock.sas.SasSetting;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All settings of a run, in the order in which they are explained. */
public final class Settings {

    private static final String MODEL = "Model";
    private static final String SAS = "Simulated Attention Score (--attention sas)";
    private static final String RANKS = "Latents and factors (--attention mla, mfa, tpa or tpa-kv)";

    /** The heading of the settings that determine the text. */
    public static final String TEXT = "Text";

    private static final String TRAINING = "Training";
    private static final String COMPUTATION = "Computation";
    private static final String OUTPUT = "Validation and output";

    private static final String SAS_SETTINGS =
            Stream.of(SasSetting.values()).map(SasSetting::label).collect(Collectors.joining(", "));

    private static final List<Setting> ALL =
            List.of(
                    setting(
                            MODEL,
                            "preset",
                            "NAME",
                            "tiny, small, 125m, 350m, 760m or 1.5b; sets the sizes below (tiny)"),
                    setting(
                            MODEL,
                            "attention",
                            "NAME",
                            "mha, gqa, mqa, mla, mfa, tpa, tpa-kv or sas (sas)"),
                    setting(
                            MODEL,
                            "match",
                            "RULE",
                            "how attention and feed-forward get the parameters they have with mha,"
                                    + " within 1%: heads, as many as fit; feed-forward, by its"
                                    + " hidden size; or none (heads; none for mha and sas, and"
                                    + " where --heads or --hidden-size is given)"),
                    setting(
                            MODEL,
                            "embedding-size",
                            "E",
                            "size of the residual stream (by preset)"),
                    setting(MODEL, "layers", "N", "number of decoder layers (by preset)"),
                    setting(
                            MODEL,
                            "heads",
                            "H",
                            "number of query heads (by preset, or by --match)"),
                    setting(
                            MODEL,
                            "head-size",
                            "D",
                            "features of a head (E/H of mha; twice that for mfa)"),
                    setting(MODEL, "kv-heads", "N", "key/value heads of gqa (2)"),
                    setting(
                            MODEL,
                            "hidden-size",
                            "N",
                            "hidden size of the feed-forward network (8E/3, or by --match)"),
                    setting(
                            MODEL,
                            "bias",
                            "BOOLEAN",
                            "biases in the projections of the attention (false)"),
                    setting(
                            MODEL,
                            "tied-embedding",
                            "BOOLEAN",
                            "output projection = embedding (true)"),
                    setting(MODEL, "norm-epsilon", "X", "epsilon of RMSNorm (1e-6)"),
                    setting(
                            MODEL,
                            "rotary",
                            "PLACE",
                            "rotary embedding: none, or for sas before or after the expansion; for"
                                    + " the others none or after (after)"),
                    setting(MODEL, "rotary-base", "X", "base of the rotary embedding (10000)"),
                    setting(
                            SAS,
                            "sas",
                            "NAME",
                            SAS_SETTINGS
                                    + "; sets what follows, down to --aggregation (features with"
                                    + " tiny and small, where nothing below says how heads are"
                                    + " simulated; else paper)"),
                    setting(
                            SAS,
                            "simulated-heads",
                            "H'",
                            "heads after expansion, a multiple of H (3H)"),
                    setting(
                            SAS,
                            "simulated-head-size",
                            "D'",
                            "features of queries and keys after expansion (1.5 D)"),
                    setting(
                            SAS,
                            "head-expansion",
                            "KIND",
                            "convolution, mlp or none (convolution)"),
                    setting(SAS, "kernel-size", "K", "odd kernel size of the convolution (5)"),
                    setting(
                            SAS,
                            "expand-features",
                            "BOOLEAN",
                            "expand the features of queries and keys (true)"),
                    setting(
                            SAS,
                            "expand-values",
                            "BOOLEAN",
                            "expand the heads of values too; else simulated head h sees the values"
                                    + " of head h mod H (true)"),
                    setting(
                            SAS,
                            "aggregation",
                            "KIND",
                            "average of heads h, h + H, ... before the output projection, or"
                                    + " concatenation of all, with r times its weights (average)"),
                    setting(
                            SAS,
                            "initialization",
                            "KIND",
                            "pytorch, or identity to begin as plain attention (pytorch)"),
                    setting(SAS, "cache", "FORM", "key/value cache: compact or expanded (compact)"),
                    setting(
                            RANKS,
                            "query-rank",
                            "N",
                            "rank of the queries of mla, mfa and tpa (at E = 768: 512, 256, 6)"),
                    setting(
                            RANKS,
                            "kv-rank",
                            "N",
                            "rank of keys and values of mla, tpa and tpa-kv (at E = 768: 256, 2,"
                                    + " 2)"),
                    setting(
                            RANKS,
                            "rotary-size",
                            "N",
                            "rotated features of a head of mla, beside the others (D/2)"),
                    setting(RANKS, "value-size", "N", "features of a value head of mla (D)"),
                    repeatable(
                            TEXT,
                            "data",
                            "PATH",
                            "text to train on: a file (.txt, .jsonl, .tar, .zip, .parquet, .tokens,"
                                    + " also .gz and .zst), a folder or a pattern of files, - or"
                                    + " -.jsonl for standard input, wikitext2:train, a folder of"
                                    + " tokens; with @WEIGHT after it for a share of a mixture; may"
                                    + " be given several times; or builtin:books, builtin:arxiv,"
                                    + " builtin:mixed, or a task of the laboratory: lab:recall,"
                                    + " lab:lags, lab:markov, lab:nearest (builtin:books)"),
                    repeatable(
                            TEXT,
                            "validation",
                            "PATH",
                            "text to score, never trained on; needed unless the data are built in"
                                    + " or a share is held out"),
                    setting(
                            TEXT,
                            "held-out",
                            "SHARE",
                            "share of the documents of --data that is scored and not trained on,"
                                    + " chosen by their hash (0)"),
                    setting(
                            TEXT,
                            "drop-duplicates",
                            "BOOLEAN",
                            "leave out documents of --data that equal one before them (true)"),
                    setting(
                            TEXT,
                            "text-field",
                            "NAME",
                            "field of JSON objects and column of Parquet files that holds the text"
                                    + " (text)"),
                    setting(
                            TEXT,
                            "repository",
                            "PLACE",
                            "folder or address of a DJL repository that has wikitext2 (DJL's)"),
                    setting(
                            TEXT,
                            "tokenizer",
                            "NAME",
                            "bytes, gpt2, or the path of a tokenizer.json (bytes)"),
                    setting(
                            TEXT,
                            "builtin-bytes",
                            "N",
                            "length of the built-in training text (8 million)"),
                    setting(
                            TEXT,
                            "cache-dir",
                            "DIR",
                            "where tokens are kept for the next run (the user's cache folder)"),
                    setting(TEXT, "context", "T", "tokens of a window (by preset)"),
                    setting(
                            TEXT,
                            "document-mask",
                            "BOOLEAN",
                            "no attention across the documents of a window, in training and in"
                                    + " validation (false)"),
                    setting(TRAINING, "steps", "N", "optimizer steps (by preset)"),
                    setting(TRAINING, "batch", "N", "windows of a step (by preset)"),
                    setting(
                            TRAINING,
                            "micro-batch",
                            "N",
                            "windows in memory at once; fewer take less memory; auto to halve them"
                                    + " where memory does not suffice (by preset)"),
                    setting(TRAINING, "learning-rate", "X", "highest learning rate (by preset)"),
                    setting(
                            TRAINING,
                            "minimum-learning-rate",
                            "X",
                            "learning rate at the end of the cosine (a tenth of the highest)"),
                    setting(
                            TRAINING,
                            "warmup",
                            "N",
                            "steps of linear warm-up (1% of the steps, at least 10)"),
                    setting(TRAINING, "beta1", "X", "AdamW's decay of the mean (0.9)"),
                    setting(TRAINING, "beta2", "X", "AdamW's decay of the square (0.95)"),
                    setting(TRAINING, "epsilon", "X", "AdamW's epsilon (1e-8)"),
                    setting(TRAINING, "weight-decay", "X", "AdamW's weight decay (0.1)"),
                    setting(TRAINING, "decay", "WHICH", "matrices, or all parameters (matrices)"),
                    setting(
                            TRAINING,
                            "clip",
                            "X",
                            "largest global norm of the gradients; 0 for none (1)"),
                    setting(TRAINING, "dropout", "X", "rate of dropout (0)"),
                    setting(
                            TRAINING,
                            "on-nonfinite",
                            "ACTION",
                            "where the loss or a gradient is not finite: stop before the update, or"
                                    + " skip the batch (stop)"),
                    setting(
                            TRAINING,
                            "max-nonfinite",
                            "N",
                            "batches of a run that --on-nonfinite skip may leave out (10)"),
                    setting(
                            TRAINING,
                            "skip-spikes",
                            "FACTOR",
                            "skip batches whose loss is more than so many times its moving average;"
                                    + " 0 for none (0)"),
                    setting(
                            TRAINING,
                            "seed",
                            "N",
                            "seed of initial values, order of data, dropout (1)"),
                    setting(
                            COMPUTATION,
                            "kernels",
                            "FORM",
                            "fused, or plain: the operations of DJL, as a reference (fused)"),
                    setting(
                            COMPUTATION,
                            "precision",
                            "TYPE",
                            "type of products and attention: fp32, bf16 or fp16 (fp32)"),
                    setting(
                            COMPUTATION,
                            "recompute",
                            "BOOLEAN",
                            "repeat a layer's forward pass in the backward pass, for less memory"
                                    + " (false)"),
                    setting(
                            COMPUTATION,
                            "threads",
                            "N",
                            "threads that share the windows of a step on a CPU; their number"
                                    + " changes the rounding (all processors)"),
                    setting(
                            OUTPUT,
                            "validate-every",
                            "N",
                            "steps between validations (a fifth of the steps)"),
                    setting(
                            OUTPUT,
                            "validation-tokens",
                            "N",
                            "tokens scored by a validation, spread evenly; 0 for all (262144)"),
                    setting(
                            OUTPUT,
                            "checkpoint-every",
                            "N",
                            "steps between checkpoints, which are written after validations too (a"
                                    + " tenth of the steps, at most 100)"),
                    setting(
                            OUTPUT,
                            "keep",
                            "N",
                            "newest checkpoints to keep; the best is kept besides (2)"),
                    setting(
                            OUTPUT,
                            "on-save-failure",
                            "ACTION",
                            "where a checkpoint or a line of the log cannot be written, as on a"
                                    + " full disk: continue, or stop (continue)"),
                    setting(
                            OUTPUT,
                            "out",
                            "DIR",
                            "folder of the run, must be new or empty"
                                    + " (runs/DATE-TIME-attention-preset)"),
                    setting(
                            OUTPUT,
                            "tensorboard",
                            "BOOLEAN",
                            "write TensorBoard event files too (false)"));

    private Settings() {}

    private static Setting setting(String group, String name, String argument, String description) {
        return new Setting(name, group, argument, description, false);
    }

    private static Setting repeatable(
            String group, String name, String argument, String description) {
        return new Setting(name, group, argument, description, true);
    }

    /**
     * Returns all settings.
     *
     * @return in the order in which they are explained
     */
    public static List<Setting> all() {
        return ALL;
    }

    /**
     * Returns the names of all settings.
     *
     * @return without dashes before
     */
    public static List<String> names() {
        return ALL.stream().map(Setting::name).toList();
    }
}
