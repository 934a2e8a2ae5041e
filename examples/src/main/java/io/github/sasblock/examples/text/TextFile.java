package io.github.sasblock.examples.text;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/** One file of text in a known format. */
record TextFile(Path path, TextFormat format) {

    /** Reads the documents; the listener takes the bytes of the stored file as they are read. */
    void forEach(DocumentConsumer consumer, LongConsumer bytesRead) throws IOException {
        try (InputStream in = TextInput.open(this, bytesRead)) {
            if (format == TextFormat.PLAIN) {
                new PlainText(path, in).forEach(consumer);
            } else {
                new JsonLines(path, in).forEach(consumer);
            }
        }
    }

    static InvalidInputException malformed(
            Path path, long line, long offset, Utf8.MalformedUtf8Exception e) {
        return new InvalidInputException(
                String.format(
                        "%s:%d: not UTF-8: byte 0x%02X at byte %d of the text; expected UTF-8",
                        path, line, e.value(), offset),
                e);
    }
}
