package io.github.sasblock.examples.builtin;

import io.github.sasblock.examples.builtin.Template.Act;
import io.github.sasblock.examples.builtin.Template.Expand;
import io.github.sasblock.examples.builtin.Template.Literal;
import io.github.sasblock.examples.builtin.Template.Part;
import io.github.sasblock.examples.builtin.Template.Recall;
import java.util.HashMap;
import java.util.Map;

/** One run through a grammar: writes, or reads, one document and remembers what it needs. */
abstract class Derivation {

    private final Grammar grammar;
    private final Choices choices;
    private final Map<String, String> remembered = new HashMap<>();

    /**
     * Creates a derivation.
     *
     * @param grammar the rules
     * @param choices where the choices come from and the text goes
     */
    Derivation(Grammar grammar, Choices choices) {
        this.grammar = grammar;
        this.choices = choices;
    }

    /** Writes the whole document after its opening. */
    abstract void body();

    /**
     * Does what a rule leaves to the document's code.
     *
     * @param action the action's name
     * @param argument its argument, or the empty string
     */
    abstract void act(String action, String argument);

    /** Expands a rule: chooses one of its templates and writes it. */
    final void expand(String rule) {
        for (Part part : grammar.rule(rule).choose(choices, this::recall)) {
            write(part);
        }
    }

    private void write(Part part) {
        if (part instanceof Literal literal) {
            write(literal.text());
        } else if (part instanceof Recall recall) {
            write(recall(recall.name()));
        } else if (part instanceof Expand expand) {
            int start = choices.position();
            expand(expand.rule());
            if (expand.boundTo() != null) {
                remember(expand.boundTo(), choices.since(start));
            }
        } else if (part instanceof Act act) {
            act(act.action(), act.argument());
        }
    }

    /** Writes text that follows from what was chosen before. */
    final void write(String text) {
        choices.write(text);
    }

    /** Makes a choice whose alternatives depend on the document so far. */
    final int choose(Alternatives alternatives) {
        return choices.choose(alternatives);
    }

    /**
     * Keeps a text for later recalls.
     *
     * @param name the name to recall it by
     * @param text the text
     */
    void remember(String name, String text) {
        remembered.put(name, text);
    }

    /**
     * Returns a text that was kept.
     *
     * @param name the name it was kept under
     * @return the text
     */
    String recall(String name) {
        String text = remembered.get(name);
        if (text == null) {
            throw new IllegalStateException("<the " + name + ">: nothing remembered by that name");
        }
        return text;
    }
}
