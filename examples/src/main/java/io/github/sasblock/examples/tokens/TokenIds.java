package io.github.sasblock.examples.tokens;

import java.util.Arrays;

/** What tokenizers do with tokens before they decode them. */
final class TokenIds {

    private TokenIds() {}

    /** Returns the tokens without those that end a text, after checking that all are known. */
    static int[] ofText(int[] ids, Tokenizer tokenizer) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= tokenizer.vocabularySize()) {
                throw new IllegalArgumentException(
                        "token "
                                + ids[i]
                                + " at index "
                                + i
                                + ": the tokenizer "
                                + tokenizer.id()
                                + " has tokens from 0 to "
                                + (tokenizer.vocabularySize() - 1));
            }
        }
        return Arrays.stream(ids).filter(id -> id != tokenizer.endOfText()).toArray();
    }
}
