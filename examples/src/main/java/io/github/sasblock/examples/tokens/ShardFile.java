package io.github.sasblock.examples.tokens;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * One shard being written. Tokens and byte lengths go to two files beside it, which {@link
 * #finish()} joins and moves to the shard's name; the hashes of the documents that end in it go to
 * a third, which stays a file of its own. Closing deletes what is unfinished.
 */
final class ShardFile implements Closeable {

    private final Path file;
    private final ShardFormat format;
    private final Section tokens;
    private final Section lengths;
    private final Section hashes;
    private long count;
    private long documents;
    private long textBytes;

    ShardFile(Path file, ShardFormat format) throws IOException {
        this.file = file;
        this.format = format;
        tokens = new Section(beside(file, ".tokens.tmp"), format.tokenBytes(), ShardHeader.BYTES);
        lengths = new Section(beside(file, ".lengths.tmp"), format.lengthBytes(), 0);
        hashes = new Section(beside(file, ".documents.tmp"), Long.BYTES, 0);
    }

    private static Path beside(Path file, String ending) {
        return file.resolveSibling(file.getFileName() + ending);
    }

    /** Writes tokens [from, to) of an encoding. */
    void write(Encoding encoding, int from, int to) throws IOException {
        int[] byteLengths = encoding.byteLengths();
        tokens.write(encoding.ids(), from, to);
        if (format.withByteLengths()) {
            lengths.write(byteLengths, from, to);
        }
        count += to - from;
        for (int i = from; i < to; i++) {
            textBytes += byteLengths[i];
        }
    }

    void endDocument(long hash) throws IOException {
        documents++;
        hashes.writeLong(hash);
    }

    long count() {
        return count;
    }

    ShardIndex.Shard finish() throws IOException {
        tokens.append(lengths);
        ShardHeader header = new ShardHeader(format, count, documents, textBytes);
        String name = String.valueOf(file.getFileName());
        hashes.flush();
        hashes.finish(ByteBuffer.allocate(0), file.resolveSibling(ShardNames.documents(name)));
        tokens.finish(header.toBytes(), file);
        return new ShardIndex.Shard(
                name, count, header.fileBytes(), tokens.checksum(), hashes.checksum());
    }

    @Override
    public void close() throws IOException {
        try (hashes;
                lengths) {
            tokens.close();
        }
    }

    /** A file of little-endian numbers of one width, with the checksum of what is written. */
    private static final class Section implements Closeable {

        private static final int BUFFER_BYTES = 1 << 18;

        private final Path path;
        private final int width;
        private final FileChannel channel;
        private final CRC32C checksum = new CRC32C();
        private final ByteBuffer buffer =
                ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);

        Section(Path path, int width, long start) throws IOException {
            this.path = path;
            this.width = width;
            channel =
                    FileChannel.open(
                            path,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            channel.position(start);
        }

        /** Writes values [from, to): a loop for each width, which is many times faster than one. */
        void write(int[] values, int from, int to) throws IOException {
            int at = from;
            while (at < to) {
                if (buffer.remaining() < width) {
                    flush();
                }
                int end = Math.min(to, at + buffer.remaining() / width);
                put(values, at, end);
                at = end;
            }
        }

        private void put(int[] values, int from, int to) {
            switch (width) {
                case Byte.BYTES -> {
                    for (int i = from; i < to; i++) {
                        buffer.put((byte) values[i]);
                    }
                }
                case Short.BYTES -> {
                    for (int i = from; i < to; i++) {
                        buffer.putShort((short) values[i]);
                    }
                }
                default -> {
                    for (int i = from; i < to; i++) {
                        buffer.putInt(values[i]);
                    }
                }
            }
        }

        void writeLong(long value) throws IOException {
            if (buffer.remaining() < Long.BYTES) {
                flush();
            }
            buffer.putLong(value);
        }

        void append(Section other) throws IOException {
            flush();
            other.flush();
            other.channel.position(0);
            while (other.channel.read(buffer) >= 0) {
                flush();
            }
        }

        private void flush() throws IOException {
            buffer.flip();
            checksum.update(buffer.duplicate());
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            buffer.clear();
        }

        void finish(ByteBuffer header, Path target) throws IOException {
            channel.position(0);
            while (header.hasRemaining()) {
                channel.write(header);
            }
            channel.force(true);
            channel.close();
            Files.move(
                    path,
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }

        String checksum() {
            return HexFormat.of().toHexDigits((int) checksum.getValue());
        }

        @Override
        public void close() throws IOException {
            channel.close();
            Files.deleteIfExists(path);
        }
    }
}
