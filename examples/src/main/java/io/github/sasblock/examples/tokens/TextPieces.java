package io.github.sasblock.examples.tokens;

import java.util.ArrayList;
import java.util.List;

/** Cuts long texts where their {@linkplain Tokenizer#cut tokenizer} allows it. */
final class TextPieces {

    private TextPieces() {}

    /**
     * Returns the text in pieces of about the size, or longer ones where there is no place to cut.
     */
    static List<String> of(String text, int size, Tokenizer tokenizer) {
        if (text.length() <= size) {
            return List.of(text);
        }
        List<String> pieces = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            boolean isRest = text.length() - from <= size;
            int to = isRest ? text.length() : tokenizer.cut(text, from + size);
            pieces.add(text.substring(from, to));
            from = to;
        }
        return pieces;
    }
}
