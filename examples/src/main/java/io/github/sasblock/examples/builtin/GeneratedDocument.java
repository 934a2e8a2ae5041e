package io.github.sasblock.examples.builtin;

import java.nio.charset.StandardCharsets;

/**
 * One generated document.
 *
 * @param index its place in its corpus, from 0
 * @param text the text, in ASCII
 * @param surprisalBits −log₂ of the probability of the whole document, its end included, in bits
 */
public record GeneratedDocument(long index, String text, double surprisalBits) {

    /**
     * Returns the text as bytes.
     *
     * @return the bytes in UTF-8, one a character
     */
    public byte[] bytes() {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Returns the length without making the bytes.
     *
     * @return the number of bytes in UTF-8
     */
    public int byteCount() {
        return text.length();
    }
}
