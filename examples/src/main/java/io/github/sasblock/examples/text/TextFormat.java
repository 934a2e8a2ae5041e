package io.github.sasblock.examples.text;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The kinds of text files, told apart by the ending of their names. */
enum TextFormat {
    PLAIN(".txt"),
    JSON_LINES(".jsonl"),
    JSON_LINES_GZIP(".jsonl.gz"),
    JSON_LINES_ZSTD(".jsonl.zst");

    private final String ending;

    TextFormat(String ending) {
        this.ending = ending;
    }

    static Optional<TextFormat> of(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return Arrays.stream(values()).filter(format -> name.endsWith(format.ending)).findFirst();
    }

    static String knownEndings() {
        return Arrays.stream(values())
                .map(format -> format.ending)
                .collect(Collectors.joining(", "));
    }
}
