package io.github.sasblock.examples.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a file's first bytes tell of it. */
enum FileKind {
    GZIP("gzip", 0, "\u001F\u008B"),
    ZSTD("zstd", 0, "\u0028\u00B5\u002F\u00FD"),
    ZIP("a zip archive", 0, "PK\u0003\u0004"),
    EMPTY_ZIP("an empty zip archive", 0, "PK\u0005\u0006"),
    PARQUET("Parquet", 0, "PAR1"),
    XZ("xz", 0, "\u00FD7zXZ"),
    BZIP2("bzip2", 0, "BZh"),
    PDF("PDF", 0, "%PDF-"),
    TAR("a tar archive", 257, "ustar"),
    OTHER("text", 0, "");

    private static final String SKIPPABLE_ZSTD = "*M\u0018";

    private final String description;
    private final int offset;
    private final byte[] magic;

    FileKind(String description, int offset, String magic) {
        this.description = description;
        this.offset = offset;
        this.magic = magic.getBytes(StandardCharsets.ISO_8859_1);
    }

    String description() {
        return description;
    }

    static FileKind of(byte[] head) {
        if (isSkippableZstd(head)) {
            return ZSTD;
        }
        return Arrays.stream(values()).filter(kind -> kind.begins(head)).findFirst().orElse(OTHER);
    }

    private boolean begins(byte[] head) {
        int end = offset + magic.length;
        return head.length >= end && Arrays.equals(head, offset, end, magic, 0, magic.length);
    }

    /** A zstd file may begin with a frame of other data: 0x184D2A50 to 5F, little-endian. */
    private static boolean isSkippableZstd(byte[] head) {
        byte[] rest = SKIPPABLE_ZSTD.getBytes(StandardCharsets.ISO_8859_1);
        return head.length >= 4
                && (head[0] & 0xF0) == 0x50
                && Arrays.equals(head, 1, 4, rest, 0, rest.length);
    }

    /** Returns what the files of a format begin with. */
    static FileKind expectedOf(TextFormat format) {
        return switch (format.compression()) {
            case GZIP -> GZIP;
            case ZSTD -> ZSTD;
            case NONE ->
                    switch (format.content()) {
                        case TAR -> TAR;
                        case ZIP -> ZIP;
                        case PARQUET -> PARQUET;
                        default -> OTHER;
                    };
        };
    }
}
