package io.github.sasblock.examples.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** A file that is one document, read in parts that end at a line's end where there is one. */
final class PlainText {

    private static final int PART_BYTES = 1 << 22;

    private final Path path;
    private final InputStream in;
    private final byte[] buffer;
    private int filled;
    private long offset;
    private long line = 1;

    PlainText(Path path, InputStream in) {
        this(path, in, PART_BYTES);
    }

    PlainText(Path path, InputStream in, int partBytes) {
        this.path = path;
        this.in = in;
        this.buffer = new byte[partBytes];
    }

    void forEach(DocumentConsumer consumer) throws IOException {
        boolean more = fill();
        int start = ByteOrderMark.length(buffer, 0, filled);
        while (more) {
            int end = endOfPart();
            consumer.accept(new Document(decode(start, end), path.toString(), true));
            keepFrom(end);
            more = fill();
            start = 0;
        }
        consumer.accept(new Document(decode(start, filled), path.toString()));
    }

    /** Fills the buffer and returns whether it is full, so that there may be more. */
    private boolean fill() throws IOException {
        filled += in.readNBytes(buffer, filled, buffer.length - filled);
        return filled == buffer.length;
    }

    private int endOfPart() {
        for (int end = filled; end > 0; end--) {
            if (buffer[end - 1] == '\n') {
                return end;
            }
        }
        return startOfLastCharacter();
    }

    private int startOfLastCharacter() {
        int start = filled - 1;
        while (start > filled - 4 && (buffer[start] & 0xC0) == 0x80) {
            start--;
        }
        return start;
    }

    private String decode(int from, int to) {
        try {
            return Utf8.decode(buffer, from, to);
        } catch (Utf8.MalformedUtf8Exception e) {
            throw malformed(from, e);
        }
    }

    private RuntimeException malformed(int from, Utf8.MalformedUtf8Exception e) {
        int at = from + e.offset();
        return TextFile.malformed(path, line + newlines(at), offset + at, e);
    }

    private void keepFrom(int end) {
        line += newlines(end);
        offset += end;
        System.arraycopy(buffer, end, buffer, 0, filled - end);
        filled -= end;
    }

    private long newlines(int end) {
        long count = 0;
        for (int i = 0; i < end; i++) {
            if (buffer[i] == '\n') {
                count++;
            }
        }
        return count;
    }
}
