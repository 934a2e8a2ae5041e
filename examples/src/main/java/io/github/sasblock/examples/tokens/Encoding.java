package io.github.sasblock.examples.tokens;

/**
 * A text's tokens.
 *
 * @param ids the tokens
 * @param byteLengths how many UTF-8 bytes of the text each token stands for; together all of them
 */
public record Encoding(int[] ids, int[] byteLengths) {

    /**
     * Creates an encoding.
     *
     * @param ids the tokens
     * @param byteLengths as many byte lengths
     */
    public Encoding {
        if (ids.length != byteLengths.length) {
            throw new IllegalArgumentException(
                    ids.length + " tokens, but " + byteLengths.length + " byte lengths");
        }
    }
}
