package io.github.sasblock.examples.builtin;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * One paper in the manner of ArXiv: LaTeX with numbered statements, proofs, equations, references
 * back to labels that exist, and a bibliography of the papers that were cited.
 *
 * <p>The sentences stand in {@code arxiv.grammar}. This class keeps what a rule cannot: the labels
 * and the cited papers.
 */
final class ArxivGrammar extends Derivation {

    /** The text with which every paper begins. */
    static final String OPENING = "\\documentclass{article}\n";

    private static final Grammar GRAMMAR =
            Grammar.parse(
                    GrammarSource.resource("arxiv.grammar"),
                    Set.of("new", "done", "cite-label", "cited", "bibliography"));

    private static final Map<String, String> REFERENCES =
            Map.of(
                    "def", "Definition~\\ref{",
                    "lem", "Lemma~\\ref{",
                    "thm", "Theorem~\\ref{",
                    "ex", "Example~\\ref{",
                    "rem", "Remark~\\ref{",
                    "eq", "\\eqref{");

    // How likely the latest label is to be cited, the one before it, and so on.
    private static final List<Integer> RECENCY_WEIGHTS = List.of(6, 3, 2, 1);

    private record Paper(String name, String year) {}

    private int labels;
    private final Deque<String> unproved = new ArrayDeque<>();
    private final List<String> citable = new ArrayList<>(); // references, the latest first
    private final Set<Paper> papers = new LinkedHashSet<>();

    ArxivGrammar(Choices choices) {
        super(GRAMMAR, choices);
    }

    @Override
    void body() {
        expand("paper");
    }

    @Override
    void act(String action, String argument) {
        switch (action) {
            case "new" -> introduce(argument);
            case "done" -> citable.add(0, unproved.pop());
            case "cite-label" -> citeLabel();
            case "cited" -> papers.add(new Paper(recall("paper-name"), recall("paper-year")));
            case "bibliography" -> bibliography();
            default -> throw new IllegalStateException(action);
        }
    }

    // All kinds share one counter, so a number is never used twice.
    private void introduce(String kind) {
        labels++;
        String label = kind + ":" + labels;
        write(label);
        unproved.push(Objects.requireNonNull(REFERENCES.get(kind), kind) + label + "}");
    }

    private void citeLabel() {
        int count = Math.min(citable.size(), RECENCY_WEIGHTS.size());
        choose(Alternatives.of(citable.subList(0, count), RECENCY_WEIGHTS.subList(0, count)));
    }

    private void bibliography() {
        if (papers.isEmpty()) {
            return;
        }
        write("\\begin{thebibliography}{99}\n");
        for (Paper paper : papers) {
            remember("paper-name", paper.name());
            remember("paper-year", paper.year());
            expand("bibliography-item");
        }
        write("\\end{thebibliography}\n");
    }
}
