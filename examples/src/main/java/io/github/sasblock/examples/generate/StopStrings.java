package io.github.sasblock.examples.generate;

import java.util.List;

/**
 * Lets text through up to the first of some stop strings, however it is cut into pieces. What may
 * be the beginning of a stop string is held back until it is known. Where stop strings overlap, the
 * one that is complete first ends the text, and of several the longest.
 */
final class StopStrings {

    private final List<String> stops;
    private String held = "";
    private boolean met;

    /**
     * Begins at the beginning of a text.
     *
     * @param stops what ends it, none of them empty
     */
    StopStrings(List<String> stops) {
        this.stops = List.copyOf(stops);
        if (this.stops.contains("")) {
            throw new IllegalArgumentException("stop string = \"\", expected at least a character");
        }
    }

    /** Takes the next piece of text, and returns what can be shown now. */
    String accept(String piece) {
        if (met) {
            return "";
        }
        String text = held + piece;
        int end = firstStop(text);
        met = end >= 0;
        int shown = met ? end : text.length() - longestBeginning(text);
        held = met ? "" : text.substring(shown);
        return text.substring(0, shown);
    }

    /** Returns what was held back, since no more text comes. */
    String end() {
        String rest = held;
        held = "";
        return rest;
    }

    /** Returns whether a stop string was met; what follows it is dropped. */
    boolean met() {
        return met;
    }

    /** Returns where the stop string begins that is complete first, or -1. */
    private int firstStop(String text) {
        for (int end = 1; end <= text.length(); end++) {
            int longest = 0;
            for (String stop : stops) {
                if (stop.length() > longest && text.startsWith(stop, end - stop.length())) {
                    longest = stop.length();
                }
            }
            if (longest > 0) {
                return end - longest;
            }
        }
        return -1;
    }

    /** Returns the length of the longest end of the text that begins a stop string. */
    private int longestBeginning(String text) {
        int longest = 0;
        for (String stop : stops) {
            int most = Math.min(stop.length() - 1, text.length());
            for (int length = most; length > longest; length--) {
                if (stop.startsWith(text.substring(text.length() - length))) {
                    longest = length;
                }
            }
        }
        return longest;
    }
}
