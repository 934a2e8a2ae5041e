package io.github.sasblock.examples.tokens;

/** Turns text into tokens and back. Implementations may be used by several threads at once. */
public interface Tokenizer extends AutoCloseable {

    /**
     * Identifies the tokenizer: two of the same id give the same tokens.
     *
     * @return {@code bytes}, {@code gpt2}, or {@code huggingface:} and the first 16 hexadecimal
     *     digits of the SHA-256 of its file
     */
    String id();

    /**
     * Returns the size of the vocabulary.
     *
     * @return a number greater than every token
     */
    int vocabularySize();

    /**
     * Returns the token that stands at the end of every document.
     *
     * @return the end-of-text token
     */
    int endOfText();

    /**
     * Returns how much text one token can stand for.
     *
     * @return a bound of the {@linkplain Encoding#byteLengths() byte lengths}; by default there is
     *     none
     */
    default int longestTokenBytes() {
        return Integer.MAX_VALUE;
    }

    /**
     * Finds a place at which a text can be cut: the tokens of what is before it, followed by those
     * of what is after it, are the tokens of the whole.
     *
     * @param text the text
     * @param from where to begin looking, greater than 0
     * @return the index of the first character after the first such place at or after {@code from},
     *     or the text's length where there is none; by default no place is known
     */
    default int cut(String text, int from) {
        return text.length();
    }

    /**
     * Encodes a text, without adding tokens at its ends.
     *
     * @param text the text
     * @return its tokens; the sum of their byte lengths is the text's length in UTF-8, unless there
     *     is no token
     * @throws io.github.sasblock.examples.problem.InvalidInputException if the text has an unpaired
     *     surrogate, or is nothing that the tokenizer can encode
     */
    Encoding encode(String text);

    /**
     * Decodes tokens. The end-of-text token stands for no text. Bytes that are not a whole
     * character become U+FFFD.
     *
     * @param ids tokens
     * @return their text
     * @throws IllegalArgumentException if an id is negative or not less than the vocabulary's size
     */
    String decode(int[] ids);

    /** Frees what the tokenizer holds outside the Java heap. */
    @Override
    default void close() {}
}
