package io.github.sasblock.examples.config;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place of text and its share in a mixture, as {@code PLACE} or {@code PLACE@WEIGHT}.
 *
 * @param place a path, a pattern, {@code -}, or a name such as {@code wikitext2:train}
 * @param weight the share of the windows of training that come from there, relative to the others'
 */
public record DataSource(String place, OptionalDouble weight) {

    private static final Pattern WEIGHTED =
            Pattern.compile("(.+)@(\\d+\\.?\\d*|\\.\\d+)", Pattern.DOTALL);

    /**
     * Reads what a user writes. A file whose very name ends like a weight is a file.
     *
     * @param text the place, possibly with a weight after an at sign
     * @return the source
     */
    public static DataSource of(String text) {
        Matcher matcher = WEIGHTED.matcher(text);
        if (!matcher.matches() || exists(text)) {
            return new DataSource(text, OptionalDouble.empty());
        }
        return new DataSource(
                matcher.group(1), OptionalDouble.of(Double.parseDouble(matcher.group(2))));
    }

    private static boolean exists(String text) {
        try {
            return Files.exists(Path.of(text));
        } catch (InvalidPathException e) {
            return false;
        }
    }
}
