package io.github.sasblock.examples.compare.plan;

import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.examples.problem.Problems;
import io.github.sasblock.examples.report.Format;
import io.github.sasblock.transformer.CausalLanguageModel;
import io.github.sasblock.transformer.LanguageModelConfig;
import io.github.sasblock.transformer.ModelCounts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Makes a variant as large as another, by counting models that are never initialised.
 *
 * <p>Parameters, and operations too, are linear in the hidden size of the feed-forward network, so
 * the hidden size that comes nearest follows from two counts. Numbers of heads, embedding sizes and
 * numbers of layers are tried one after the other.
 */
final class Matching {

    /** How far two sizes may be apart. */
    static final double TOLERANCE = 0.01;

    private static final int MOST_HEADS = 512;
    private static final int MOST_EMBEDDING = 1 << 14;
    private static final int MOST_LAYERS = 1024;

    private final long vocabulary;
    private final Problems problems;

    Matching(long vocabulary, Problems problems) {
        this.vocabulary = vocabulary;
        this.problems = problems;
    }

    /** A size: how it is measured, what it should be, and whose that is. */
    private record Target(String what, double wanted, String of, ToDoubleFunction<Sized> measure) {

        double deviation(Sized sized) {
            return measure.applyAsDouble(sized) / wanted - 1;
        }

        boolean isMet(Sized sized) {
            return Math.abs(deviation(sized)) <= TOLERANCE;
        }
    }

    /** Settings, and the model that they make. */
    private record Sized(
            Map<String, List<String>> settings,
            RunConfig config,
            LanguageModelConfig model,
            ModelCounts counts) {

        double operationsPerToken() {
            return counts.trainingOperationsPerToken(config.data().context());
        }

        PlannedVariant planned(String name, String rule) {
            return new PlannedVariant(name, settings, config, model, counts, rule);
        }

        String hidden() {
            return Format.exact(config.model().hiddenSize());
        }

        Map<String, List<String>> with(String name, long value) {
            Map<String, List<String>> changed = new LinkedHashMap<>(settings);
            changed.put(name, List.of(Long.toString(value)));
            return changed;
        }
    }

    /**
     * Reads the sizes of the variant that the others are compared with, and of those not matched.
     */
    Optional<PlannedVariant> asItIs(String name, Map<String, List<String>> settings, String rule) {
        Problems own = new Problems();
        Optional<Sized> sized = size(settings, own);
        own.messages().forEach(message -> problems.addMessage(name + ": " + message));
        return sized.map(s -> s.planned(name, rule));
    }

    Optional<PlannedVariant> matched(
            Variant variant, Map<String, List<String>> settings, PlannedVariant other) {
        Problems own = new Problems();
        Optional<Sized> start = size(settings, own);
        own.messages().forEach(message -> problems.addMessage(variant.name() + ": " + message));
        if (start.isEmpty()) {
            return Optional.empty();
        }
        return switch (variant.match().kind()) {
            case NONE -> Optional.of(start.get().planned(variant.name(), "not matched"));
            case FEED_FORWARD -> byFeedForward(variant.name(), start.get(), parameters(other));
            case HEADS -> byHeads(variant.name(), start.get(), parameters(other));
            case WIDTH -> byWidth(variant.name(), start.get(), operations(other));
            case DEPTH -> byDepth(variant.name(), start.get(), operations(other));
        };
    }

    private static Target parameters(PlannedVariant other) {
        return new Target(
                "parameters",
                other.counts().parameters(),
                other.name(),
                sized -> sized.counts().parameters());
    }

    private static Target operations(PlannedVariant other) {
        int context = other.config().data().context();
        return new Target(
                "operations per token",
                other.counts().trainingOperationsPerToken(context),
                other.name(),
                Sized::operationsPerToken);
    }

    private Optional<PlannedVariant> byFeedForward(String name, Sized start, Target target) {
        Sized best = withNearestHiddenSize(start, target);
        String rule = "feed-forward width " + start.hidden() + " → " + best.hidden();
        return checked(name, best, target, rule, "choose other sizes, or match=none");
    }

    private Optional<PlannedVariant> byHeads(String name, Sized start, Target target) {
        Object headSize = start.config().settings().get("head-size");
        Sized best = null;
        for (int heads = 1; heads <= MOST_HEADS; heads++) {
            Map<String, List<String>> changed = start.with("heads", heads);
            if (headSize != null) {
                changed.putIfAbsent("head-size", List.of(headSize.toString()));
            }
            Optional<Sized> candidate = size(changed, new Problems());
            if (candidate.isEmpty() || isAnother(candidate.get(), start)) {
                continue;
            }
            double parameters = target.measure().applyAsDouble(candidate.get());
            best = nearer(best, candidate.get(), target);
            if (parameters > 2 * target.wanted()) {
                break;
            }
        }
        if (best == null) {
            best = start;
        }
        String rule = "heads " + heads(start) + " → " + heads(best);
        return checked(name, best, target, rule, "match it by feed-forward width");
    }

