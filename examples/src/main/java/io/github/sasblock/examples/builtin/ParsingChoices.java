package io.github.sasblock.examples.builtin;

import io.github.sasblock.examples.problem.InvalidInputException;

/** Reads a document, and so recovers the choices that wrote it. */
final class ParsingChoices implements Choices {

    private static final int SHOWN = 40;

    private final String text;
    private int position;
    private double surprisalBits;

    ParsingChoices(String text) {
        this.text = text;
    }

    @Override
    public int choose(Alternatives alternatives) {
        // The openings are prefix-free: the first that matches is the only one.
        for (int i = 0; i < alternatives.size(); i++) {
            if (text.startsWith(alternatives.opening(i), position)) {
                surprisalBits += alternatives.weights().bits(i);
                position += alternatives.opening(i).length();
                return i;
            }
        }
        throw refusal(
                "one of "
                        + alternatives.openings().stream()
                                .limit(8)
                                .map(opening -> '\'' + opening + '\'')
                                .toList());
    }

    @Override
    public void write(String written) {
        if (!text.startsWith(written, position)) {
            throw refusal("'" + written + "'");
        }
        position += written.length();
    }

    @Override
    public int position() {
        return position;
    }

    @Override
    public String since(int start) {
        return text.substring(start, position);
    }

    @Override
    public double surprisalBits() {
        return surprisalBits;
    }

    /** Makes sure that the document ends where its grammar ends. */
    void requireEnd() {
        if (position != text.length()) {
            throw refusal("the end of the document");
        }
    }

    private InvalidInputException refusal(String expected) {
        String found = text.substring(position, Math.min(text.length(), position + SHOWN));
        return new InvalidInputException(
                "the text is not a document of the grammar: character "
                        + position
                        + ": expected "
                        + expected
                        + ", found '"
                        + found
                        + "'");
    }
}
