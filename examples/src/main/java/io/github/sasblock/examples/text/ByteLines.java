package io.github.sasblock.examples.text;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** The lines of a stream as bytes in a buffer, which grows to the longest line. */
final class ByteLines {

    private static final int FIRST_BUFFER_BYTES = 1 << 16;
    private static final int LONGEST_LINE_BYTES = 1 << 30;

    /**
     * What a line takes while it is decoded and parsed, in copies of up to two bytes a character.
     */
    private static final int HEAP_SHARE = 16;

    private final String name;
    private final InputStream in;
    private final int longestLine;
    private byte[] buffer;
    private int filled;
    private int start;
    private int end;
    private int next;
    private long discarded;
    private long number;

    ByteLines(String name, InputStream in) {
        this(name, in, FIRST_BUFFER_BYTES, longestLine(Runtime.getRuntime().maxMemory()));
    }

    ByteLines(String name, InputStream in, int firstBuffer, int longestLine) {
        this.name = name;
        this.in = in;
        this.buffer = new byte[firstBuffer];
        this.longestLine = longestLine;
    }

    /** Returns how many bytes of a line a heap has room for, with all that is made of them. */
    static int longestLine(long heapBytes) {
        return (int) Math.min(LONGEST_LINE_BYTES, heapBytes / HEAP_SHARE);
    }

    /** Goes to the next line and returns whether there is one. */
    boolean next() throws IOException {
        start = next;
        number++;
        int searched = start;
        while (true) {
            int newline = indexOfNewline(searched);
            if (newline >= 0) {
                end = newline;
                next = newline + 1;
                return true;
            }
            searched = filled - start; // the position after makeRoom() has moved the line
            if (!readMore()) {
                end = filled;
                next = filled;
                return start < end;
            }
        }
    }

    private int indexOfNewline(int from) {
        for (int i = from; i < filled; i++) {
            if (buffer[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private boolean readMore() throws IOException {
        makeRoom();
        int read = in.read(buffer, filled, buffer.length - filled);
        filled += Math.max(read, 0);
        return read >= 0;
    }

    /** Moves the line to the buffer's beginning and doubles the buffer if the line fills it. */
    private void makeRoom() {
        if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, filled - start);
            discarded += start;
            filled -= start;
            start = 0;
        }
        if (filled < buffer.length) {
            return;
        }
        if (filled >= longestLine) {
            throw new InvalidInputException(
                    name
                            + ":"
                            + number
                            + ": the line is longer than "
                            + longestLine
                            + " bytes, the most that the Java heap has room for; expected one JSON"
                            + " object a line, or a larger heap: SAS_JAVA_OPTS=-Xmx4g");
        }
        buffer = Arrays.copyOf(buffer, Math.min(longestLine, 2 * buffer.length));
    }

    /** Returns the bytes in which the line stands from {@link #start()} to {@link #end()}. */
    byte[] buffer() {
        return buffer;
    }

    int start() {
        return start;
    }

    int end() {
        return end;
    }

    /** Returns whether a newline follows the line, so that it is not what the stream ends with. */
    boolean endsWithNewline() {
        return end < next;
    }

    /** Returns the line's number, from 1. */
    long number() {
        return number;
    }

    /** Returns the line's first byte's offset in the stream. */
    long offset() {
        return discarded + start;
    }
}
