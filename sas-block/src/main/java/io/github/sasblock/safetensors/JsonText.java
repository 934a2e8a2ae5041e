package io.github.sasblock.safetensors;

/** Writes strings as JSON does (RFC 8259, section 7). */
final class JsonText {

    private static final int EXCERPT = 120;

    private JsonText() {}

    static String quote(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    /** Quotes a text of unknown origin and length for a message. */
    static String excerpt(String text) {
        return text.length() <= EXCERPT ? quote(text) : quote(text.substring(0, EXCERPT)) + "…";
    }
}
