package io.github.sasblock.examples.text;

import java.util.Objects;

/**
 * A text, or a part of one that is too long to be held at once.
 *
 * @param text the text, as it was in its source
 * @param origin where it came from, for messages: {@code file.txt}, {@code file.jsonl.zst:12}
 * @param continues whether the source's next document is the same text's next part, so that nothing
 *     separates the two
 */
public record Document(String text, String origin, boolean continues) {

    /**
     * Creates a document or a part of one.
     *
     * @param text the text
     * @param origin where it came from, for messages
     * @param continues whether the next document is the same text's next part
     */
    public Document {
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(origin, "origin");
    }

    /**
     * Creates a whole document.
     *
     * @param text the text
     * @param origin where it came from, for messages
     */
    public Document(String text, String origin) {
        this(text, origin, false);
    }
}
