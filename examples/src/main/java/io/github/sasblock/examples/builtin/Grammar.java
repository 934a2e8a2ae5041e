package io.github.sasblock.examples.builtin;

import io.github.sasblock.examples.builtin.GrammarSource.Alternation;
import io.github.sasblock.examples.builtin.Template.Act;
import io.github.sasblock.examples.builtin.Template.Expand;
import io.github.sasblock.examples.builtin.Template.Part;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A stochastic grammar, read from a resource file.
 *
 * <p>A file is a list of rules. A rule begins at the start of a line; the indented lines after it
 * belong to it:
 *
 * <pre>
 * # A comment, on a line of its own.
 * greeting: (3) Good &lt;time-of-day&gt;, &lt;the hero&gt;. | Hello!¶
 * time-of-day: morning | evening
 * </pre>
 *
 * <p>The bar separates the alternatives; {@code (3)} is a weight, 1 where absent. {@code ¶} is a
 * line break, and {@code ·} a space at the edge of an alternative, where plain spaces are dropped.
 * The slots of a template:
 *
 * <ul>
 *   <li>{@code <rule>} expands a rule, and {@code <a rule>} puts {@code a} or {@code an} before it;
 *   <li>{@code <rule as name>} remembers what the rule wrote, and {@code <the name>} writes it
 *       again, which is no choice and carries no information;
 *   <li>{@code <do action argument>} is left to the code of the document.
 * </ul>
 *
 * <p>An alternative that begins with a rule stands for the alternatives of that rule, which share
 * its weight. After that, every choice is between openings of which none is the prefix of another;
 * a file that breaks this is refused, since its text would not determine the choices.
 */
final class Grammar {

    private final Map<String, Alternation> sources;
    private final Map<String, Rule> rules = new HashMap<>();

    private Grammar(Map<String, Alternation> sources) {
        this.sources = sources;
    }

    /**
     * Reads a grammar.
     *
     * @param source its text
     * @param actions the actions that the document's code knows
     * @return the grammar
     * @throws IllegalArgumentException if a rule or an action is unknown, or a choice ambiguous
     */
    static Grammar parse(String source, Set<String> actions) {
        Grammar grammar = new Grammar(GrammarSource.read(source));
        for (Map.Entry<String, Alternation> entry : grammar.sources.entrySet()) {
            grammar.link(entry.getKey(), List.of());
            for (Template template : entry.getValue().templates()) {
                grammar.check(entry.getKey(), template, actions);
            }
        }
        return grammar;
    }

    private void check(String name, Template template, Set<String> actions) {
        for (Part part : template.parts()) {
            if (part instanceof Expand expand) {
                link(expand.rule(), List.of(name));
            } else if (part instanceof Act act && !actions.contains(act.action())) {
                throw new IllegalArgumentException(
                        "<" + name + ">: <do " + act.action() + ">: expected one of " + actions);
            }
        }
    }

    /**
     * Returns a rule.
     *
     * @param name its name
     * @return the rule
     * @throws IllegalArgumentException if there is none of that name
     */
    Rule rule(String name) {
        Rule rule = rules.get(name);
        if (rule == null) {
            throw new IllegalArgumentException("<" + name + ">: no such rule");
        }
        return rule;
    }

    // The path holds the rules that led here, each beginning with the next.
    private Rule link(String name, List<String> path) {
        Rule known = rules.get(name);
        if (known != null) {
            return known;
        }
        if (path.contains(name)) {
            throw new IllegalArgumentException("<" + name + ">: begins with itself: " + path);
        }
        List<String> longer = new ArrayList<>(path);
        longer.add(name);
        try {
            Rule rule = name.startsWith("a ") ? withArticle(name, longer) : flatten(name, longer);
            rules.put(name, rule);
            return rule;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("<" + name + ">: " + e.getMessage(), e);
        }
    }

    private Rule withArticle(String name, List<String> path) {
        Rule rule = link(name.substring("a ".length()), path);
        return new Rule(
                rule.templates().stream().map(Template::withArticle).toList(), rule.weights());
    }

    // Puts the alternatives of a leading rule in its place, until each begins with an opening.
    private Rule flatten(String name, List<String> path) {
        Alternation source = sources.get(name);
        if (source == null) {
            throw new IllegalArgumentException("no such rule, needed by " + path);
        }
        Alternation flat = source;
        int next = 0;
        while (flat.templates().size() > 1 && next < flat.templates().size()) {
            Part first = flat.templates().get(next).parts().get(0);
            if (first instanceof Expand expand && expand.boundTo() == null) {
                flat = inline(flat, next, link(expand.rule(), path));
            } else {
                next++;
            }
        }
        return new Rule(flat.templates(), flat.weights());
    }

    private static Alternation inline(Alternation outer, int index, Rule inner) {
        int innerTotal = inner.weights().stream().mapToInt(Integer::intValue).sum();
        List<Template> templates = new ArrayList<>();
        List<Integer> weights = new ArrayList<>();
        for (int i = 0; i < outer.templates().size(); i++) {
            if (i != index) {
                templates.add(outer.templates().get(i));
                weights.add(Math.multiplyExact(outer.weights().get(i), innerTotal));
                continue;
            }
            for (int k = 0; k < inner.templates().size(); k++) {
                templates.add(outer.templates().get(i).withFirst(inner.templates().get(k)));
                weights.add(Math.multiplyExact(outer.weights().get(i), inner.weights().get(k)));
            }
        }
        return new Alternation(templates, reduced(weights));
    }

    private static List<Integer> reduced(List<Integer> weights) {
        int divisor =
                weights.stream()
                        .map(BigInteger::valueOf)
                        .reduce(BigInteger.ZERO, BigInteger::gcd)
                        .intValueExact();
        return weights.stream().map(weight -> weight / divisor).toList();
    }
}
