package io.github.sasblock.examples.builtin;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A piece of text with slots.
 *
 * @param parts literal text and slots, in order
 */
record Template(List<Part> parts) {

    private static final Pattern SLOT = Pattern.compile("<([^<>]*)>");
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9.-]*");

    /** One part of a template. */
    sealed interface Part permits Literal, Expand, Recall, Act {}

    /**
     * Text written as it stands.
     *
     * @param text the text, not empty
     */
    record Literal(String text) implements Part {}

    /**
     * Expands a rule: {@code <rule>}, or {@code <rule as name>} to remember what it wrote.
     *
     * @param rule the rule's name
     * @param boundTo the name under which the written text is kept, or null
     */
    record Expand(String rule, String boundTo) implements Part {}

    /**
     * Writes what was remembered: {@code <the name>}.
     *
     * @param name the name it was kept under
     */
    record Recall(String name) implements Part {}

    /**
     * Leaves a slot to the document's own code: {@code <do action>} or {@code <do action
     * argument>}.
     *
     * @param action the action's name
     * @param argument its argument, or the empty string
     */
    record Act(String action, String argument) implements Part {}

    /** Reads a template in the notation of {@link Grammar}. */
    static Template of(String source) {
        List<Part> parts = new ArrayList<>();
        Matcher slot = SLOT.matcher(source);
        int end = 0;
        while (slot.find()) {
            addLiteral(parts, source.substring(end, slot.start()));
            parts.add(slotOf(slot.group(1)));
            end = slot.end();
        }
        addLiteral(parts, source.substring(end));
        return new Template(List.copyOf(parts));
    }

    private static void addLiteral(List<Part> parts, String text) {
        if (!text.isEmpty()) {
            parts.add(new Literal(text));
        }
    }

    private static Part slotOf(String slot) {
        String[] words = slot.split(" ");
        for (String word : words) {
            if (!NAME.matcher(word).matches()) {
                throw unknown(slot);
            }
        }
        if (words.length == 1) {
            return new Expand(words[0], null);
        }
        if (words[0].equals("do") && words.length <= 3) {
            return new Act(words[1], words.length == 3 ? words[2] : "");
        }
        if (words[0].equals("the") && words.length == 2) {
            return new Recall(words[1]);
        }
        if (words[0].equals("a") && words.length == 2) {
            return new Expand(slot, null);
        }
        if (words.length == 3 && words[1].equals("as")) {
            return new Expand(words[0], words[2]);
        }
        throw unknown(slot);
    }

    private static IllegalArgumentException unknown(String slot) {
        return new IllegalArgumentException(
                "slot <"
                        + slot
                        + ">: expected <rule>, <a rule>, <rule as name>, <the name> or <do"
                        + " action>");
    }

    /** Returns this template with another in the place of its first part. */
    Template withFirst(Template first) {
        List<Part> joined = new ArrayList<>(first.parts);
        joined.addAll(parts.subList(1, parts.size()));
        return new Template(List.copyOf(joined));
    }

    /** Returns this template with {@code a} or {@code an} before it; it must begin with text. */
    Template withArticle() {
        if (!(parts.get(0) instanceof Literal literal)) {
            throw new IllegalArgumentException("<a ...> needs a rule of words");
        }
        List<Part> joined = new ArrayList<>(parts);
        joined.set(0, new Literal(articleFor(literal.text()) + " " + literal.text()));
        return new Template(List.copyOf(joined));
    }

    private static String articleFor(String word) {
        return word.matches("(?!uni|eu|Eu|one)[aeiouAEIOU].*") ? "an" : "a";
    }
}
