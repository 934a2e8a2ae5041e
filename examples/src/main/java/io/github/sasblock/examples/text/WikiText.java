package io.github.sasblock.examples.text;

import java.io.IOException;
import java.io.InputStream;

/**
 * A file in WikiText's layout: articles one after the other, each begun by its title between single
 * equals signs on a line of its own after a blank one, {@code = Title = }. Each article is a
 * document, its title included.
 *
 * @see <a href="https://arxiv.org/abs/1609.07843">Merity and others, Pointer Sentinel Mixture
 *     Models, 2016</a>
 */
final class WikiText {

    private final String name;
    private final ByteLines lines;
    private final int longestWhole;
    private final StringBuilder article = new StringBuilder();
    private long firstLine = 1;

    WikiText(String name, InputStream in) {
        this(name, in, PlainText.LONGEST_WHOLE_BYTES);
    }

    WikiText(String name, InputStream in, int longestWhole) {
        this.name = name;
        this.lines = new ByteLines(name, in);
        this.longestWhole = longestWhole;
    }

    void forEach(DocumentConsumer consumer) throws IOException {
        boolean afterBlank = true;
        while (lines.next()) {
            String line = decode();
            if (afterBlank && isTitle(line)) {
                end(consumer);
            }
            if (article.length() + line.length() > longestWhole && !article.isEmpty()) {
                consumer.accept(new Document(article.toString(), origin(), true));
                article.setLength(0);
            }
            article.append(line);
            afterBlank = line.isBlank();
        }
        end(consumer);
    }

    private static boolean isTitle(String line) {
        String text = line.strip();
        boolean heading = text.length() > 4 && text.startsWith("= ") && text.endsWith(" =");
        return heading && text.charAt(2) != '=' && text.charAt(text.length() - 3) != '=';
    }

    private void end(DocumentConsumer consumer) throws IOException {
        if (!article.toString().isBlank()) {
            consumer.accept(new Document(article.toString(), origin()));
        }
        article.setLength(0);
        firstLine = lines.number();
    }

    private String origin() {
        return name + ":" + firstLine;
    }

    /** Returns the line with its end. */
    private String decode() {
        int end = lines.end() + (lines.endsWithNewline() ? 1 : 0);
        try {
            return Utf8.decode(lines.buffer(), lines.start(), end);
        } catch (Utf8.MalformedUtf8Exception e) {
            throw Utf8.malformed(name, lines.number(), lines.offset() + e.offset(), e);
        }
    }
}
