package io.github.sasblock.examples.config;

import io.github.sasblock.attention.RotaryEmbedding;
import io.github.sasblock.sas.CacheForm;
import io.github.sasblock.sas.RotaryPlacement;
import io.github.sasblock.sas.SasInitialization;
import io.github.sasblock.sas.SasShape;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import io.github.sasblock.transformer.AttentionConfig;
import io.github.sasblock.transformer.LanguageModelConfig;
import io.github.sasblock.transformer.MatchedSizes;
import io.github.sasblock.transformer.MatchedSizes.Rule;
import io.github.sasblock.transformer.MfaConfig;
import io.github.sasblock.transformer.MlaConfig;
import io.github.sasblock.transformer.ModelPreset;
import io.github.sasblock.transformer.MultiHeadConfig;
import io.github.sasblock.transformer.SasConfig;
import io.github.sasblock.transformer.TpaConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** Reads the attention of a model, and the sizes that its parameters are matched by. */
final class AttentionReader {

    private static final List<String> SAS = List.of("sas");
    private static final List<String> MLA = List.of("mla");

    /** The attentions that a setting belongs to, if not to all. */
    private static final Map<String, List<String>> BELONGS_TO =
            Map.ofEntries(
                    Map.entry("kv-heads", List.of("gqa")),
                    Map.entry("query-rank", List.of("mla", "mfa", "tpa")),
                    Map.entry("kv-rank", List.of("mla", "tpa", "tpa-kv")),
                    Map.entry("rotary-size", MLA),
                    Map.entry("value-size", MLA),
                    Map.entry("simulated-heads", SAS),
                    Map.entry("simulated-head-size", SAS),
                    Map.entry("head-expansion", SAS),
                    Map.entry("kernel-size", SAS),
                    Map.entry("expand-features", SAS),
                    Map.entry("initialization", SAS),
                    Map.entry("cache", SAS));

    private final SettingValues values;
    private final ModelPreset preset;
    private final int embedding;

    AttentionReader(SettingValues values, ModelPreset preset, int embedding) {
        this.values = values;
        this.preset = preset;
        this.embedding = embedding;
    }

    /** Returns the attention and the hidden size, or null if a problem was reported. */
    MatchedSizes read() {
        int problems = values.problems().messages().size();
        Map<String, String> names = new LinkedHashMap<>();
        AttentionConfig.NAMES.forEach(name -> names.put(name, name));
        String name = values.choice("attention", names, "sas");
        refuseSettingsOfOthers(name);
        boolean keepsHeads = name.equals("mha") || name.equals("sas");
        Rule rule = rule(keepsHeads);
        boolean choosesHeads = rule == Rule.HEADS && !keepsHeads;

        int heads = choosesHeads ? multiHeads() : values.smallInteger("heads", 1, multiHeads());
        int size = headSize(name, heads);
        IntFunction<AttentionConfig> attentions = attentions(name, heads, size, choosesHeads);
        int hidden =
                rule == Rule.NONE ? values.smallInteger("hidden-size", 1, usualHiddenSize()) : 0;
        if (values.problems().messages().size() > problems) {
            return null;
        }
        try {
            return switch (rule) {
                case NONE -> asGiven(attentions.apply(heads), hidden);
                case FEED_FORWARD ->
                        chosen(MatchedSizes.byFeedForward(embedding, attentions.apply(heads)));
                case HEADS ->
                        chosen(
                                choosesHeads
                                        ? MatchedSizes.byHeads(embedding, attentions)
                                        : MatchedSizes.keepingHeads(
                                                embedding, attentions.apply(heads)));
            };
        } catch (IllegalArgumentException e) {
            values.problems().add("--attention", name, "sizes that fit: " + e.getMessage());
            return null;
        }
    }

    private Rule rule(boolean keepsHeads) {
        boolean sized = values.has("heads") || values.has("hidden-size");
        Rule usual = keepsHeads || sized ? Rule.NONE : Rule.HEADS;
        return values.choice("match", SettingValues.named(Rule.values()), usual.label());
    }

    private void refuseSettingsOfOthers(String name) {
        for (String setting : Settings.names()) {
            List<String> attentions = BELONGS_TO.getOrDefault(setting, List.of(name));
            if (!attentions.contains(name)) {
                String expected = "only with --attention " + String.join(" or ", attentions);
                values.refuse(setting, expected);
            }
        }
    }

    /** The heads of multi-head attention: the preset's, or as large as the preset's. */
    private int multiHeads() {
        boolean fit = embedding % preset.headCount() == 0 || embedding % preset.headSize() != 0;
        return fit ? preset.headCount() : embedding / preset.headSize();
    }

    private int headSize(String name, int heads) {
        values.problems()
                .require(
                        values.has("head-size") || embedding % heads == 0,
                        "--heads",
                        heads,
                        "a divisor of --embedding-size = " + embedding + ", or a --head-size");
        long usual = Math.max(1, embedding / heads);
        return values.smallInteger("head-size", 1, name.equals("mfa") ? 2 * usual : usual);
    }

