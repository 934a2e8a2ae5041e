package io.github.sasblock.examples.config;

import io.github.sasblock.attention.RotaryEmbedding;
import io.github.sasblock.examples.problem.Problems;
import io.github.sasblock.examples.train.AdamW;
import io.github.sasblock.examples.train.LearningRate;
import io.github.sasblock.examples.train.TrainingSettings;
import io.github.sasblock.sas.CacheForm;
import io.github.sasblock.sas.RotaryPlacement;
import io.github.sasblock.sas.SasInitialization;
import io.github.sasblock.sas.SasShape;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import io.github.sasblock.transformer.AttentionConfig;
import io.github.sasblock.transformer.LanguageModelConfig;
import io.github.sasblock.transformer.ModelPreset;
import io.github.sasblock.transformer.MultiHeadConfig;
import io.github.sasblock.transformer.SasConfig;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Turns the values of settings into a configuration, with defaults by preset. */
final class RunConfigReader {

    private static final List<String> BUILT_IN_KINDS =
            List.of("builtin:books", "builtin:arxiv", "builtin:mixed");
    private static final List<String> ATTENTIONS = List.of("mha", "gqa", "mqa", "sas");
    private static final List<String> SAS_ONLY =
            List.of(
                    "simulated-heads",
                    "simulated-head-size",
                    "head-expansion",
                    "kernel-size",
                    "expand-features",
                    "initialization",
                    "cache");

