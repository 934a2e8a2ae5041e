package io.github.sasblock.examples.text;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, by which texts and files are told apart. */
public final class Sha256 {

    private Sha256() {}

    /**
     * Hashes bytes.
     *
     * @param bytes the bytes
     * @return 64 hexadecimal digits
     */
    public static String hex(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * Hashes a text's UTF-8 bytes.
     *
     * @param text the text
     * @return 64 hexadecimal digits
     */
    public static String hex(String text) {
        return hex(text.getBytes(StandardCharsets.UTF_8));
    }
}
