package io.github.sasblock.examples.compare.analysis;

import io.github.sasblock.examples.compare.analysis.ComparisonReport.Paired;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.VariantReport;
import io.github.sasblock.examples.compare.statistics.PairedDifference.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the intervals of a variant say, in words. */
public final class Verdicts {

    private Verdicts() {}

    /**
     * Where two were compared.
     *
     * @param title what is equal
     * @param paired the difference; null where there is none
     */
    public record Place(String title, Paired paired) {

        /**
         * Returns what the interval says.
         *
         * @return on which side of zero it lies
         */
        public Verdict verdict() {
            return paired == null ? Verdict.NO_SPREAD : paired.difference().verdict();
        }
    }

    /**
     * Returns the differences of a variant from the baseline.
     *
     * @param variant any but the baseline
     * @return at equal steps, operations and time, in this order
     */
    public static List<Place> places(VariantReport variant) {
        return List.of(
                new Place("equal steps", variant.atEqualSteps()),
                new Place("equal operations", variant.atEqualOperations()),
                new Place("equal time", variant.measured().atEqualTime()));
    }

    /**
     * Says in a sentence whether a variant is better than the baseline.
     *
     * @param variant any but the baseline
     * @param baseline the baseline's name
     * @return for example {@code sas beats mha at equal steps, and loses at equal time; at equal
     *     operations the difference may be noise.}
     */
    public static String sentence(VariantReport variant, String baseline) {
        if (!variant.failures().isEmpty()) {
            return variant.name() + " did not finish every run: " + variant.failures().get(0);
        }
        List<String> wins = titles(variant, Verdict.LOWER);
        List<String> losses = titles(variant, Verdict.HIGHER);
        List<String> undecided = titles(variant, Verdict.UNDECIDED);
        if (wins.isEmpty() && losses.isEmpty() && undecided.isEmpty()) {
            return variant.name() + " against " + baseline + ": one seed, no spread.";
        }
        List<String> parts = new ArrayList<>();
        if (!wins.isEmpty()) {
            parts.add("beats " + baseline + " at " + listed(wins));
        }
        if (!losses.isEmpty()) {
            parts.add("loses to " + baseline + " at " + listed(losses));
        }
        String sentence = variant.name() + " " + String.join(", and ", parts);
        if (undecided.isEmpty()) {
            return sentence + ".";
        }
        return parts.isEmpty()
                ? variant.name()
                        + " cannot be told from "
                        + baseline
                        + " at "
                        + listed(undecided)
                        + "."
                : sentence + "; at " + listed(undecided) + " the difference may be noise.";
    }

    private static List<String> titles(VariantReport variant, Verdict verdict) {
        return places(variant).stream()
                .filter(place -> place.verdict() == verdict)
                .map(Place::title)
                .toList();
    }

    private static String listed(List<String> titles) {
        String all = String.join(", ", titles);
        int last = all.lastIndexOf(", ");
        return last < 0 ? all : all.substring(0, last) + " and" + all.substring(last + 1);
    }

    /**
     * Formats a difference with its interval.
     *
     * @param paired the difference
     * @return for example {@code −0.051 [−0.062, −0.040]}, or that there is no spread
     */
    public static String interval(Paired paired) {
        if (paired == null) {
            return "";
        }
        if (paired.difference().verdict() == Verdict.NO_SPREAD) {
            return "one seed, no spread";
        }
        return signed(paired.difference().mean())
                + " ["
                + signed(paired.difference().low())
                + ", "
                + signed(paired.difference().high())
                + "]";
    }

    private static String signed(double number) {
        return String.format(Locale.ROOT, "%+.3f", number + 0.0).replace('-', '−');
    }
}
