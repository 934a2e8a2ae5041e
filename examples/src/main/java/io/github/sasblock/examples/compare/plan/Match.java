package io.github.sasblock.examples.compare.plan;

import java.util.List;
import java.util.Optional;

/**
 * How a variant is made as large as another.
 *
 * @param kind what is changed
 * @param other the variant whose operations are matched; null where the baseline's parameters are
 */
record Match(Kind kind, String other) {

    static final List<String> OF_PARAMETERS = List.of("feed-forward", "heads", "none");
    static final List<String> ALL =
            List.of("feed-forward", "heads", "none", "width:NAME", "depth:NAME");

    /** What is changed. */
    enum Kind {
        /** Nothing: the sizes are what they are. */
        NONE,
        /** The hidden size of the feed-forward network, for the baseline's parameters. */
        FEED_FORWARD,
        /** The number of heads, for the baseline's parameters. */
        HEADS,
        /** The embedding size, for another variant's operations. */
        WIDTH,
        /** The number of layers, for another variant's operations. */
        DEPTH
    }

    static Optional<Match> parse(String text) {
        return switch (text) {
            case "none" -> Optional.of(new Match(Kind.NONE, null));
            case "feed-forward" -> Optional.of(new Match(Kind.FEED_FORWARD, null));
            case "heads" -> Optional.of(new Match(Kind.HEADS, null));
            default -> parseOfOperations(text);
        };
    }

    private static Optional<Match> parseOfOperations(String text) {
        int colon = text.indexOf(':');
        if (colon < 0 || colon == text.length() - 1) {
            return Optional.empty();
        }
        String other = text.substring(colon + 1);
        return switch (text.substring(0, colon)) {
            case "width" -> Optional.of(new Match(Kind.WIDTH, other));
            case "depth" -> Optional.of(new Match(Kind.DEPTH, other));
            default -> Optional.empty();
        };
    }

    boolean isOfOperations() {
        return kind == Kind.WIDTH || kind == Kind.DEPTH;
    }
}
