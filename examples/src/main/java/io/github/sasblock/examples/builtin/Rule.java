package io.github.sasblock.examples.builtin;

import io.github.sasblock.examples.builtin.Template.Literal;
import io.github.sasblock.examples.builtin.Template.Part;
import io.github.sasblock.examples.builtin.Template.Recall;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A weighted choice among templates.
 *
 * <p>The choice writes the opening of the chosen template: its leading text, or a leading recall
 * with the text after it. The rest of the template follows.
 */
final class Rule {

    private final List<Template> templates;
    private final List<Integer> weights;
    private final Weights probabilities;
    private final int[] openingParts; // how many leading parts the opening covers
    private final Alternatives fixed; // null if an opening recalls something

    /**
     * Creates a rule and checks that the text tells its templates apart.
     *
     * @param templates one or more templates; if more, each begins with text or a recall
     * @param weights their weights
     */
    Rule(List<Template> templates, List<Integer> weights) {
        this.templates = List.copyOf(templates);
        this.weights = List.copyOf(weights);
        this.probabilities = Weights.of(weights);
        this.openingParts = templates.stream().mapToInt(Rule::countOpeningParts).toArray();
        boolean recalls = templates.stream().anyMatch(t -> t.parts().get(0) instanceof Recall);
        boolean chooses = templates.size() > 1;
        this.fixed = chooses && !recalls ? alternatives(name -> "") : null;
    }

    private static int countOpeningParts(Template template) {
        List<Part> parts = template.parts();
        if (parts.get(0) instanceof Literal) {
            return 1;
        }
        return parts.size() > 1 && parts.get(1) instanceof Literal ? 2 : 1;
    }

    List<Template> templates() {
        return templates;
    }

    List<Integer> weights() {
        return weights;
    }

    /** Returns the rule's words, for a rule that is nothing but words. */
    Alternatives words() {
        if (fixed == null || templates.stream().anyMatch(t -> t.parts().size() > 1)) {
            throw new IllegalArgumentException("expected a rule of words");
        }
        return fixed;
    }

    /** Chooses a template, writes its opening and returns the parts that are left to write. */
    List<Part> choose(Choices choices, UnaryOperator<String> recalled) {
        if (templates.size() == 1) {
            return templates.get(0).parts();
        }
        int chosen = choices.choose(fixed != null ? fixed : alternatives(recalled));
        List<Part> parts = templates.get(chosen).parts();
        return parts.subList(openingParts[chosen], parts.size());
    }

    private Alternatives alternatives(UnaryOperator<String> recalled) {
        List<String> openings = new ArrayList<>();
        for (int i = 0; i < templates.size(); i++) {
            openings.add(opening(templates.get(i).parts().subList(0, openingParts[i]), recalled));
        }
        return new Alternatives(openings, probabilities);
    }

    private static String opening(List<Part> parts, UnaryOperator<String> recalled) {
        StringBuilder opening = new StringBuilder();
        for (Part part : parts) {
            if (part instanceof Literal literal) {
                opening.append(literal.text());
            } else if (part instanceof Recall recall) {
                opening.append(recalled.apply(recall.name()));
            } else {
                throw new IllegalArgumentException(
                        part + ": an alternative begins with text, a recall or a rule");
            }
        }
        return opening.toString();
    }
}
