package io.github.sasblock.examples.text;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** UTF-8 without silent replacement of what is malformed. */
public final class Utf8 {

    private static final char REPLACEMENT = '\uFFFD';
    private static final int SCRATCH_CHARACTERS = 4096;

    private Utf8() {}

    /**
     * Encodes a text.
     *
     * @param text the text
     * @return its UTF-8 bytes
     * @throws InvalidInputException if the text has an unpaired surrogate
     */
    public static byte[] encode(String text) {
        requireWellFormed(text);
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Returns the number of bytes of a well-formed text.
     *
     * @param text the text
     * @param from the first character's index, in UTF-16 units
     * @param to the index after the last character
     * @return the length in UTF-8
     */
    public static int length(String text, int from, int to) {
        int length = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                length += 1;
            } else if (c < 0x800 || Character.isSurrogate(c)) {
                length += 2; // a pair of surrogates is a character of four bytes
            } else {
                length += 3;
            }
        }
        return length;
    }

    /**
     * Ensures that a text can be written as UTF-8.
     *
     * @param text the text
     * @throws InvalidInputException if it has an unpaired surrogate
     */
    public static void requireWellFormed(String text) {
        int index = firstUnpairedSurrogate(text);
        if (index >= 0) {
            throw new InvalidInputException(
                    String.format(
                            "the text has an unpaired surrogate (U+%04X) at character %d,"
                                    + " which cannot be written as UTF-8",
                            (int) text.charAt(index), index + 1));
        }
    }

    /** Returns the index of the first unpaired surrogate, or -1. */
    static int firstUnpairedSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            boolean paired =
                    Character.isHighSurrogate(c)
                            && i + 1 < text.length()
                            && Character.isLowSurrogate(text.charAt(i + 1));
            if (!paired) {
                return i;
            }
            i++;
        }
        return -1;
    }

    /**
     * Decodes bytes.
     *
     * @throws MalformedUtf8Exception if they are not UTF-8
     */
    static String decode(byte[] bytes, int from, int to) throws MalformedUtf8Exception {
        String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
        // Malformed bytes became replacement characters, but these may also stand in the text.
        if (text.indexOf(REPLACEMENT) >= 0) {
            int malformed = firstMalformed(bytes, from, to);
            if (malformed >= 0) {
                throw new MalformedUtf8Exception(bytes[malformed], malformed - from);
            }
        }
        return text;
    }

    private static int firstMalformed(byte[] bytes, int from, int to) {
        CharsetDecoder decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes, from, to - from);
        CharBuffer scratch = CharBuffer.allocate(SCRATCH_CHARACTERS);
        CoderResult result;
        do {
            scratch.clear();
            result = decoder.decode(in, scratch, true);
        } while (result.isOverflow());
        return result.isError() ? in.position() : -1;
    }

    /** Tells of malformed bytes where they stand. */
    static InvalidInputException malformed(
            String name, long line, long offset, MalformedUtf8Exception e) {
        return new InvalidInputException(
                String.format(
                        "%s:%d: not UTF-8: byte 0x%02X at byte %d of the text; expected UTF-8",
                        name, line, e.value(), offset),
                e);
    }

    /** Bytes that are not UTF-8. */
    static final class MalformedUtf8Exception extends Exception {

        private static final long serialVersionUID = 1L;

        private final byte value;
        private final int offset;

        MalformedUtf8Exception(byte value, int offset) {
            super(String.format("byte 0x%02X at offset %d", value, offset));
            this.value = value;
            this.offset = offset;
        }

        byte value() {
            return value;
        }

        int offset() {
            return offset;
        }
    }
}
