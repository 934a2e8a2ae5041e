package io.github.sasblock.examples.problem;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Collects every problem of a configuration, so that all of them are reported at once. */
public final class Problems {

    private static final int CLOSE_ENOUGH = 3;

    private final List<String> messages = new ArrayList<>();

    /**
     * Adds a problem.
     *
     * @param name the option's name, as the user writes it
     * @param value the value that was given
     * @param expected what was expected instead
     */
    public void add(String name, Object value, String expected) {
        messages.add(name + " = " + value + ": expected " + expected);
    }

    /**
     * Adds a problem that is told already.
     *
     * @param message what the user reads; it is not added twice
     */
    public void addMessage(String message) {
        if (!messages.contains(message)) {
            messages.add(message);
        }
    }

    /**
     * Adds a problem if a condition does not hold.
     *
     * @param holds the condition
     * @param name the option's name, as the user writes it
     * @param value the value that was given
     * @param expected what was expected instead
     */
    public void require(boolean holds, String name, Object value, String expected) {
        if (!holds) {
            add(name, value, expected);
        }
    }

    /**
     * Adds the problem of a name that is not one of those known, with the nearest known one.
     *
     * @param name the option's name, as the user writes it
     * @param value the name that was given
     * @param known the names that are valid
     */
    public void addUnknown(String name, String value, Collection<String> known) {
        String hint = nearest(value, known).map(n -> "; did you mean " + n + "?").orElse("");
        add(name, value, "one of " + String.join(", ", known) + hint);
    }

    /**
     * Returns the problems so far.
     *
     * @return the messages, in the order in which they were added
     */
    public List<String> messages() {
        return List.copyOf(messages);
    }

    /**
     * Ends with all problems in one message, if there are any.
     *
     * @throws InvalidInputException if a problem was added
     */
    public void throwIfAny() {
        if (messages.size() == 1) {
            throw new InvalidInputException(messages.get(0));
        }
        if (!messages.isEmpty()) {
            throw new InvalidInputException(
                    messages.size() + " problems:\n  - " + String.join("\n  - ", messages));
        }
    }

    /**
     * Returns the known name that is nearest to a given one, if one is near.
     *
     * @param value a name, possibly misspelt
     * @param known the valid names
     * @return the nearest within three edits, two for short names
     */
    public static Optional<String> nearest(String value, Collection<String> known) {
        String wanted = value.toLowerCase(Locale.ROOT);
        int limit = Math.min(CLOSE_ENOUGH, Math.max(2, wanted.length() / 2));
        return known.stream()
                .filter(name -> editDistance(wanted, name.toLowerCase(Locale.ROOT)) <= limit)
                .min(
                        Comparator.comparingInt(
                                name -> editDistance(wanted, name.toLowerCase(Locale.ROOT))));
    }

    // Counts insertions, deletions, substitutions and swaps of neighbours.
    private static int editDistance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                boolean same = a.charAt(i - 1) == b.charAt(j - 1);
                int best = cost[i - 1][j - 1] + (same ? 0 : 1);
                best = Math.min(best, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
                boolean swapped =
                        i > 1
                                && j > 1
                                && a.charAt(i - 1) == b.charAt(j - 2)
                                && a.charAt(i - 2) == b.charAt(j - 1);
                cost[i][j] = swapped ? Math.min(best, cost[i - 2][j - 2] + 1) : best;
            }
        }
        return cost[a.length()][b.length()];
    }
}
