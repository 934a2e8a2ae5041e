package io.github.sasblock.examples.tokens;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/** One shard, mapped into memory. Reading is safe from several threads. */
final class MappedShard implements Shard {

    private final ShardHeader header;
    private final ByteBuffer tokens;
    private final ByteBuffer lengths;

    private MappedShard(ShardHeader header, ByteBuffer tokens, ByteBuffer lengths) {
        this.header = header;
        this.tokens = tokens;
        this.lengths = lengths;
    }

    /** Maps a shard after checking that the whole file is what the index says. */
    static MappedShard open(Path folder, ShardIndex.Shard entry) throws IOException {
        Path file = folder.resolve(entry.file());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ShardHeader header = ShardHeader.parse(file, read(channel));
            checkSize(file, header, entry, channel.size());
            long tokenBytes = header.tokens() * header.format().tokenBytes();
            long lengthBytes = header.tokens() * header.format().lengthBytes();
            ByteBuffer tokens = map(channel, ShardHeader.BYTES, tokenBytes);
            ByteBuffer lengths = map(channel, ShardHeader.BYTES + tokenBytes, lengthBytes);
            checkContent(file, entry, tokens, lengths);
            return new MappedShard(header, tokens, lengths);
        } catch (NoSuchFileException e) {
            throw new InvalidInputException(
                    file + ": the file of tokens is missing, so the text must be prepared again",
                    e);
        }
    }

    private static ByteBuffer read(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(ShardHeader.BYTES);
        while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
            // until the header is complete or the file ends
        }
        return bytes.flip();
    }

    private static void checkSize(
            Path file, ShardHeader header, ShardIndex.Shard entry, long size) {
        if (header.tokens() != entry.tokens() || header.fileBytes() != entry.bytes()) {
            throw new InvalidInputException(
                    file
                            + ": has "
                            + header.tokens()
                            + " tokens in "
                            + header.fileBytes()
                            + " bytes by its header, expected "
                            + entry.tokens()
                            + " in "
                            + entry.bytes()
                            + " by the index");
        }
        if (header.fileBytes() != size) {
            throw new InvalidInputException(
                    file
                            + ": has "
                            + size
                            + " bytes, expected "
                            + header.fileBytes()
                            + " for its "
                            + header.tokens()
                            + " tokens; the file is cut off or damaged, so the text must be"
                            + " prepared again");
        }
    }

    private static ByteBuffer map(FileChannel channel, long start, long bytes) throws IOException {
        return channel.map(FileChannel.MapMode.READ_ONLY, start, bytes)
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void checkContent(
            Path file, ShardIndex.Shard entry, ByteBuffer tokens, ByteBuffer lengths) {
        CRC32C checksum = new CRC32C();
        checksum.update(tokens.duplicate());
        checksum.update(lengths.duplicate());
        String found = HexFormat.of().toHexDigits((int) checksum.getValue());
        if (!found.equals(entry.crc32c())) {
            throw new InvalidInputException(
                    file
                            + ": has the CRC-32C "
                            + found
                            + ", expected "
                            + entry.crc32c()
                            + "; the file is damaged, so the text must be prepared again");
        }
    }

    ShardHeader header() {
        return header;
    }

    @Override
    public long tokens() {
        return header.tokens();
    }

    @Override
    public long documents() {
        return header.documents();
    }

    @Override
    public long textBytes() {
        return header.textBytes();
    }

    @Override
    public void read(int from, int[] into, int offset, int count) {
        if (header.format().tokenBytes() == Short.BYTES) {
            for (int i = 0; i < count; i++) {
                into[offset + i] = tokens.getShort((from + i) * Short.BYTES) & 0xFFFF;
            }
        } else {
            for (int i = 0; i < count; i++) {
                into[offset + i] = tokens.getInt((from + i) * Integer.BYTES);
            }
        }
    }

    @Override
    public long textBytes(int from, int to) {
        long sum = 0;
        for (int i = from; i < to; i++) {
            sum +=
                    switch (header.format().lengthBytes()) {
                        case Byte.BYTES -> lengths.get(i) & 0xFF;
                        case Short.BYTES -> lengths.getShort(i * Short.BYTES) & 0xFFFF;
                        default -> lengths.getInt(i * Integer.BYTES);
                    };
        }
        return sum;
    }
}