    /** With another number of heads, gqa may become mqa; then it is not the variant any more. */
    private static boolean isAnother(Sized candidate, Sized start) {
        return !candidate.model().attention().name().equals(start.model().attention().name());
    }

    private static String heads(Sized sized) {
        return String.valueOf(sized.config().settings().get("heads"));
    }

    private Optional<PlannedVariant> byWidth(String name, Sized start, Target target) {
        Sized best = null;
        Map<String, List<String>> free = new LinkedHashMap<>(start.settings());
        free.remove("hidden-size");
        free.remove("head-size");
        Sized freed = size(free, new Problems()).orElse(start);
        for (int size = 1; size <= MOST_EMBEDDING; size++) {
            Optional<Sized> candidate = size(freed.with("embedding-size", size), new Problems());
            if (candidate.isEmpty()) {
                continue; // not divisible by the heads, or the heads of an odd size
            }
            best = nearer(best, candidate.get(), target);
            if (target.deviation(candidate.get()) > 0) {
                break;
            }
        }
        Sized tuned = withNearestHiddenSize(best == null ? start : best, target);
        String rule =
                "embedding size "
                        + start.model().embeddingSize()
                        + " → "
                        + tuned.model().embeddingSize()
                        + ", feed-forward width "
                        + tuned.hidden();
        return checked(name, tuned, target, rule, "choose another variant to match");
    }

    private Optional<PlannedVariant> byDepth(String name, Sized start, Target target) {
        Sized best = null;
        for (int layers = 1; layers <= MOST_LAYERS; layers++) {
            Optional<Sized> candidate = size(start.with("layers", layers), new Problems());
            if (candidate.isEmpty()) {
                break;
            }
            best = nearer(best, candidate.get(), target);
            if (target.deviation(candidate.get()) > 0) {
                break;
            }
        }
        Sized tuned = withNearestHiddenSize(best == null ? start : best, target);
        String rule =
                "layers "
                        + start.model().layerCount()
                        + " → "
                        + tuned.model().layerCount()
                        + ", feed-forward width "
                        + tuned.hidden();
        return checked(name, tuned, target, rule, "choose another variant to match");
    }

    private static Sized nearer(Sized best, Sized candidate, Target target) {
        boolean better =
                best == null
                        || Math.abs(target.deviation(candidate)) < Math.abs(target.deviation(best));
        return better ? candidate : best;
    }

    private Sized withNearestHiddenSize(Sized start, Target target) {
        Sized narrow = withHiddenSize(start, 1);
        double least = target.measure().applyAsDouble(narrow);
        double slope = target.measure().applyAsDouble(withHiddenSize(start, 2)) - least;
        long hidden = 1 + Math.max(0, Math.round((target.wanted() - least) / slope));
        return withHiddenSize(start, Math.toIntExact(hidden));
    }

    private Sized withHiddenSize(Sized start, int hidden) {
        return size(start.with("hidden-size", hidden), new Problems()).orElseThrow();
    }

    private Optional<PlannedVariant> checked(
            String name, Sized best, Target target, String rule, String advice) {
        if (!target.isMet(best)) {
            problems.addMessage(
                    name
                            + ": cannot be matched within 1 % of the "
                            + Format.exact(Math.round(target.wanted()))
                            + " "
                            + target.what()
                            + " of "
                            + target.of()
                            + ": the nearest, "
                            + rule
                            + ", has "
                            + Format.exact(Math.round(target.measure().applyAsDouble(best)))
                            + " ("
                            + signed(target.deviation(best))
                            + "); "
                            + advice);
            return Optional.empty();
        }
        String result =
                rule
                        + ", "
                        + target.what()
                        + " "
                        + signed(target.deviation(best))
                        + " of "
                        + target.of();
        return Optional.of(best.planned(name, result));
    }

    private static String signed(double share) {
        return String.format(Locale.ROOT, "%+.2f %%", 100 * share + 0.0);
    }

    private Optional<Sized> size(Map<String, List<String>> settings, Problems into) {
        Optional<RunConfig> config = RunConfig.tryRead(settings, into);
        if (config.isEmpty()) {
            return Optional.empty();
        }
        LanguageModelConfig model = config.get().languageModel(vocabulary);
        ModelCounts counts = new CausalLanguageModel(model).counts();
        return Optional.of(new Sized(settings, config.get(), model, counts));
    }
}
