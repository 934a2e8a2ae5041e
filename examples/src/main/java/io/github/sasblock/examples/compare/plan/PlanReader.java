package io.github.sasblock.examples.compare.plan;

import io.github.sasblock.examples.config.DataSettings;
import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.examples.config.Settings;
import io.github.sasblock.examples.lab.LabTask;
import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.problem.Problems;
import io.github.sasblock.examples.text.Sha256;
import io.github.sasblock.examples.tokens.Tokenizer;
import io.github.sasblock.examples.tokens.Tokenizers;
import io.github.sasblock.transformer.AttentionConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/** Turns the command line of a comparison into a plan, or says all that is wrong with it. */
final class PlanReader {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]*");
    private static final String WHAT_NAMES_ARE = "letters, digits and any of . _ + - as a name";

    /** Two paths and a colon between them; the colon of a Windows drive belongs to its path. */
    private static final Pattern TWO_PATHS =
            Pattern.compile("((?:[A-Za-z]:[\\\\/])?[^:]+):((?:[A-Za-z]:[\\\\/])?[^:]+)");

    private static final Pattern RANGE = Pattern.compile("(\\d+)-(\\d+)");
    private static final String SEEDS_EXPECTED = "different whole numbers, such as 1,2,3 or 1-5";
    private static final long MOST_SEEDS = 1000;

    /** A comparison names these in its own way. */
    private static final Map<String, String> NOT_COMMON =
            Map.of(
                    "attention", "--attentions or --variant instead",
                    "seed", "--seeds instead",
                    "validation", "--data NAME=TRAIN:VALIDATION instead");

    /** Runs that differ in these cannot be compared. */
    private static final Set<String> NOT_OF_A_VARIANT =
            Set.of(
                    "data",
                    "validation",
                    "held-out",
                    "drop-duplicates",
                    "text-field",
                    "repository",
                    "seed",
                    "out",
                    "tokenizer",
                    "context",
                    "batch",
                    "cache-dir",
                    "builtin-bytes",
                    "validation-tokens",
                    "tensorboard");

    /** Enough for a smooth curve. */
    private static final int MOST_VALIDATIONS = 20;

    private static final int LEAST_VALIDATIONS = 5;

    /** What all validations together may cost, as a share of training. */
    private static final double VALIDATION_SHARE = 0.2;

    private static final double PASSES_OF_TRAINING = 3;

    private static final String VALIDATION_TOKENS = "32768";

    private final CompareOptions options;
    private final Problems problems = new Problems();

    PlanReader(CompareOptions options) {
        this.options = options;
    }

    ComparePlan read() {
        Map<String, List<String>> common = common();
        List<Long> seeds = seeds();
        List<PlannedCorpus> corpora = corpora(common);
        List<Variant> variants = variants(parameterMatch());
        checkBudget();
        Optional<Variant> baseline = baseline(variants);
        List<PlannedVariant> planned =
                variants.isEmpty()
                        ? List.of()
                        : plan(variants, baseline.orElse(variants.get(0)), common);
        problems.throwIfAny();
        PlannedVariant first =
                planned.stream()
                        .filter(v -> v.name().equals(baseline.orElseThrow().name()))
                        .findFirst()
                        .orElseThrow();
        return new ComparePlan(planned, first, corpora, seeds, matching(first), out());
    }

    /** Returns the settings of all runs: those of the file, of the command line, and defaults. */
    private Map<String, List<String>> common() {
        Map<String, List<String>> common = new LinkedHashMap<>();
        if (options.file() != null) {
            common.putAll(RunConfig.readFile(options.file(), problems));
            common.keySet().removeAll(NOT_COMMON.keySet());
        }
        common.putAll(options.settings());
        NOT_COMMON.forEach(
                (name, instead) -> {
                    if (common.containsKey(name)) {
                        problems.add("--" + name, String.join(", ", common.remove(name)), instead);
                    }
                });
        common.remove("data");
        common.remove("out");
        common.put("match", List.of("none")); // sizes are matched here, to those of the baseline
        common.putIfAbsent("validation-tokens", List.of(VALIDATION_TOKENS));
        return common;
    }

    private List<Long> seeds() {
        Set<Long> seeds = new LinkedHashSet<>();
        int given = 0;
        for (String part : parts(options.seeds())) {
            OptionalLong[] ends = ends(part);
            if (ends[0].isEmpty() || ends[1].isEmpty() || span(ends) >= MOST_SEEDS) {
                problems.add("--seeds", options.seeds(), SEEDS_EXPECTED);
                return List.of();
            }
            given += (int) span(ends) + 1;
            LongStream.rangeClosed(ends[0].getAsLong(), ends[1].getAsLong()).forEach(seeds::add);
        }
        boolean repeated = seeds.size() < given;
        problems.require(
                !seeds.isEmpty() && !repeated,
                "--seeds",
                "\"" + options.seeds() + "\"",
                "one seed at least, " + SEEDS_EXPECTED);
        return List.copyOf(seeds);
    }

    private static long span(OptionalLong... ends) {
        return ends[1].getAsLong() - ends[0].getAsLong();
    }

    private static OptionalLong[] ends(String part) {
        Matcher range = RANGE.matcher(part);
        if (range.matches()) {
            OptionalLong first = seed(range.group(1));
            OptionalLong last = seed(range.group(2));
            boolean ascends =
                    first.isPresent() && last.isPresent() && first.getAsLong() <= last.getAsLong();
            return new OptionalLong[] {ascends ? first : OptionalLong.empty(), last};
        }
        return new OptionalLong[] {seed(part), seed(part)};
    }

    private static OptionalLong seed(String text) {
        boolean digits = text.matches("\\d{1,10}");
        return digits && Long.parseLong(text) <= Integer.MAX_VALUE
                ? OptionalLong.of(Long.parseLong(text))
                : OptionalLong.empty();
    }

    private static List<String> parts(String list) {
        return Arrays.stream(list.split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList();
    }

    private List<PlannedCorpus> corpora(Map<String, List<String>> common) {
        List<String> builtInBytes = common.remove(PlannedCorpus.BUILT_IN_BYTES);
        List<PlannedCorpus> corpora = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        for (String spec : options.data()) {
            Optional<PlannedCorpus> corpus = corpus(spec, builtInBytes);
            corpus.ifPresent(
                    c -> {
                        problems.require(
                                names.add(c.name()), "--data", spec, "a name that is not used yet");
                        corpora.add(c);
                    });
        }
        if (builtInBytes != null && corpora.stream().noneMatch(PlannedCorpus::isMade)) {
            problems.add("--builtin-bytes", builtInBytes.get(0), "only with built-in text");
        }
        corpora.forEach(corpus -> checkCorpus(corpus, common));
        return corpora;
    }

    private Optional<PlannedCorpus> corpus(String spec, List<String> builtInBytes) {
        if (isMade(spec)) {
            String name = spec.substring(spec.indexOf(':') + 1);
            return Optional.of(made(name, spec, builtInBytes));
        }
        int equals = spec.indexOf('=');
        String name = spec.substring(0, Math.max(0, equals));
        String text = spec.substring(equals + 1);
        Matcher paths = TWO_PATHS.matcher(text);
        if (!NAME.matcher(name).matches() || !isMade(text) && !paths.matches()) {
            problems.add(
                    "--data",
                    spec,
                    "NAME=TRAIN:VALIDATION with "
                            + WHAT_NAMES_ARE
                            + ", or builtin:books, builtin:arxiv, builtin:mixed, "
                            + String.join(", ", LabTask.labels()));
            return Optional.empty();
        }
        return Optional.of(
                isMade(text)
                        ? made(name, text, builtInBytes)
                        : new PlannedCorpus(
                                name,
                                Map.of(
                                        "data",
                                        parts(paths.group(1)),
                                        "validation",
                                        parts(paths.group(2)))));
    }

    private static PlannedCorpus made(String name, String text, List<String> builtInBytes) {
        Map<String, List<String>> settings = new LinkedHashMap<>();
        settings.put("data", List.of(text));
        if (builtInBytes != null) {
            settings.put(PlannedCorpus.BUILT_IN_BYTES, builtInBytes);
        }
        return new PlannedCorpus(name, settings);
    }

    private static boolean isMade(String spec) {
        return spec.startsWith(DataSettings.BUILT_IN) || spec.startsWith(LabTask.PREFIX);
    }

    private void checkCorpus(PlannedCorpus corpus, Map<String, List<String>> common) {
        if (!corpus.isMade()) {
            corpus.train().forEach(path -> requireExists(corpus, path));
            corpus.validation().forEach(path -> requireExists(corpus, path));
        }
        Map<String, List<String>> values = new LinkedHashMap<>(corpus.settings());
        for (String name : List.of("preset", "context", "tokenizer")) {
            if (common.containsKey(name)) {
                values.put(name, common.get(name));
            }
        }
        Problems own = new Problems();
        Optional<RunConfig> config = RunConfig.tryRead(values, own);
        own.messages().forEach(problems::addMessage);
        if (config.isEmpty()) {
            values.remove("tokenizer"); // so that a wrong context is told of too
            config = RunConfig.tryRead(values, new Problems());
        }
        config.ifPresent(c -> checkContext(corpus, c.data().context()));
    }

    private void requireExists(PlannedCorpus corpus, String path) {
        problems.require(
                Files.exists(Path.of(path)),
                "--data " + corpus.name(),
                path,
                "a file or folder that is there");
    }

    private void checkContext(PlannedCorpus corpus, int context) {
        String text = corpus.train().get(0);
        if (text.startsWith(LabTask.PREFIX)) {
            int least = LabTask.of(text).minimumLength() + 1;
            problems.require(
                    context >= least, "--context", context, "at least " + least + " for " + text);
        }
    }

    private Match parameterMatch() {
        if (!Match.OF_PARAMETERS.contains(options.match())) {
            problems.addUnknown("--match", options.match(), Match.OF_PARAMETERS);
            return new Match(Match.Kind.NONE, null);
        }
        return Match.parse(options.match()).orElseThrow();
    }

    private List<Variant> variants(Match match) {
        List<Variant> variants = new ArrayList<>();
        for (String name : parts(options.attentions())) {
            if (AttentionConfig.NAMES.contains(name)) {
                variants.add(new Variant(name, Map.of("attention", List.of(name)), match));
            } else {
                problems.addUnknown("--attentions", name, AttentionConfig.NAMES);
            }
        }
        options.variants().forEach(spec -> variant(spec, match).ifPresent(variants::add));
        Set<String> names = new LinkedHashSet<>();
        for (Variant variant : variants) {
            problems.require(
                    names.add(variant.name()),
                    "name of a variant",
                    variant.name(),
                    "each name once; give one of them another with --variant NAME:attention=...");
        }
        problems.require(
                !parts(options.attentions()).isEmpty() || !options.variants().isEmpty(),
                "--attentions",
                "\"" + options.attentions() + "\"",
                "one attention at least, such as mha,sas");
        for (Variant variant : variants) {
            checkMatch(variant, names);
        }
        return variants;
    }

    private Optional<Variant> variant(String spec, Match common) {
        int colon = spec.indexOf(':');
        String name = spec.substring(0, Math.max(0, colon));
        if (!NAME.matcher(name).matches()) {
            problems.add("--variant", spec, "NAME:key=value,key=value with " + WHAT_NAMES_ARE);
            return Optional.empty();
        }
        Map<String, List<String>> settings = new LinkedHashMap<>();
        Match match = common;
        for (String part : parts(spec.substring(colon + 1))) {
            int equals = part.indexOf('=');
            String key = part.substring(0, Math.max(0, equals));
            String value = part.substring(equals + 1);
            if (equals < 1 || value.isEmpty()) {
                problems.add("--variant " + name, part, "key=value");
            } else if (key.equals("match")) {
                match = Match.parse(value).orElse(null);
                if (match == null) {
                    problems.addUnknown("--variant " + name + ": match", value, Match.ALL);
                    match = common;
                }
            } else if (!Settings.names().contains(key)) {
                problems.addUnknown("--variant " + name + ": key", key, namesInVariants());
            } else if (NOT_OF_A_VARIANT.contains(key)) {
                problems.add(
                        "--variant " + name,
                        part,
                        "a setting in which runs may differ; give --" + key + " for all");
            } else {
                settings.put(key, List.of(value));
            }
        }
        return Optional.of(new Variant(name, settings, match));
    }

    private static List<String> namesInVariants() {
        return Settings.names().stream().filter(name -> !NOT_OF_A_VARIANT.contains(name)).toList();
    }

    private void checkMatch(Variant variant, Set<String> names) {
        Match match = variant.match();
        if (match.isOfOperations()) {
            boolean known = names.contains(match.other()) && !match.other().equals(variant.name());
            if (!known) {
                problems.addUnknown(
                        "--variant " + variant.name() + ": match", match.other(), names);
            }
        }
    }

    private void checkBudget() {
        List<String> known = List.of("steps", "operations");
        if (!known.contains(options.budget())) {
            problems.addUnknown("--budget", options.budget(), known);
        }
    }

    private Optional<Variant> baseline(List<Variant> variants) {
        if (options.baseline() == null) {
            return variants.stream().findFirst();
        }
        Optional<Variant> baseline =
                variants.stream().filter(v -> v.name().equals(options.baseline())).findFirst();
        if (baseline.isEmpty() && !variants.isEmpty()) {
            problems.addUnknown(
                    "--baseline",
                    options.baseline(),
                    variants.stream().map(Variant::name).toList());
        }
        return baseline;
    }

    private List<PlannedVariant> plan(
            List<Variant> variants, Variant baseline, Map<String, List<String>> common) {
        OptionalLong vocabulary = vocabulary(common);
        if (vocabulary.isEmpty()) {
            return List.of();
        }
        Map<String, List<String>> all = new LinkedHashMap<>(common);
        Matching matching = new Matching(vocabulary.getAsLong(), problems);
        Optional<PlannedVariant> first =
                matching.asItIs(baseline.name(), settings(all, baseline), "the baseline");
        Map<String, PlannedVariant> planned = new TreeMap<>();
        first.ifPresent(f -> planned.put(baseline.name(), f));
        for (Variant variant : variants) {
            if (!variant.equals(baseline) && !variant.match().isOfOperations()) {
                Optional<PlannedVariant> sized =
                        first.isPresent()
                                ? matching.matched(variant, settings(all, variant), first.get())
                                : matching.asItIs(variant.name(), settings(all, variant), "");
                sized.ifPresent(v -> planned.put(variant.name(), v));
            }
        }
        Map<String, PlannedVariant> targets = Map.copyOf(planned);
        for (Variant variant : variants) {
            if (!variant.equals(baseline) && variant.match().isOfOperations()) {
                PlannedVariant other = targets.get(variant.match().other());
                if (other != null) {
                    matching.matched(variant, settings(all, variant), other)
                            .ifPresent(v -> planned.put(variant.name(), v));
                } else {
                    requireMatchable(variant, variants);
                }
            }
        }
        return variants.stream()
                .map(variant -> planned.get(variant.name()))
                .filter(v -> v != null)
                .map(v -> first.map(f -> withSteps(v, f)).orElse(v))
                .toList();
    }

    private void requireMatchable(Variant variant, List<Variant> variants) {
        boolean chained =
                variants.stream()
                        .anyMatch(
                                v ->
                                        v.name().equals(variant.match().other())
                                                && v.match().isOfOperations());
        problems.require(
                !chained,
                "--variant " + variant.name() + ": match",
                variant.match().other(),
                "a variant that is not itself matched by width or depth");
    }

    private static Map<String, List<String>> settings(
            Map<String, List<String>> common, Variant variant) {
        Map<String, List<String>> settings = new LinkedHashMap<>(common);
        settings.putAll(variant.settings());
        return settings;
    }

    /** Gives a variant its steps, so that all have the same budget, and its validations. */
    private PlannedVariant withSteps(PlannedVariant variant, PlannedVariant baseline) {
        Map<String, List<String>> settings = new LinkedHashMap<>(variant.settings());
        long steps = variant.config().training().steps();
        boolean own = steps != baseline.config().training().steps();
        if (options.budget().equals("operations") && !own) {
            steps = Math.max(1, Math.round(steps * baseline.operations() / variant.operations()));
            settings.put("steps", List.of(Long.toString(steps)));
        }
        settings.putIfAbsent(
                "validate-every", List.of(Long.toString(validateEvery(variant, steps))));
        return new PlannedVariant(
                variant.name(),
                settings,
                RunConfig.read(settings, null),
                variant.model(),
                variant.counts(),
                variant.rule());
    }

    private static long validateEvery(PlannedVariant variant, long steps) {
        double scored = Math.max(1, variant.config().data().validationTokens());
        double affordable = VALIDATION_SHARE * PASSES_OF_TRAINING * variant.tokens() / scored;
        double validations = Math.max(LEAST_VALIDATIONS, Math.min(MOST_VALIDATIONS, affordable));
        return Math.max(1, (long) (steps / validations));
    }

    private OptionalLong vocabulary(Map<String, List<String>> common) {
        String name = common.getOrDefault("tokenizer", List.of("bytes")).get(0);
        try (Tokenizer tokenizer = Tokenizers.of(name)) {
            return OptionalLong.of(tokenizer.vocabularySize());
        } catch (InvalidInputException e) {
            problems.addMessage("--" + e.getMessage());
            return OptionalLong.empty();
        }
    }

    private String matching(PlannedVariant baseline) {
        String rule =
                switch (options.match()) {
                    case "heads" -> "the number of heads";
                    case "none" -> "nothing, sizes are what they are";
                    default -> "the feed-forward network's hidden size";
                };
        return "parameters within 1 % of "
                + baseline.name()
                + " by "
                + rule
                + (options.budget().equals("operations")
                        ? "; steps such that all spend its operations"
                        : "");
    }

    private Path out() {
        if (options.out() != null) {
            return options.out();
        }
        String command =
                String.join(
                        "\n",
                        options.attentions(),
                        options.variants().toString(),
                        String.valueOf(options.baseline()),
                        options.data().toString(),
                        options.match(),
                        options.budget(),
                        new TreeMap<>(options.settings()).toString(),
                        String.valueOf(options.file()));
        return Path.of("runs", "compare-" + Sha256.hex(command).substring(0, 8));
    }
}
