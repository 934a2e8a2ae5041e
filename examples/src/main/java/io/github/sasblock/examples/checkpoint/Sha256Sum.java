package io.github.sasblock.examples.checkpoint;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 that grows with the bytes that pass by. */
final class Sha256Sum {

    private final MessageDigest digest;

    Sha256Sum() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static String of(byte[] bytes) {
        Sha256Sum sum = new Sha256Sum();
        sum.add(ByteBuffer.wrap(bytes));
        return sum.hex();
    }

    void add(ByteBuffer bytes) {
        digest.update(bytes);
    }

    /** Returns 64 hexadecimal digits; the sum starts anew. */
    String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
