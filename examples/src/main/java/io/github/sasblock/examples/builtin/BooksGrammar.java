package io.github.sasblock.examples.builtin;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One novel in the manner of Books: chapters, narration and dialogue among people who are
 * introduced once, recur, and keep what was told of them.
 *
 * <p>The sentences stand in {@code books.grammar}. This class keeps what a rule cannot: who is in
 * the book, and who plays which part in the sentence.
 */
final class BooksGrammar extends Derivation {

    /** The text with which every novel begins. */
    static final String OPENING = "Title: ";

    private static final Grammar GRAMMAR =
            Grammar.parse(
                    GrammarSource.resource("books.grammar"),
                    Set.of("introduce", "recall", "turn", "swap", "numeral"));

    private static final List<String> NUMERALS = List.of("I", "II", "III");
    private static final Alternatives FIRST_NAMES = GRAMMAR.rule("first-name").words();
    private static final Set<String> WOMEN = Set.copyOf(GRAMMAR.rule("woman").words().openings());

    private final List<Map<String, String>> cast = new ArrayList<>();
    private final Map<String, Map<String, String>> parts = new HashMap<>();
    private int chapters = 1;

    BooksGrammar(Choices choices) {
        super(GRAMMAR, choices);
    }

    @Override
    void body() {
        expand("novel");
    }

    @Override
    void act(String action, String argument) {
        switch (action) {
            case "introduce" -> introduce(argument);
            case "recall" -> recallPerson(argument);
            case "turn" -> turn(argument);
            case "swap" -> turn(parts.get("who") == parts.get("hero") ? "other" : "hero");
            case "numeral" -> write(NUMERALS.get(chapters++));
            default -> throw new IllegalStateException(action);
        }
    }

    /** Remembers a fact of whoever plays a part: {@code hero.town}. */
    @Override
    void remember(String fact, String text) {
        int dot = fact.indexOf('.');
        parts.get(fact.substring(0, dot)).put(fact.substring(dot + 1), text);
    }

    @Override
    String recall(String fact) {
        int dot = fact.indexOf('.');
        String text = parts.get(fact.substring(0, dot)).get(fact.substring(dot + 1));
        if (text == null) {
            throw new IllegalStateException("<the " + fact + ">: was never told");
        }
        return text;
    }

    // Brings a new person into the book, under a name that nobody has yet.
    private void introduce(String part) {
        Alternatives unused = FIRST_NAMES.without(names(cast));
        String name = unused.opening(choose(unused));
        boolean woman = WOMEN.contains(name);
        Map<String, String> person = new HashMap<>();
        person.put("name", name);
        person.put("he", woman ? "she" : "he");
        person.put("he-first", woman ? "She" : "He"); // as the first word of a sentence
        person.put("him", woman ? "her" : "him");
        person.put("his", woman ? "her" : "his");
        cast.add(person);
        play(part, person);
    }

    // Brings somebody back; the other is never the hero.
    private void recallPerson(String part) {
        List<Map<String, String>> eligible = new ArrayList<>(cast);
        if (part.equals("other")) {
            eligible.remove(parts.get("hero"));
        }
        List<Integer> weights = Collections.nCopies(eligible.size(), 1);
        play(part, eligible.get(choose(Alternatives.of(names(eligible), weights))));
    }

    private static List<String> names(List<Map<String, String>> people) {
        return people.stream().map(person -> person.get("name")).toList();
    }

    private void play(String part, Map<String, String> person) {
        parts.put(part, person);
        if (part.equals("other")) {
            turn("hero");
        }
    }

    private void turn(String part) {
        parts.put("who", parts.get(part));
        parts.put("whom", parts.get(part.equals("hero") ? "other" : "hero"));
    }
}
