package io.github.sasblock.examples.config;

import io.github.sasblock.examples.checkpoint.CheckpointStore;
import io.github.sasblock.examples.lab.LabTask;
import io.github.sasblock.examples.problem.Problems;
import io.github.sasblock.examples.text.ReadOptions;
import io.github.sasblock.examples.train.AdamW;
import io.github.sasblock.examples.train.Computation;
import io.github.sasblock.examples.train.FaultPolicy;
import io.github.sasblock.examples.train.LearningRate;
import io.github.sasblock.examples.train.TrainingSettings;
import io.github.sasblock.kernel.Kernels;
import io.github.sasblock.kernel.Precision;
import io.github.sasblock.transformer.DocumentMask;
import io.github.sasblock.transformer.MatchedSizes;
import io.github.sasblock.transformer.ModelPreset;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** Turns the values of settings into a configuration, with defaults by preset. */
final class RunConfigReader {

    private static final List<String> BUILT_IN_KINDS =
            Stream.concat(
                            Stream.of("builtin:books", "builtin:arxiv", "builtin:mixed"),
                            LabTask.labels().stream())
                    .toList();

    /** Wider than any model by far; sizes that follow from it stay within an int. */
    private static final int WIDEST = 1 << 20;

    /** What a crash costs at most, unless told otherwise. */
    private static final long MOST_STEPS_LOST = 100;

    private final SettingValues values;

    RunConfigReader(SettingValues values) {
        this.values = values;
    }

    RunConfig read() {
        Map<String, ModelPreset> presets = new LinkedHashMap<>();
        for (ModelPreset preset : ModelPreset.values()) {
            presets.put(preset.label(), preset);
        }
        ModelPreset preset = values.choice("preset", presets, ModelPreset.TINY.label());
        ModelSettings model = model(preset);
        TrainingSettings training = training(PresetDefaults.of(preset));
        DataSettings data = data(preset, training.seed());
        SavingSettings saving = saving();
        String name = model.sizes() == null ? "" : "-" + model.attention().name();
        Path out = values.path("out", defaultOut(name + "-" + preset.label()));
        boolean tensorBoard = values.flag("tensorboard", false);
        return new RunConfig(
                preset,
                model,
                data,
                training,
                saving,
                out,
                tensorBoard,
                ordered(values.resolved()));
    }

    private static String defaultOut(String suffix) {
        String now = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
        return Path.of("runs", now + suffix).toString();
    }

    private static Map<String, Object> ordered(Map<String, Object> resolved) {
        Map<String, Object> ordered = new LinkedHashMap<>();
        for (String name : Settings.names()) {
            if (resolved.containsKey(name)) {
                ordered.put(name, resolved.get(name));
            }
        }
        return Collections.unmodifiableMap(ordered);
    }

    private ModelSettings model(ModelPreset preset) {
        int embedding = embeddingSize(preset);
        int layers = values.smallInteger("layers", 1, preset.layerCount());
        MatchedSizes sizes = new AttentionReader(values, preset, embedding).read();
        float dropout = (float) values.share("dropout", 0);
        boolean tied = values.flag("tied-embedding", true);
        double epsilon = values.number("norm-epsilon", 0, 1e-6);
        return new ModelSettings(sizes, layers, dropout, tied, epsilon);
    }

    private int embeddingSize(ModelPreset preset) {
        int size = values.smallInteger("embedding-size", 1, preset.embeddingSize());
        values.problems().require(size <= WIDEST, "--embedding-size", size, "at most " + WIDEST);
        return Math.min(size, WIDEST);
    }

    private TrainingSettings training(PresetDefaults defaults) {
        long steps = values.integer("steps", 1, defaults.steps());
        int batch = values.smallInteger("batch", 1, defaults.batch());
        int fitting = Math.min(batch, defaults.microBatch());
        boolean adapts = values.isWord("micro-batch", "auto");
        int micro = adapts ? fitting : values.smallInteger("micro-batch", 1, fitting);
        values.problems()
                .require(micro <= batch, "--micro-batch", micro, "at most --batch = " + batch);
        double peak = values.number("learning-rate", 0, defaults.learningRate());
        double minimum = values.number("minimum-learning-rate", 0, peak / 10);
        values.problems()
                .require(
                        minimum <= peak,
                        "--minimum-learning-rate",
                        minimum,
                        "at most --learning-rate = " + peak);
        long warmup = values.integer("warmup", 0, Math.min(steps, Math.max(10, steps / 100)));
        values.problems()
                .require(warmup <= steps, "--warmup", warmup, "at most --steps = " + steps);
        AdamW.Settings adam =
                new AdamW.Settings(
                        values.share("beta1", 0.9),
                        values.share("beta2", 0.95),
                        values.number("epsilon", 0, 1e-8),
                        values.number("weight-decay", 0, 0.1),
                        values.choice(
                                "decay", SettingValues.named(AdamW.Decay.values()), "matrices"));
        return new TrainingSettings(
                steps,
                batch,
                micro,
                adapts,
                new LearningRate(peak, minimum, warmup, steps),
                adam,
                values.number("clip", 0, 1),
                values.integer("validate-every", 1, Math.max(1, steps / 5)),
                values.integer("checkpoint-every", 1, defaultCheckpointEvery(steps)),
                values.smallInteger("seed", 0, 1),
                DocumentMask.NONE, // it needs the tokenizer
                faults(),
                computation());
    }

