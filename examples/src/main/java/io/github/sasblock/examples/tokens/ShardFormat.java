package io.github.sasblock.examples.tokens;

/**
 * What all shards of one sequence have in common.
 *
 * @param tokenizerId the tokenizer's id
 * @param vocabularySize its vocabulary's size
 * @param withByteLengths whether each token's byte length is kept
 * @param tokenBytes bytes of a token: 2 (unsigned) or 4
 * @param lengthBytes bytes of a byte length: 1, 2 (both unsigned) or 4; 0 without byte lengths
 */
record ShardFormat(
        String tokenizerId,
        int vocabularySize,
        boolean withByteLengths,
        int tokenBytes,
        int lengthBytes) {

    /** The version of the files' layout; files of another one are written anew. */
    static final int VERSION = 2;

    private static final int UNSIGNED_BYTE_LIMIT = 1 << 8;
    private static final int UNSIGNED_SHORT_LIMIT = 1 << 16;

    static ShardFormat of(Tokenizer tokenizer, boolean withByteLengths) {
        return new ShardFormat(
                tokenizer.id(),
                tokenizer.vocabularySize(),
                withByteLengths,
                tokenizer.vocabularySize() <= UNSIGNED_SHORT_LIMIT ? Short.BYTES : Integer.BYTES,
                withByteLengths ? widthOf(tokenizer.longestTokenBytes()) : 0);
    }

    private static int widthOf(int largest) {
        if (largest < UNSIGNED_BYTE_LIMIT) {
            return Byte.BYTES;
        }
        return largest < UNSIGNED_SHORT_LIMIT ? Short.BYTES : Integer.BYTES;
    }
}
