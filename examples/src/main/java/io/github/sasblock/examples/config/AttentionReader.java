package io.github.sasblock.examples.config;

import io.github.sasblock.attention.RotaryEmbedding;
import io.github.sasblock.sas.RotaryPlacement;
import io.github.sasblock.sas.SasSetting;
import io.github.sasblock.transformer.AttentionConfig;
import io.github.sasblock.transformer.LanguageModelConfig;
import io.github.sasblock.transformer.MatchedSizes;
import io.github.sasblock.transformer.MatchedSizes.Rule;
import io.github.sasblock.transformer.MfaConfig;
import io.github.sasblock.transformer.MlaConfig;
import io.github.sasblock.transformer.ModelPreset;
import io.github.sasblock.transformer.MultiHeadConfig;
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
                    Map.entry("sas", SAS),
                    Map.entry("simulated-heads", SAS),
                    Map.entry("simulated-head-size", SAS),
                    Map.entry("head-expansion", SAS),
                    Map.entry("kernel-size", SAS),
                    Map.entry("expand-features", SAS),
                    Map.entry("expand-values", SAS),
                    Map.entry("aggregation", SAS),
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
            SasSetting usual = PresetDefaults.of(preset).sas();
            AttentionConfig sas = new SasReader(values, usual, heads, size).read(bias, base);
            return count -> sas;
        }
        boolean rotates = rotates();
        requireEven(values, rotates && !name.equals("mla"), "--head-size", size);
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
        requireEven(values, rotates, "--rotary-size", rotarySize);
        int valueSize = values.smallInteger("value-size", 1, size);
        int queryRank = queryRank(MlaConfig.defaultQueryRank(embedding, size));
        int rank = keyValueRank(MlaConfig.defaultKeyValueRank(embedding, size));
        return count ->
                new MlaConfig(count, size, rotarySize, valueSize, queryRank, rank, bias, base);
    }

    private boolean rotates() {
        Map<String, RotaryPlacement> places = SettingValues.named(RotaryPlacement.values());
        places.remove("before"); // which has a meaning with an expansion alone
        return values.choice("rotary", places, "after") == RotaryPlacement.AFTER;
    }

    /** Complains about an odd number of features to rotate. */
    static void requireEven(SettingValues values, boolean rotates, String name, int size) {
        values.problems()
                .require(
                        !rotates || size % 2 == 0,
                        name,
                        size,
                        "an even number for the rotary embedding, or --rotary none");
    }
}
