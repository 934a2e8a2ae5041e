package io.github.sasblock.examples.text;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/** One file of text in a known format. */
record TextFile(Path path, TextFormat format) {

    private static final int HEAD_BYTES = 512;
    private static final int LONGEST_MAGIC = 8;

    /** Reads the documents; the listener takes the bytes of the stored file as they are read. */
    void forEach(DocumentConsumer consumer, String textField, ReadingListener listener)
            throws IOException {
        checkKind();
        switch (format.content()) {
            case ZIP ->
                    new ZipTexts(path, archive(textField, listener), listener::bytesRead)
                            .forEach(consumer);
            case PARQUET ->
                    new ParquetTexts(path, textField, listener::bytesRead).forEach(consumer);
            default -> {
                LongConsumer bytesRead = listener::bytesRead;
                try (InputStream in = TextInput.open(path, format.compression(), bytesRead)) {
                    readStream(format, path.toString(), in, textField, listener, consumer);
                }
            }
        }
    }

    private ArchiveTexts archive(String textField, ReadingListener listener) {
        return new ArchiveTexts(path.toString(), ArchiveLimits.DEFAULT, textField, listener);
    }

    /** Reads what can be read from beginning to end, decompressed. */
    static void readStream(
            TextFormat format,
            String name,
            InputStream in,
            String textField,
            ReadingListener listener,
            DocumentConsumer consumer)
            throws IOException {
        if (format.content() == TextFormat.Content.TAR) {
            new TarTexts(new ArchiveTexts(name, ArchiveLimits.DEFAULT, textField, listener), in)
                    .forEach(consumer);
        } else {
            read(format.content(), name, in, textField, consumer);
        }
    }

    /** Reads a stream that is no archive. */
    static void read(
            TextFormat.Content content,
            String name,
            InputStream in,
            String textField,
            DocumentConsumer consumer)
            throws IOException {
        switch (content) {
            case PLAIN -> new PlainText(name, in).forEach(consumer);
            case JSON_LINES -> new JsonLines(name, in, textField).forEach(consumer);
            case WIKI_TEXT -> new WikiText(name, in).forEach(consumer);
            default -> throw new IllegalArgumentException(content + " is no stream of text");
        }
    }

    /** Refuses a file whose first bytes are of another kind than its name tells. */
    private void checkKind() {
        byte[] head;
        try (InputStream in = TextInput.open(path, Compression.NONE, bytes -> {})) {
            head = in.readNBytes(HEAD_BYTES);
        } catch (IOException e) {
            throw new InvalidInputException(path + ": cannot be read: " + e, e);
        }
        FileKind found = FileKind.of(head);
        FileKind expected = FileKind.expectedOf(format);
        boolean told = head.length >= LONGEST_MAGIC && !isOldTar(found, expected);
        if (found != expected && told) {
            throw new InvalidInputException(
                    path
                            + ": by its name it is "
                            + expected.description()
                            + ", by its first bytes "
                            + found.description()
                            + "; rename it by what it is, or replace it if it is damaged");
        }
    }

    /** Archives from before 1988 have no magic. */
    private static boolean isOldTar(FileKind found, FileKind expected) {
        return expected == FileKind.TAR && found == FileKind.OTHER;
    }
}
