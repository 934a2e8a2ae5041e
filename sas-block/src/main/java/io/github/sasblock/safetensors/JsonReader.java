package io.github.sasblock.safetensors;

import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Reads the part of JSON (RFC 8259) that a header is made of: objects, strings, and arrays of
 * non-negative integers. The caller asks for the value that it expects; anything else is refused,
 * as is a key that an object has twice. Depth is the caller's: no input can make it recurse.
 */
final class JsonReader {

    /** Reads the value of a member of an object. */
    @FunctionalInterface
    interface MemberReader {
        void read(String key) throws SafeTensorsException;
    }

    private static final Pattern INTEGER = Pattern.compile("0|[1-9][0-9]{0,18}");
    private static final String SPACE = " \t\n\r";
    private static final String NUMBER = "+-.0123456789eE";

    private final Path file;
    private final String text;
    private final CharsetEncoder unicode = StandardCharsets.UTF_8.newEncoder();
    private final Deque<String> keys = new ArrayDeque<>();
    private int at;

    JsonReader(Path file, String text) {
        this.file = file;
        this.text = text;
    }

    void object(MemberReader member) throws SafeTensorsException {
        expect('{', "an object");
        if (accept('}')) {
            return;
        }
        Set<String> seen = new HashSet<>();
        do {
            String key = string();
            if (!seen.add(key)) {
                throw problem("the key " + JsonText.excerpt(key) + " twice", "each key once");
            }
            keys.addLast(key);
            expect(':', "':'");
            member.read(key);
            keys.removeLast();
        } while (accept(','));
        expect('}', "',' or '}'");
    }

    long[] integers() throws SafeTensorsException {
        expect('[', "an array of integers");
        LongStream.Builder values = LongStream.builder();
        if (!accept(']')) {
            do {
                values.add(integer());
            } while (accept(','));
            expect(']', "',' or ']'");
        }
        return values.build().toArray();
    }

    private long integer() throws SafeTensorsException {
        String expected = "an integer from 0 to " + Long.MAX_VALUE;
        skipSpace();
        int end = at;
        while (end < text.length() && NUMBER.indexOf(text.charAt(end)) >= 0) {
            end++;
        }
        String number = text.substring(at, end);
        if (number.isEmpty()) {
            throw problem(found(), expected);
        }
        if (!INTEGER.matcher(number).matches()) {
            throw problem(JsonText.excerpt(number), expected);
        }
        long value = 0;
        for (int i = 0; i < number.length(); i++) {
            value = value * 10 + (number.charAt(i) - '0');
        }
        if (value < 0) { // 19 digits reach 9999999999999999999, less than twice the largest long
            throw problem(JsonText.excerpt(number), expected);
        }
        at = end;
        return value;
    }

    String string() throws SafeTensorsException {
        expect('"', "a string");
        StringBuilder value = new StringBuilder();
        boolean escaped = false;
        while (true) {
            if (at == text.length()) {
                throw problem(found(), "'\"' at the end of a string");
            }
            char c = text.charAt(at);
            if (c < ' ') {
                throw problem(found(), "control characters to be escaped");
            }
            at++;
            if (c == '"') {
                break;
            }
            if (c == '\\') {
                escaped = true;
                value.append(escape());
            } else {
                value.append(c);
            }
        }
        if (escaped && !unicode.canEncode(value)) {
            throw problem("half of a surrogate pair", "Unicode text");
        }
        return value.toString();
    }

    private char escape() throws SafeTensorsException {
        char c = at < text.length() ? text.charAt(at) : 0;
        char value =
                switch (c) {
                    case '"', '\\', '/' -> c;
                    case 'b' -> '\b';
                    case 'f' -> '\f';
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    case 't' -> '\t';
                    case 'u' -> codeUnit();
                    default -> throw problem(found(), "one of \" \\ / b f n r t u after '\\'");
                };
        at++;
        return value;
    }

    private char codeUnit() throws SafeTensorsException {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            at++;
            // ASCII only: Character.digit knows the digits of every script
            char c = at < text.length() && text.charAt(at) < 128 ? text.charAt(at) : 0;
            int digit = Character.digit(c, 16);
            if (digit < 0) {
                throw problem(found(), "four hexadecimal digits after \"\\u\"");
            }
            value = value * 16 + digit;
        }
        return (char) value;
    }

    /** Requires that only the spaces of padding are left. */
    void end() throws SafeTensorsException {
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
        if (at < text.length()) {
            throw problem(found(), "nothing but spaces after the object");
        }
    }

    private void expect(char c, String expected) throws SafeTensorsException {
        if (!accept(c)) {
            throw problem(found(), expected);
        }
    }

    private boolean accept(char c) {
        skipSpace();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void skipSpace() {
        while (at < text.length() && SPACE.indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private String found() {
        if (at >= text.length()) {
            return "the end of the header";
        }
        char c = text.charAt(at);
        return c > ' ' && c < 127 ? "'" + c + "'" : String.format("U+%04X", (int) c);
    }

    /** Returns an exception that tells where in the header the reader is. */
    SafeTensorsException problem(String found, String expected) {
        String member =
                keys.stream().map(JsonText::excerpt).collect(Collectors.joining(" > ", " at ", ""));
        return new SafeTensorsException(
                file,
                "header"
                        + (keys.isEmpty() ? "" : member)
                        + ", character "
                        + at
                        + ": found "
                        + found
                        + ", expected "
                        + expected);
    }
}