    private static long defaultCheckpointEvery(long steps) {
        return Math.max(1, Math.min(MOST_STEPS_LOST, steps / 10));
    }

    private FaultPolicy faults() {
        FaultPolicy faults =
                new FaultPolicy(
                        values.choice(
                                "on-nonfinite",
                                SettingValues.named(FaultPolicy.OnNonFinite.values()),
                                "stop"),
                        values.integer("max-nonfinite", 1, 10),
                        values.number("skip-spikes", 0, 0));
        values.problems()
                .require(
                        faults.spikeFactor() == 0 || faults.spikeFactor() > 1,
                        "--skip-spikes",
                        faults.spikeFactor(),
                        "more than 1, or 0 to skip none");
        return faults;
    }

    private SavingSettings saving() {
        return new SavingSettings(
                values.smallInteger("keep", 1, CheckpointStore.DEFAULT_KEPT),
                values.choice(
                        "on-save-failure",
                        SettingValues.named(SavingSettings.OnFailure.values()),
                        "continue"));
    }

    private Computation computation() {
        Kernels.Mode kernels =
                values.choice(
                        "kernels",
                        SettingValues.named(Kernels.Mode.values()),
                        Kernels.mode().name().toLowerCase(Locale.ROOT));
        Precision precision =
                values.choice("precision", SettingValues.named(Precision.values()), "fp32");
        boolean recompute = values.flag("recompute", false);
        if (kernels == Kernels.Mode.PLAIN) {
            values.problems()
                    .require(
                            precision == Precision.FP32,
                            "--precision",
                            precision.name().toLowerCase(Locale.ROOT),
                            "fp32 with --kernels plain");
            values.problems()
                    .require(!recompute, "--recompute", true, "false with --kernels plain");
        }
        int processors = Runtime.getRuntime().availableProcessors();
        return new Computation(
                kernels, precision, recompute, values.smallInteger("threads", 1, processors));
    }

    private DataSettings data(ModelPreset preset, long seed) {
        List<String> train = values.texts("data", List.of(BUILT_IN_KINDS.get(0)));
        boolean builtIn = train.stream().anyMatch(DataSettings::isBuiltIn);
        double heldOut = builtIn ? 0 : values.share("held-out", 0);
        boolean needsValidation = !builtIn && heldOut == 0;
        List<String> validation =
                needsValidation ? values.texts("validation", List.of()) : List.of();
        requireConsistent(train, validation, builtIn, heldOut);
        Path cache = values.path("cache-dir", defaultCache().toString());
        DataSettings settings =
                new DataSettings(
                        train,
                        validation,
                        heldOut,
                        builtIn ? false : values.flag("drop-duplicates", true),
                        values.text("text-field", ReadOptions.DEFAULT_TEXT_FIELD),
                        values.text("repository", ""),
                        values.text("tokenizer", "bytes"),
                        builtIn ? values.integer("builtin-bytes", 100_000, 8_000_000) : 0,
                        cache,
                        values.smallInteger("context", 1, preset.contextLength()),
                        documentMask(),
                        values.integer("validation-tokens", 0, 262_144),
                        seed);
        values.problems()
                .require(
                        !settings.isLaboratory() || settings.tokenizer().equals("bytes"),
                        "--tokenizer",
                        settings.tokenizer(),
                        "bytes with the tasks of the laboratory");
        return settings;
    }

    private boolean documentMask() {
        boolean mask = values.flag("document-mask", false);
        if (!mask) {
            values.leaveOut("document-mask"); // checkpoints from before there was one go on
        }
        return mask;
    }

    private void requireConsistent(
            List<String> train, List<String> validation, boolean builtIn, double heldOut) {
        Problems problems = values.problems();
        problems.require(!train.isEmpty(), "--data", train, "a path or " + BUILT_IN_KINDS.get(0));
        if (!builtIn) {
            values.refuse("builtin-bytes", "only with built-in text");
            problems.require(
                    !validation.isEmpty() || heldOut > 0,
                    "--validation",
                    "(none)",
                    "a path of text to score that is not in --data, or --held-out");
            if (heldOut > 0) {
                values.refuse("validation", "none, since --held-out takes it from --data");
            }
            requireWeights(train);
            return;
        }
        values.refuse("held-out", "none, since built-in text brings its own validation text");
        values.refuse("validation", "none, since built-in text brings its own validation text");
        if (train.size() > 1) {
            problems.add("--data", String.join(", ", train), "built-in text alone, or paths alone");
        } else if (!BUILT_IN_KINDS.contains(train.get(0))) {
            problems.addUnknown("--data", train.get(0), BUILT_IN_KINDS);
        }
    }

    private void requireWeights(List<String> train) {
        List<DataSource> sources = train.stream().map(DataSource::of).toList();
        long weighted = sources.stream().filter(source -> source.weight().isPresent()).count();
        values.problems()
                .require(
                        weighted == 0 || weighted == sources.size(),
                        "--data",
                        String.join(", ", train),
                        "a weight for each, as in PATH@0.7, or for none");
        values.problems()
                .require(
                        sources.stream().allMatch(source -> source.weight().orElse(1) > 0),
                        "--data",
                        String.join(", ", train),
                        "weights greater than 0");
    }

    private static Path defaultCache() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base =
                xdg == null || xdg.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".cache")
                        : Path.of(xdg);
        return base.resolve("sas-block");
    }
}