    private int usualHiddenSize() {
        return LanguageModelConfig.defaultHiddenSize(embedding);
    }

    private MatchedSizes asGiven(AttentionConfig attention, int hidden) {
        attention.build(embedding, 0); // or says what does not fit
        return MatchedSizes.asGiven(embedding, attention, hidden);
    }

    private MatchedSizes chosen(MatchedSizes sizes) {
        requireChosen("heads", sizes.attention().headCount(), sizes.rule());
        requireChosen("hidden-size", sizes.hiddenSize(), sizes.rule());
        values.problems()
                .require(
                        sizes.isMatched(),
                        "--match",
                        sizes.rule().label(),
                        "an attention whose layer can be within 1 % of multi-head attention's "
                                + sizes.multiHeadParameters()
                                + " parameters; this one has "
                                + sizes.parameters());
        return sizes;
    }

    // A run's own file of settings gives what was chosen.
    private void requireChosen(String name, int chosen, Rule rule) {
        int given = values.smallInteger(name, 1, chosen);
        values.problems()
                .require(
                        given == chosen,
                        "--" + name,
                        given,
                        chosen + ", which --match " + rule.label() + " chooses, or --match none");
    }

    /**
     * Returns the attention by its number of heads or, for grouped-query attention whose heads are
     * to be chosen, by its number of heads that share a key/value head.
     */
    private IntFunction<AttentionConfig> attentions(
            String name, int heads, int size, boolean choosesHeads) {
        boolean bias = values.flag("bias", false);
        double base = values.number("rotary-base", 1, RotaryEmbedding.DEFAULT_BASE);
        if (name.equals("sas")) {
            AttentionConfig sas = sas(heads, size, bias, base);
            return count -> sas;
        }
        boolean rotates = rotary("before") == RotaryPlacement.AFTER;
        requireEven(rotates && !name.equals("mla"), "--head-size", size);
        return switch (name) {
            case "gqa" -> groupedQuery(heads, size, choosesHeads, bias, rotates, base);
            case "mqa" -> count -> new MultiHeadConfig(count, 1, size, bias, rotates, base);
            case "mla" -> latent(size, bias, rotates, base);
            case "mfa" -> {
                int rank = queryRank(MfaConfig.defaultQueryRank(embedding, size));
                yield count -> new MfaConfig(count, size, rank, bias, rotates, base);
            }
            case "tpa", "tpa-kv" -> {
                int queryRank =
                        name.equals("tpa")
                                ? queryRank(TpaConfig.defaultQueryRank(embedding, size))
                                : 0;
                int rank = keyValueRank(TpaConfig.defaultKeyValueRank(embedding, size));
                yield count -> new TpaConfig(count, size, queryRank, rank, bias, rotates, base);
            }
            default -> count -> new MultiHeadConfig(count, count, size, bias, rotates, base);
        };
    }

    private int queryRank(int usual) {
        return values.smallInteger("query-rank", 1, usual);
    }

    private int keyValueRank(int usual) {
        return values.smallInteger("kv-rank", 1, usual);
    }

    private IntFunction<AttentionConfig> groupedQuery(
            int heads, int size, boolean choosesHeads, boolean bias, boolean rotates, double base) {
        int pairs = choosesHeads || heads % 2 == 0 ? 2 : 1;
        int keyValueHeads = values.smallInteger("kv-heads", 1, pairs);
        values.problems()
                .require(
                        choosesHeads || heads % keyValueHeads == 0,
                        "--kv-heads",
                        keyValueHeads,
                        "a divisor of --heads = " + heads);
        int step = choosesHeads ? keyValueHeads : 1;
        return count -> new MultiHeadConfig(count * step, keyValueHeads, size, bias, rotates, base);
    }

    private IntFunction<AttentionConfig> latent(
            int size, boolean bias, boolean rotates, double base) {
        if (!rotates) {
            values.refuse("rotary-size", "none, since --rotary is none");
        }
        int rotarySize =
                rotates
                        ? values.smallInteger("rotary-size", 1, MlaConfig.defaultRotarySize(size))
                        : 0;
        requireEven(rotates, "--rotary-size", rotarySize);
        int valueSize = values.smallInteger("value-size", 1, size);
        int queryRank = queryRank(MlaConfig.defaultQueryRank(embedding, size));
        int rank = keyValueRank(MlaConfig.defaultKeyValueRank(embedding, size));
        return count ->
                new MlaConfig(count, size, rotarySize, valueSize, queryRank, rank, bias, base);
    }

    private AttentionConfig sas(int heads, int size, boolean bias, double base) {
        HeadExpansionKind kind =
                values.choice(
                        "head-expansion",
                        SettingValues.named(HeadExpansionKind.values()),
                        "convolution");
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
                values.choice(
                        "initialization",
                        SettingValues.named(SasInitialization.values()),
                        "pytorch");
        CacheForm cache =
                values.choice("cache", SettingValues.named(CacheForm.values()), "compact");
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
        Map<String, RotaryPlacement> places = SettingValues.named(RotaryPlacement.values());
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
}
