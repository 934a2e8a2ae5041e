package io.github.sasblock.examples.tokens;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The first 64 bits of the SHA-256 of a document's UTF-8 bytes; 0 stands for none. */
final class DocumentHash {

    static final long NONE = 0;

    private static final double TWO_TO_53 = 1L << 53;

    private DocumentHash() {}

    static long of(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] hash = digest.digest(text.getBytes(StandardCharsets.UTF_8));
            long first = ByteBuffer.wrap(hash).getLong();
            return first == NONE ? 1 : first;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Returns whether a document belongs to the share that is held out. */
    static boolean isHeldOut(long hash, double share) {
        return hash != NONE && (hash >>> 11) / TWO_TO_53 < share;
    }
}
