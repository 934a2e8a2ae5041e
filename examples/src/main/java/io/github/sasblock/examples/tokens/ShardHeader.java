package io.github.sasblock.examples.tokens;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The first 128 bytes of a shard, all numbers little-endian.
 *
 * <pre>
 *   0  magic            8 bytes  89 "SASTOK" 0A
 *   8  version          int
 *  12  token bytes      int      2 or 4
 *  16  length bytes     int      0, 1, 2 or 4
 *  20  vocabulary size  int
 *  24  tokens           long
 *  32  documents        long     those that end in this shard
 *  40  text bytes       long
 *  48  tokenizer id     int n, then n bytes of UTF-8; zeros up to 128
 * 128  the tokens, then the byte lengths
 * </pre>
 */
record ShardHeader(ShardFormat format, long tokens, long documents, long textBytes) {

    static final int BYTES = 128;

    /** "\u0089SASTOK\n": a byte beyond ASCII, the name, and a line end that text modes change. */
    private static final long MAGIC = 0x0A4B4F5453415389L;

    private static final int MAX_ID_BYTES = BYTES - 52;

    ByteBuffer toBytes() {
        byte[] id = format.tokenizerId().getBytes(StandardCharsets.UTF_8);
        if (id.length > MAX_ID_BYTES) {
            throw new IllegalArgumentException(
                    "the tokenizer's id "
                            + format.tokenizerId()
                            + " is longer than "
                            + MAX_ID_BYTES
                            + " bytes");
        }
        return ByteBuffer.allocate(BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(MAGIC)
                .putInt(ShardFormat.VERSION)
                .putInt(format.tokenBytes())
                .putInt(format.lengthBytes())
                .putInt(format.vocabularySize())
                .putLong(tokens)
                .putLong(documents)
                .putLong(textBytes)
                .putInt(id.length)
                .put(id)
                .rewind();
    }

    static ShardHeader parse(Path file, ByteBuffer bytes) {
        ByteBuffer in = bytes.order(ByteOrder.LITTLE_ENDIAN);
        if (in.remaining() < BYTES || in.getLong() != MAGIC) {
            throw new InvalidInputException(file + ": is not a file of tokens (wrong magic)");
        }
        int version = in.getInt();
        if (version != ShardFormat.VERSION) {
            throw new InvalidInputException(
                    file
                            + ": tokens of format version "
                            + version
                            + ", expected "
                            + ShardFormat.VERSION);
        }
        int tokenBytes = in.getInt();
        int lengthBytes = in.getInt();
        int vocabularySize = in.getInt();
        long tokens = in.getLong();
        long documents = in.getLong();
        long textBytes = in.getLong();
        ShardFormat format =
                new ShardFormat(
                        tokenizerId(file, in),
                        vocabularySize,
                        lengthBytes > 0,
                        tokenBytes,
                        lengthBytes);
        ShardHeader header = new ShardHeader(format, tokens, documents, textBytes);
        header.check(file);
        return header;
    }

    private static String tokenizerId(Path file, ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > MAX_ID_BYTES) {
            throw damaged(file, "tokenizer id of " + length + " bytes");
        }
        byte[] id = new byte[length];
        in.get(id);
        return new String(id, StandardCharsets.UTF_8);
    }

    private void check(Path file) {
        int tokenBytes = format.tokenBytes();
        int lengthBytes = format.lengthBytes();
        if (tokenBytes != Short.BYTES && tokenBytes != Integer.BYTES) {
            throw damaged(file, "tokens of " + tokenBytes + " bytes");
        }
        if (lengthBytes != 0
                && lengthBytes != Byte.BYTES
                && lengthBytes != Short.BYTES
                && lengthBytes != Integer.BYTES) {
            throw damaged(file, "byte lengths of " + lengthBytes + " bytes");
        }
        if (tokens < 0 || tokens > Integer.MAX_VALUE / Integer.BYTES) {
            throw damaged(file, tokens + " tokens");
        }
    }

    private static InvalidInputException damaged(Path file, String what) {
        return new InvalidInputException(file + ": the header is damaged: it tells of " + what);
    }

    /** Returns the size of the whole file. */
    long fileBytes() {
        return BYTES + tokens * (format.tokenBytes() + format.lengthBytes());
    }
}
