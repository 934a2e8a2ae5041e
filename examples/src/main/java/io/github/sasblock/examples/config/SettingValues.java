package io.github.sasblock.examples.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.problem.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * The settings that were given, as text, and their reading as numbers and names. Whatever is wrong
 * goes to the {@link Problems}; reading goes on with the default, so that all is reported at once.
 */
final class SettingValues {

    private final Map<String, List<String>> given;
    private final Problems problems;
    private final Map<String, Object> resolved = new LinkedHashMap<>();

    SettingValues(Map<String, List<String>> given, Problems problems) {
        this.given = given;
        this.problems = problems;
    }

    /** Reads a YAML (or JSON) file of settings: a mapping of names to values or lists of values. */
    static Map<String, List<String>> readFile(Path file, Problems problems) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        JsonNode tree = parse(file);
        if (!tree.isObject()) {
            throw new InvalidInputException(
                    file + ": expected a mapping of settings to values, such as \"steps: 1000\"");
        }
        for (Map.Entry<String, JsonNode> entry : tree.properties()) {
            String name = entry.getKey();
            if (!Settings.names().contains(name)) {
                problems.addUnknown("setting in " + file, name, Settings.names());
                continue;
            }
            List<String> texts = new ArrayList<>();
            Iterable<JsonNode> nodes =
                    entry.getValue().isArray() ? entry.getValue() : List.of(entry.getValue());
            for (JsonNode node : nodes) {
                if (node.isValueNode() && !node.isNull()) {
                    texts.add(node.asText());
                } else {
                    problems.add(name + " in " + file, node, "a value or a list of values");
                }
            }
            values.put(name, texts);
        }
        return values;
    }

    private static JsonNode parse(Path file) {
        try {
            JsonNode tree = new YAMLMapper().readTree(Files.readString(file));
            return tree;
        } catch (NoSuchFileException e) {
            throw new InvalidInputException("--config = " + file + ": no such file", e);
        } catch (JsonProcessingException e) {
            throw new InvalidInputException(
                    file + ": not valid YAML: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new InvalidInputException("--config = " + file + ": cannot be read: " + e, e);
        }
    }

    boolean has(String name) {
        return given.containsKey(name);
    }

    Problems problems() {
        return problems;
    }

    /** Returns the values as they are now meant, defaults included. */
    Map<String, Object> resolved() {
        return resolved;
    }

    /**
     * Leaves a value out of those that are written. For a setting that older files do not know,
     * where it has the value that they mean: what they hold is then still equal.
     */
    void leaveOut(String name) {
        resolved.remove(name);
    }

    /** Complains about a setting that has no meaning together with another. */
    void refuse(String name, String expected) {
        if (has(name)) {
            problems.add("--" + name, String.join(", ", given.get(name)), expected);
        }
    }

    /** Returns whether a word was given where otherwise a number stands. */
    boolean isWord(String name, String word) {
        if (!word.equalsIgnoreCase(given(name, null))) {
            return false;
        }
        resolved.put(name, word);
        return true;
    }

    String text(String name, String otherwise) {
        return keep(name, given(name, otherwise));
    }

    Path path(String name, String otherwise) {
        String value = text(name, otherwise);
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            String shown = value.replace("\0", "\\0");
            problems.add("--" + name, shown, "a path (" + e.getReason() + ")");
            return Path.of(otherwise);
        }
    }

    List<String> texts(String name, List<String> otherwise) {
        List<String> values = given.getOrDefault(name, otherwise);
        resolved.put(name, values);
        return values;
    }

    long integer(String name, long minimum, long otherwise) {
        return keep(
                name,
                parsed(
                        name,
                        otherwise,
                        Long::valueOf,
                        value -> value >= minimum,
                        "a whole number, at least " + minimum));
    }

    int smallInteger(String name, int minimum, long otherwise) {
        String expected = "a whole number from " + minimum + " to " + Integer.MAX_VALUE;
        if (otherwise > Integer.MAX_VALUE && !has(name)) {
            problems.add("--" + name, otherwise + " by the other settings", expected);
        }
        return keep(
                name,
                parsed(
                        name,
                        (int) Math.min(otherwise, Integer.MAX_VALUE),
                        Integer::valueOf,
                        value -> value >= minimum,
                        expected));
    }

    /** Reads a number that has no default of its own here. */
    OptionalInt optionalInteger(String name, int minimum) {
        return has(name)
                ? OptionalInt.of(smallInteger(name, minimum, minimum))
                : OptionalInt.empty();
    }

    double number(String name, double minimum, double otherwise) {
        return keep(
                name,
                parsed(
                        name,
                        otherwise,
                        Double::valueOf,
                        value -> value >= minimum && Double.isFinite(value),
                        "a number, at least " + plain(minimum)));
    }

    double share(String name, double otherwise) {
        return keep(
                name,
                parsed(
                        name,
                        otherwise,
                        Double::valueOf,
                        value -> value >= 0 && value < 1,
                        "a number, at least 0 and less than 1"));
    }

    boolean flag(String name, boolean otherwise) {
        return keep(
                name,
                parsed(
                        name,
                        otherwise,
                        SettingValues::parseBoolean,
                        value -> true,
                        "true or false"));
    }

    private static Boolean parseBoolean(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "yes" -> true;
            case "false", "no" -> false;
            default -> throw new NumberFormatException(text);
        };
    }

    /** Returns the constants of an enumeration by the names that one types. */
    static <T extends Enum<T>> Map<String, T> named(T[] constants) {
        Map<String, T> names = new LinkedHashMap<>();
        for (T constant : constants) {
            names.put(label(constant), constant);
        }
        return names;
    }

    /** Returns the name that one types for a constant. */
    static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Reads one of a few names. */
    <T> T choice(String name, Map<String, T> known, String otherwise) {
        String value = given(name, otherwise).toLowerCase(Locale.ROOT);
        if (!known.containsKey(value)) {
            problems.addUnknown("--" + name, value, known.keySet());
            value = otherwise;
        }
        resolved.put(name, value);
        return known.get(value);
    }

    private String given(String name, String otherwise) {
        List<String> values = given.get(name);
        if (values == null || values.isEmpty()) {
            return otherwise;
        }
        if (values.size() > 1) {
            problems.add("--" + name, String.join(", ", values), "one value");
        }
        return values.get(0);
    }

    private <T> T parsed(
            String name,
            T otherwise,
            Function<String, T> parser,
            java.util.function.Predicate<T> valid,
            String expected) {
        String text = given(name, null);
        if (text == null) {
            return otherwise;
        }
        try {
            T value = parser.apply(text.replace("_", ""));
            if (valid.test(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // reported below, as a value out of range is
        }
        problems.add("--" + name, text, expected);
        return otherwise;
    }

    private <T> T keep(String name, T value) {
        if (value != null) {
            resolved.put(name, value);
        }
        return value;
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? String.valueOf((long) number) : "" + number;
    }
}
