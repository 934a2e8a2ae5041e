package io.github.sasblock.examples.tokens;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import io.github.sasblock.examples.problem.InvalidInputException;
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
    private static final int LONGEST_WORD = 1 << 19;
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
        requireWords(text);
        int[] ids = encoding.encodeOrdinary(text).toArray();
        int[] lengths = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            lengths[i] = byteLengths[ids[i]];
        }
        return new Encoding(ids, lengths);
    }

    /**
     * Refuses what byte-pair encoding would take gigabytes of memory for: a "word", for GPT-2 a run
     * of letters, digits, white space or other characters, that no person wrote.
     */
    private static void requireWords(String text) {
        int start = 0;
        for (int i = 1; text.length() - start > LONGEST_WORD && i < text.length(); i++) {
            if (kind(text.charAt(i)) != kind(text.charAt(i - 1))) {
                start = i;
            } else if (i - start >= LONGEST_WORD) {
                throw new InvalidInputException(
                        "has a word of more than "
                                + LONGEST_WORD
                                + " characters, from character "
                                + (start + 1)
                                + " on, which GPT-2's encoding takes too much memory for; leave"
                                + " the document out, or use --tokenizer bytes");
            }
        }
    }

    /** Both halves of a pair of surrogates are of one kind, whatever they stand for. */
    private static int kind(char c) {
        if (Character.isSurrogate(c) || Character.isLetter(c)) {
            return 0;
        }
        return Character.isDigit(c) ? 1 : Character.isWhitespace(c) ? 2 : 3;
    }

    @Override
    public String decode(int[] ids) {
        return new String(bytes(TokenIds.ofText(ids, this)), StandardCharsets.UTF_8);
    }
}
