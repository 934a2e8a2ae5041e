package io.github.sasblock.examples.builtin;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What can be chosen at one point of a document: the opening that each alternative writes there,
 * and its weight.
 *
 * <p>No opening is the prefix of another. Whatever text follows, at most one alternative matches
 * it, so the text tells which was chosen. This is what makes the surprisal of a text exact.
 *
 * @param openings the text that each alternative begins with
 * @param weights their weights; the probabilities are proportional to them
 */
record Alternatives(List<String> openings, Weights weights) {

    /**
     * Creates alternatives.
     *
     * @throws IllegalArgumentException if the text could not tell which alternative was chosen
     */
    Alternatives {
        openings = List.copyOf(openings);
        if (openings.size() != weights.size()) {
            throw new IllegalArgumentException(
                    openings.size()
                            + " openings and "
                            + weights.size()
                            + " weights: expected equally many");
        }
        requirePrefixFree(openings);
    }

    /** Creates alternatives of the given weights; see the constructor. */
    static Alternatives of(List<String> openings, List<Integer> weights) {
        return new Alternatives(openings, Weights.of(weights));
    }

    private static void requirePrefixFree(List<String> openings) {
        for (int i = 0; i < openings.size(); i++) {
            for (int j = 0; j < openings.size(); j++) {
                if (i != j && openings.get(i).startsWith(openings.get(j))) {
                    throw new IllegalArgumentException(
                            "the opening '"
                                    + openings.get(j)
                                    + "' is a prefix of '"
                                    + openings.get(i)
                                    + "': the text could not tell which was chosen");
                }
            }
        }
    }

    /** Returns these alternatives less those with the given openings; the weights are kept. */
    Alternatives without(Collection<String> excluded) {
        List<String> keptOpenings = new ArrayList<>();
        List<Integer> keptWeights = new ArrayList<>();
        for (int i = 0; i < size(); i++) {
            if (!excluded.contains(opening(i))) {
                keptOpenings.add(opening(i));
                keptWeights.add(weights.weight(i));
            }
        }
        return of(keptOpenings, keptWeights);
    }

    int size() {
        return openings.size();
    }

    String opening(int index) {
        return openings.get(index);
    }
}
