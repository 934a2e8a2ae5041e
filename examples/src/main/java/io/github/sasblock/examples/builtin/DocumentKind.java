package io.github.sasblock.examples.builtin;

import java.util.List;
import java.util.Locale;

/** The kinds of documents that can be generated. */
public enum DocumentKind {
    /** Papers: LaTeX with statements, proofs, equations and references. */
    ARXIV {
        @Override
        void write(Choices choices) {
            choices.write(ArxivGrammar.OPENING);
            new ArxivGrammar(choices).body();
        }
    },

    /** Novels: chapters, people, narration and dialogue. */
    BOOKS {
        @Override
        void write(Choices choices) {
            choices.write(BooksGrammar.OPENING);
            new BooksGrammar(choices).body();
        }
    },

    /** Papers and novels, each as likely as the other; the choice counts as one bit. */
    MIXED {
        @Override
        void write(Choices choices) {
            if (choices.choose(EITHER) == 0) {
                new ArxivGrammar(choices).body();
            } else {
                new BooksGrammar(choices).body();
            }
        }
    };

    private static final Alternatives EITHER =
            Alternatives.of(List.of(ArxivGrammar.OPENING, BooksGrammar.OPENING), List.of(1, 1));

    /** Writes, or reads, one document. */
    abstract void write(Choices choices);

    /**
     * Returns the name that people use.
     *
     * @return the name in lower case
     */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
