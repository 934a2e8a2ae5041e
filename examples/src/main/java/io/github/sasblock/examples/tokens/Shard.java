package io.github.sasblock.examples.tokens;

/** A part of a sequence of tokens. */
interface Shard {

    /** Returns the number of tokens. */
    long tokens();

    /** Returns the number of documents that end in it. */
    long documents();

    /** Returns the bytes of UTF-8 that its tokens stand for. */
    long textBytes();

    /** Copies tokens [from, from + count) to an array. */
    void read(int from, int[] into, int offset, int count);

    /** Returns the sum of the byte lengths of tokens [from, to). */
    long textBytes(int from, int to);
}
