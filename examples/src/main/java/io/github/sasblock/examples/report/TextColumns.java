package io.github.sasblock.examples.report;

import java.util.ArrayList;
import java.util.List;

/** Text laid out in columns of a fixed width, counted in code points. */
final class TextColumns {

    private TextColumns() {}

    static int width(String text) {
        return text.codePointCount(0, text.length());
    }

    static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - width(text)));
    }

    /** Cuts what does not fit, and ends it with a mark. */
    static String fitted(String text, int width, String mark) {
        if (width(text) <= width) {
            return text;
        }
        return head(text, Math.max(0, width - width(mark))) + head(mark, width);
    }

    /** Breaks text between words; a word that is longer than a line is broken anywhere. */
    static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        String line = "";
        for (String word : text.strip().split("[\\s\\p{Cntrl}]+")) {
            if (!line.isEmpty() && width(line) + 1 + width(word) > width) {
                lines.add(line);
                line = "";
            }
            line = line.isEmpty() ? word : line + " " + word;
            while (width(line) > width) {
                String head = head(line, width);
                lines.add(head);
                line = line.substring(head.length());
            }
        }
        lines.add(line);
        return lines;
    }

    private static String head(String text, int codePoints) {
        int count = Math.min(codePoints, width(text));
        return text.substring(0, text.offsetByCodePoints(0, count));
    }
}