    /** Wider than any model by far; sizes that follow from it stay within an int. */
    private static final int WIDEST = 1 << 20;

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
        String name = model.attention() == null ? "" : "-" + model.attention().name();
        Path out = values.path("out", defaultOut(name + "-" + preset.label()));
        boolean tensorBoard = values.flag("tensorboard", false);
        return new RunConfig(
                preset, model, data, training, out, tensorBoard, ordered(values.resolved()));
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
        int hidden =
                values.smallInteger(
                        "hidden-size", 1, LanguageModelConfig.defaultHiddenSize(embedding));
        AttentionConfig attention = attention(preset, embedding);
        float dropout = (float) values.share("dropout", 0);
        boolean tied = values.flag("tied-embedding", true);
        double epsilon = values.number("norm-epsilon", 0, 1e-6);
        if (attention != null) {
            tryToBuild(attention, embedding);
        }
        return new ModelSettings(embedding, layers, hidden, attention, dropout, tied, epsilon);
    }

    private int embeddingSize(ModelPreset preset) {
        int size = values.smallInteger("embedding-size", 1, preset.embeddingSize());
        values.problems().require(size <= WIDEST, "--embedding-size", size, "at most " + WIDEST);
        return Math.min(size, WIDEST);
    }

    private void tryToBuild(AttentionConfig attention, int embedding) {
        try {
            attention.build(embedding, 0);
        } catch (IllegalArgumentException e) {
            values.problems()
                    .add("--attention", attention.name(), "sizes that fit: " + e.getMessage());
        }
    }

    private AttentionConfig attention(ModelPreset preset, int embedding) {
        Map<String, String> names = new LinkedHashMap<>();
        ATTENTIONS.forEach(name -> names.put(name, name));
        String name = values.choice("attention", names, "sas");
        int heads = values.smallInteger("heads", 1, preset.headCount());
        values.problems()
                .require(
                        values.has("head-size") || embedding % heads == 0,
                        "--heads",
                        heads,
                        "a divisor of --embedding-size = " + embedding + ", or a --head-size");
        int size = values.smallInteger("head-size", 1, Math.max(1, embedding / heads));
        boolean bias = values.flag("bias", false);
        double base = values.number("rotary-base", 1, RotaryEmbedding.DEFAULT_BASE);
        return name.equals("sas")
                ? sas(heads, size, bias, base)
                : multiHead(name, heads, size, bias, base);
    }

    private AttentionConfig multiHead(String name, int heads, int size, boolean bias, double base) {
        SAS_ONLY.forEach(setting -> values.refuse(setting, "only with --attention sas"));
        RotaryPlacement rotary = rotary("before");
        boolean rotates = rotary == RotaryPlacement.AFTER;
        requireEven(rotates, "--head-size", size);
        return new MultiHeadConfig(heads, keyValueHeads(name, heads), size, bias, rotates, base);
    }

    private int keyValueHeads(String name, int heads) {
        if (!name.equals("gqa")) {
            values.refuse("kv-heads", "only with --attention gqa");
            return name.equals("mqa") ? 1 : heads;
        }
        int count = values.smallInteger("kv-heads", 1, heads % 2 == 0 ? 2 : 1);
        values.problems()
                .require(
                        heads % count == 0, "--kv-heads", count, "a divisor of --heads = " + heads);
        return count;
    }

    private AttentionConfig sas(int heads, int size, boolean bias, double base) {
        values.refuse("kv-heads", "only with --attention gqa");
        HeadExpansionKind kind =
                values.choice("head-expansion", named(HeadExpansionKind.values()), "convolution");
        boolean isConvolution = kind == HeadExpansionKind.CONVOLUTION;
        boolean expandFeatures = values.flag("expand-features", true);
        int simulatedHeads =
                values.smallInteger(
                        "simulated-heads", 1, kind == HeadExpansionKind.NONE ? heads : 3L * heads);
        int simulatedSize =
                values.smallInteger(
                        "simulated-head-size", 1, expandFeatures ? (3L * size + 3) / 4 * 2 : size);
        if (!isConvolution) {
            values.refuse("kernel-size", "only with --head-expansion convolution");
        }
        int kernel = isConvolution ? values.smallInteger("kernel-size", 1, 5) : 1;
        RotaryPlacement rotary = rotary();
        requireEven(rotary == RotaryPlacement.AFTER, "--simulated-head-size", simulatedSize);
        requireEven(rotary == RotaryPlacement.BEFORE, "--head-size", size);
        SasInitialization initialization =
                values.choice("initialization", named(SasInitialization.values()), "pytorch");
        CacheForm cache = values.choice("cache", named(CacheForm.values()), "compact");
        return checkShape(heads, size, simulatedHeads, simulatedSize, kind, kernel, expandFeatures)
                ? new SasConfig(
                        new SasShape(
                                heads,
                                size,
                                simulatedHeads,
                                simulatedSize,
                                kind,
                                kernel,
                                expandFeatures),
                        bias,
                        rotary,
                        base,
                        initialization,
                        cache)
                : null;
    }

    private boolean checkShape(
            int heads,
            int size,
            int simulatedHeads,
            int simulatedSize,
            HeadExpansionKind kind,
            int kernel,
            boolean expandFeatures) {
        int before = values.problems().messages().size();
        boolean multiple = simulatedHeads >= heads && simulatedHeads % heads == 0;
        values.problems()
                .require(
                        multiple,
                        "--simulated-heads",
                        simulatedHeads,
                        "a multiple of --heads = " + heads);
        values.problems()
                .require(
                        kind != HeadExpansionKind.NONE || simulatedHeads == heads || !multiple,
                        "--simulated-heads",
                        simulatedHeads,
                        "--heads = " + heads + ", since --head-expansion is none");
        values.problems()
                .require(
                        simulatedSize >= size,
                        "--simulated-head-size",
                        simulatedSize,
                        "at least --head-size = " + size);
        values.problems()
                .require(
                        expandFeatures || simulatedSize <= size,
                        "--simulated-head-size",
                        simulatedSize,
                        "--head-size = " + size + ", since --expand-features is false");
        values.problems().require(kernel % 2 != 0, "--kernel-size", kernel, "an odd number");
        return values.problems().messages().size() == before;
    }

    private RotaryPlacement rotary(String... excluded) {
        Map<String, RotaryPlacement> places = named(RotaryPlacement.values());
        for (String place : excluded) {
            places.remove(place);
        }
        return values.choice("rotary", places, "after");
    }

    private void requireEven(boolean rotates, String name, int size) {
        values.problems()
                .require(
                        !rotates || size % 2 == 0,
                        name,
                        size,
                        "an even number for the rotary embedding, or --rotary none");
    }

    private static <T extends Enum<T>> Map<String, T> named(T[] constants) {
        Map<String, T> names = new LinkedHashMap<>();
        for (T constant : constants) {
            names.put(constant.name().toLowerCase(Locale.ROOT), constant);
        }
        return names;
    }

    private TrainingSettings training(PresetDefaults defaults) {
        long steps = values.integer("steps", 1, defaults.steps());
        int batch = values.smallInteger("batch", 1, defaults.batch());
        int micro = values.smallInteger("micro-batch", 1, Math.min(batch, defaults.microBatch()));
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
                        values.choice("decay", named(AdamW.Decay.values()), "matrices"));
        return new TrainingSettings(
                steps,
                batch,
                micro,
                new LearningRate(peak, minimum, warmup, steps),
                adam,
                values.number("clip", 0, 1),
                values.integer("validate-every", 1, Math.max(1, steps / 5)),
                values.smallInteger("seed", 0, 1));
    }

    private DataSettings data(ModelPreset preset, long seed) {
        List<String> train = values.texts("data", List.of(BUILT_IN_KINDS.get(0)));
        boolean builtIn = train.stream().anyMatch(path -> path.startsWith(DataSettings.BUILT_IN));
        List<String> validation = builtIn ? List.of() : values.texts("validation", List.of());
        requireConsistent(train, validation, builtIn);
        Path cache = values.path("cache-dir", defaultCache().toString());
        return new DataSettings(
                train,
                validation,
                values.text("tokenizer", "bytes"),
                builtIn ? values.integer("builtin-bytes", 100_000, 8_000_000) : 0,
                cache,
                values.smallInteger("context", 1, preset.contextLength()),
                values.integer("validation-tokens", 0, 262_144),
                seed);
    }

    private void requireConsistent(List<String> train, List<String> validation, boolean builtIn) {
        Problems problems = values.problems();
        problems.require(!train.isEmpty(), "--data", train, "a path or " + BUILT_IN_KINDS.get(0));
        if (!builtIn) {
            values.refuse("builtin-bytes", "only with built-in text");
            problems.require(
                    !validation.isEmpty(),
                    "--validation",
                    "(none)",
                    "a path of text to score that is not in --data");
            return;
        }
        values.refuse("validation", "none, since built-in text brings its own validation text");
        if (train.size() > 1) {
            problems.add("--data", String.join(", ", train), "built-in text alone, or paths alone");
        } else if (!BUILT_IN_KINDS.contains(train.get(0))) {
            problems.addUnknown("--data", train.get(0), BUILT_IN_KINDS);
        }
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
