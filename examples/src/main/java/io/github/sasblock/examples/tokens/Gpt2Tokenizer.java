package io.github.sasblock.examples.tokens;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import io.github.sasblock.examples.text.Utf8;
import java.nio.charset.StandardCharsets;

/**
 * GPT-2's byte-pair encoding of 50 257 tokens, as jtokkit brings it. A text that spells {@code
 * <|endoftext|>} is encoded as ordinary text.
 */
public final class Gpt2Tokenizer implements Tokenizer {

    /** The id of this tokenizer. */
    public static final String ID = "gpt2";

    private static final int END_OF_TEXT = 50256;
    private static final char DELETE = '\u007F';

    private final com.knuddels.jtokkit.api.Encoding encoding;
    private final int[] byteLengths;
    private final int longest;

    /** Loads the vocabulary. */
    public Gpt2Tokenizer() {
        encoding = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
        byteLengths = new int[END_OF_TEXT];
        int most = 0;
        for (int id = 0; id < END_OF_TEXT; id++) {
            byteLengths[id] = bytes(new int[] {id}).length;
            most = Math.max(most, byteLengths[id]);
        }
        longest = most;
    }

    private byte[] bytes(int[] ids) {
        IntArrayList list = new IntArrayList(ids.length);
        for (int id : ids) {
            list.add(id);
        }
        return encoding.decodeBytes(list);
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public int vocabularySize() {
        return END_OF_TEXT + 1;
    }

    @Override
    public int endOfText() {
        return END_OF_TEXT;
    }

    @Override
    public int longestTokenBytes() {
        return longest;
    }

    /**
     * {@inheritDoc}
     *
     * <p>GPT-2 first splits a text by a pattern that has white space at the beginning of a match
     * only, and looks ahead only from white space. So a place between a visible character and white
     * space after it is one at which the pattern always splits, and nothing before it depends on
     * what follows. Only ASCII is looked at, where there is no doubt what is visible.
     */
    @Override
    public int cut(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char before = text.charAt(i - 1);
            boolean visible = before > ' ' && before < DELETE;
            if (visible && (text.charAt(i) == ' ' || text.charAt(i) == '\n')) {
                return i;
            }
        }
        return text.length();
    }

    @Override
    public Encoding encode(String text) {
        Utf8.requireWellFormed(text);
        int[] ids = encoding.encodeOrdinary(text).toArray();
        int[] lengths = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            lengths[i] = byteLengths[ids[i]];
        }
        return new Encoding(ids, lengths);
    }

    @Override
    public String decode(int[] ids) {
        return new String(bytes(TokenIds.ofText(ids, this)), StandardCharsets.UTF_8);
    }
}
