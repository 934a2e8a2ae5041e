package io.github.sasblock.examples.builtin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the notation that {@link Grammar} describes. */
final class GrammarSource {

    private static final Pattern COMMENT = Pattern.compile("(?m)^#.*$");
    private static final Pattern HEAD = Pattern.compile("(?m)^([a-z][a-z0-9-]*):");
    private static final Pattern WEIGHT = Pattern.compile("\\((\\d+)\\) (.*)", Pattern.DOTALL);

    private GrammarSource() {}

    /**
     * The alternatives of a rule, as they stand in the file.
     *
     * @param templates one or more templates
     * @param weights their weights
     */
    record Alternation(List<Template> templates, List<Integer> weights) {}

    /** Reads the text of a resource beside this class. */
    static String resource(String name) {
        try (InputStream in = GrammarSource.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException(name + ": no such resource");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    /** Reads the rules of a grammar, by name. */
    static Map<String, Alternation> read(String source) {
        String text = COMMENT.matcher(source.replace("\r", "")).replaceAll("");
        Map<String, Alternation> rules = new TreeMap<>();
        Matcher head = HEAD.matcher(text);
        boolean more = head.find();
        while (more) {
            String name = head.group(1);
            int start = head.end();
            more = head.find();
            String body = text.substring(start, more ? head.start() : text.length());
            if (rules.put(name, alternation(name, body)) != null) {
                throw new IllegalArgumentException("<" + name + ">: defined twice");
            }
        }
        return rules;
    }

    private static Alternation alternation(String name, String body) {
        List<Template> templates = new ArrayList<>();
        List<Integer> weights = new ArrayList<>();
        for (String alternative : body.split("\\|", -1)) {
            Matcher weighted = WEIGHT.matcher(alternative.strip());
            weights.add(weighted.matches() ? Integer.parseInt(weighted.group(1)) : 1);
            String text = unfold(weighted.matches() ? weighted.group(2) : alternative);
            if (text.isEmpty()) {
                throw new IllegalArgumentException("<" + name + ">: an empty alternative");
            }
            templates.add(Template.of(text));
        }
        return new Alternation(templates, weights);
    }

    private static String unfold(String alternative) {
        return alternative
                .strip()
                .replaceAll("\\s*\n\\s*", " ")
                .replaceAll(" *¶ *", "\n")
                .replace('·', ' ');
    }
}
