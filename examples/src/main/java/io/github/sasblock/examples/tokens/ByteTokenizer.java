package io.github.sasblock.examples.tokens;

import io.github.sasblock.examples.text.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The bytes of the text in UTF-8 as tokens 0 to 255, and 256 as end-of-text. */
public final class ByteTokenizer implements Tokenizer {

    /** The id of this tokenizer. */
    public static final String ID = "bytes";

    private static final int BYTES = 256;

    /** Creates the tokenizer. */
    public ByteTokenizer() {}

    @Override
    public String id() {
        return ID;
    }

    @Override
    public int vocabularySize() {
        return BYTES + 1;
    }

    @Override
    public int endOfText() {
        return BYTES;
    }

    @Override
    public int longestTokenBytes() {
        return 1;
    }

    @Override
    public int cut(String text, int from) {
        boolean withinPair = from < text.length() && Character.isLowSurrogate(text.charAt(from));
        return Math.min(text.length(), withinPair ? from + 1 : from);
    }

    @Override
    public Encoding encode(String text) {
        byte[] bytes = Utf8.encode(text);
        int[] ids = new int[bytes.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = bytes[i] & 0xFF;
        }
        int[] lengths = new int[ids.length];
        Arrays.fill(lengths, 1);
        return new Encoding(ids, lengths);
    }

    @Override
    public String decode(int[] ids) {
        int[] textIds = TokenIds.ofText(ids, this);
        byte[] bytes = new byte[textIds.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) textIds[i];
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
