package io.github.sasblock.examples.tokens;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts long texts where no tokenizer that {@linkplain Tokenizer#encodesPieces() encodes pieces}
 * joins what is around: before a line end that follows a visible ASCII character.
 */
final class TextPieces {

    private TextPieces() {}

    /**
     * Returns the text in pieces of about the size, or longer ones where there is no place to cut.
     */
    static List<String> of(String text, int size) {
        if (text.length() <= size) {
            return List.of(text);
        }
        List<String> pieces = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            int to = text.length() - from <= size ? text.length() : cut(text, from + size);
            pieces.add(text.substring(from, to));
            from = to;
        }
        return pieces;
    }

    private static int cut(String text, int from) {
        int at = text.indexOf('\n', from);
        while (at >= 0) {
            char before = text.charAt(at - 1);
            if (before > ' ' && before < '\u007F') {
                return at;
            }
            at = text.indexOf('\n', at + 1);
        }
        return text.length();
    }
}
