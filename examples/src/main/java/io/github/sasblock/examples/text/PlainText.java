package io.github.sasblock.examples.text;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * A file that is one document. What is too long to be held at once comes in parts, each but the
 * last ended {@linkplain #cutBeforeLineEnd before a line's end} where there is one.
 */
final class PlainText {

    /** The longest document that is held whole: ten times War and Peace. */
    static final int LONGEST_WHOLE_BYTES = 1 << 25;

    private static final int FIRST_BUFFER_BYTES = 1 << 16;

    private final String name;
    private final InputStream in;
    private final int partBytes;
    private byte[] buffer;
    private int filled;
    private long offset;
    private long line = 1;

    PlainText(String name, InputStream in) {
        this(name, in, LONGEST_WHOLE_BYTES);
    }

    PlainText(String name, InputStream in, int partBytes) {
        this.name = name;
        this.in = in;
        this.partBytes = partBytes;
        this.buffer = new byte[Math.min(FIRST_BUFFER_BYTES, partBytes)];
    }

    void forEach(DocumentConsumer consumer) throws IOException {
        boolean more = fill();
        int start = ByteOrderMark.length(buffer, 0, filled);
        while (more) {
            int end = endOfPart(start);
            consumer.accept(new Document(decode(start, end), name, true));
            keepFrom(end);
            more = fill();
            start = 0;
        }
        consumer.accept(new Document(decode(start, filled), name));
    }

    /** Fills the buffer and returns whether a whole part is there, so that there may be more. */
    private boolean fill() throws IOException {
        while (true) {
            filled += in.readNBytes(buffer, filled, buffer.length - filled);
            if (filled < buffer.length) {
                return false;
            }
            if (buffer.length == partBytes) {
                return true;
            }
            buffer = Arrays.copyOf(buffer, (int) Math.min(partBytes, 2L * buffer.length));
        }
    }

    private int endOfPart(int start) {
        int cut = cutBeforeLineEnd(start);
        return cut > start ? cut : startOfLastCharacter();
    }

    /** The last place before a line end after text, where no tokenizer joins what is around. */
    private int cutBeforeLineEnd(int start) {
        for (int cut = filled - 1; cut > start; cut--) {
            if (buffer[cut] == '\n' && buffer[cut - 1] > ' ') {
                return cut;
            }
        }
        return -1;
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
            int at = from + e.offset();
            throw Utf8.malformed(name, line + newlines(at), offset + at, e);
        }
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
