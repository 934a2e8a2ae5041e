package io.github.sasblock.examples.text;

/** The bytes EF BB BF, which some programs put before a text in UTF-8. */
final class ByteOrderMark {

    private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private ByteOrderMark() {}

    /** Returns 3 if the bytes begin with the mark, otherwise 0. */
    static int length(byte[] bytes, int from, int to) {
        if (to - from < MARK.length) {
            return 0;
        }
        for (int i = 0; i < MARK.length; i++) {
            if (bytes[from + i] != MARK[i]) {
                return 0;
            }
        }
        return MARK.length;
    }
}
