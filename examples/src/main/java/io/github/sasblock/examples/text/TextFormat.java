package io.github.sasblock.examples.text;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The kinds of text files, told apart by the ending of their names. */
enum TextFormat {
    PLAIN(Content.PLAIN, Compression.NONE, ".txt"),
    PLAIN_GZIP(Content.PLAIN, Compression.GZIP, ".txt.gz"),
    PLAIN_ZSTD(Content.PLAIN, Compression.ZSTD, ".txt.zst"),
    JSON_LINES(Content.JSON_LINES, Compression.NONE, ".jsonl"),
    JSON_LINES_GZIP(Content.JSON_LINES, Compression.GZIP, ".jsonl.gz"),
    JSON_LINES_ZSTD(Content.JSON_LINES, Compression.ZSTD, ".jsonl.zst"),
    TAR(Content.TAR, Compression.NONE, ".tar"),
    TAR_GZIP(Content.TAR, Compression.GZIP, ".tar.gz", ".tgz"),
    TAR_ZSTD(Content.TAR, Compression.ZSTD, ".tar.zst"),
    ZIP(Content.ZIP, Compression.NONE, ".zip"),
    PARQUET(Content.PARQUET, Compression.NONE, ".parquet"),
    WIKI_TEXT(Content.WIKI_TEXT, Compression.NONE, ".tokens");

    /** What a file holds once it is decompressed. */
    enum Content {
        PLAIN,
        JSON_LINES,
        WIKI_TEXT,
        TAR,
        ZIP,
        PARQUET;

        boolean isArchive() {
            return this == TAR || this == ZIP;
        }

        /** Whether it is read from beginning to end, so that it may come from a pipe. */
        boolean isStreamed() {
            return this != ZIP && this != PARQUET;
        }
    }

    private final Content content;
    private final Compression compression;
    private final List<String> endings;

    TextFormat(Content content, Compression compression, String... endings) {
        this.content = content;
        this.compression = compression;
        this.endings = List.of(endings);
    }

    Content content() {
        return content;
    }

    Compression compression() {
        return compression;
    }

    static Optional<TextFormat> of(String name) {
        String lowerCase = name.toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(format -> format.endings.stream().anyMatch(lowerCase::endsWith))
                .findFirst();
    }

    static String knownEndings() {
        return Arrays.stream(values())
                .flatMap(format -> format.endings.stream())
                .collect(Collectors.joining(", "));
    }
}
