package io.github.sasblock.examples.text;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The central directory of a zip archive, entry by entry, in memory of constant size: what an
 * archive tells of the number and sizes of its parts is compared with the file before it is
 * believed.
 *
 * @see <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">.ZIP File Format
 *     Specification</a>
 */
final class ZipDirectory {

    private static final int END_MAGIC = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int LONGEST_COMMENT = 0xFFFF;
    private static final int LOCATOR_MAGIC = 0x07064b50;
    private static final int LOCATOR_BYTES = 20;
    private static final int END_64_MAGIC = 0x06064b50;
    private static final int END_64_BYTES = 56;
    private static final int ENTRY_MAGIC = 0x02014b50;
    private static final int ENTRY_BYTES = 46;
    private static final int LOCAL_MAGIC = 0x04034b50;
    private static final int LOCAL_BYTES = 30;
    private static final int ZIP_64_FIELD = 1;
    private static final long NOT_HERE = 0xFFFFFFFFL;
    private static final int NOT_HERE_SHORT = 0xFFFF;
    private static final int UTF_8_FLAG = 1 << 11;
    private static final int ENCRYPTED_FLAG = 1;
    private static final int BUFFER_BYTES = 1 << 18; // more than an entry's longest name and fields
    private static final Charset IBM_437 =
            Charset.isSupported("IBM437") ? Charset.forName("IBM437") : StandardCharsets.ISO_8859_1;

    private final FileChannel channel;
    private final long fileBytes;
    private final ByteBuffer buffer =
            ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    private long position;
    private long end;
    private long left;

    /**
     * An entry of the directory.
     *
     * @param name its name, from the archive
     * @param method how it is compressed
     * @param encrypted whether it needs a password
     * @param unixMode kind and permissions of the file, as of Unix; 0 where these are not told
     * @param crc the CRC-32 of its content
     * @param compressed the bytes that it takes in the archive
     * @param bytes its size
     * @param offset where its local header begins
     */
    record Entry(
            String name,
            int method,
            boolean encrypted,
            int unixMode,
            int crc,
            long compressed,
            long bytes,
            long offset) {}

    /** An archive that is not as the format has it. */
    static final class MalformedException extends IOException {

        private static final long serialVersionUID = 1L;

        MalformedException(String message) {
            super(message);
        }
    }

    ZipDirectory(FileChannel channel) throws IOException {
        this.channel = channel;
        this.fileBytes = channel.size();
        readEnd();
    }

    /** Returns how many entries the archive says that it has. */
    long entries() {
        return left;
    }

    private void readEnd() throws IOException {
        int tailBytes = (int) Math.min(fileBytes, END_BYTES + LONGEST_COMMENT);
        ByteBuffer tail = read(fileBytes - tailBytes, tailBytes);
        int at = tailBytes - END_BYTES;
        while (at >= 0 && tail.getInt(at) != END_MAGIC) {
            at--;
        }
        if (at < 0) {
            throw new MalformedException(
                    "no directory at its end; the file is cut off or is no zip archive");
        }
        long entries = Short.toUnsignedInt(tail.getShort(at + 10));
        long bytes = Integer.toUnsignedLong(tail.getInt(at + 12));
        long start = Integer.toUnsignedLong(tail.getInt(at + 16));
        long endRecord = fileBytes - tailBytes + at;
        if (entries == NOT_HERE_SHORT || bytes == NOT_HERE || start == NOT_HERE) {
            readEnd64(endRecord);
        } else {
            setDirectory(start, bytes, entries, endRecord);
        }
    }

    private void readEnd64(long endRecord) throws IOException {
        ByteBuffer locator = read(endRecord - LOCATOR_BYTES, LOCATOR_BYTES);
        if (locator.getInt(0) != LOCATOR_MAGIC) {
            throw new MalformedException("the place of its 64-bit directory is not told");
        }
        long record = locator.getLong(8);
        ByteBuffer end64 = read(record, END_64_BYTES);
        if (end64.getInt(0) != END_64_MAGIC) {
            throw new MalformedException("its 64-bit directory is not where it should be");
        }
        setDirectory(end64.getLong(48), end64.getLong(40), end64.getLong(32), record);
    }

    private void setDirectory(long start, long bytes, long entries, long limit)
            throws MalformedException {
        if (start < 0 || bytes < 0 || start > limit || bytes > limit - start) {
            throw new MalformedException(
                    "its directory of " + bytes + " bytes at " + start + " is not in the file");
        }
        if (entries < 0 || entries > bytes / ENTRY_BYTES) {
            throw new MalformedException(
                    entries + " entries do not fit its directory of " + bytes + " bytes");
        }
        position = start;
        end = start + bytes;
        left = entries;
    }

    boolean hasNext() {
        return left > 0;
    }

    Entry next() throws IOException {
        require(ENTRY_BYTES);
        int at = buffer.position();
        if (buffer.getInt(at) != ENTRY_MAGIC) {
            throw new MalformedException("its directory is damaged");
        }
        int nameBytes = unsignedShort(at + 28);
        int extraBytes = unsignedShort(at + 30);
        int commentBytes = unsignedShort(at + 32);
        require(ENTRY_BYTES + nameBytes + extraBytes + commentBytes);
        at = buffer.position();
        Entry entry = entry(at, nameBytes, extraBytes);
        buffer.position(at + ENTRY_BYTES + nameBytes + extraBytes + commentBytes);
        left--;
        return entry;
    }

    private Entry entry(int at, int nameBytes, int extraBytes) throws MalformedException {
        int flags = unsignedShort(at + 8);
        Charset charset = (flags & UTF_8_FLAG) != 0 ? StandardCharsets.UTF_8 : IBM_437;
        String name = new String(buffer.array(), at + ENTRY_BYTES, nameBytes, charset);
        Sizes sizes =
                new Sizes(
                        Integer.toUnsignedLong(buffer.getInt(at + 24)),
                        Integer.toUnsignedLong(buffer.getInt(at + 20)),
                        Integer.toUnsignedLong(buffer.getInt(at + 42)));
        sizes = sizes.with64Bits(buffer, at + ENTRY_BYTES + nameBytes, extraBytes);
        if (sizes.offset > fileBytes || sizes.compressed > fileBytes) {
            throw new MalformedException(
                    String.format(
                            Locale.ROOT,
                            "the entry \"%s\" of %d bytes at %d is not in the file",
                            name,
                            sizes.compressed,
                            sizes.offset));
        }
        return new Entry(
                name,
                unsignedShort(at + 10),
                (flags & ENCRYPTED_FLAG) != 0,
                buffer.getInt(at + 38) >>> 16,
                buffer.getInt(at + 16),
                sizes.compressed,
                sizes.bytes,
                sizes.offset);
    }

    /**
     * Sizes and place of an entry, of which those beyond 32 bits are told in a field of its own.
     */
    private record Sizes(long bytes, long compressed, long offset) {

        Sizes with64Bits(ByteBuffer in, int from, int count) throws MalformedException {
            if (bytes != NOT_HERE && compressed != NOT_HERE && offset != NOT_HERE) {
                return this;
            }
            int at = from;
            while (at + 4 <= from + count) {
                int id = in.getShort(at) & 0xFFFF;
                int size = in.getShort(at + 2) & 0xFFFF;
                if (id == ZIP_64_FIELD && at + 4 + size <= from + count) {
                    return from64(in.duplicate().order(ByteOrder.LITTLE_ENDIAN), at + 4, size);
                }
                at += 4 + size;
            }
            throw new MalformedException("the 64-bit sizes of an entry are missing");
        }

        private Sizes from64(ByteBuffer in, int from, int size) throws MalformedException {
            ByteBuffer field = in.limit(from + size).position(from);
            return new Sizes(one(field, bytes), one(field, compressed), one(field, offset));
        }

        private static long one(ByteBuffer field, long value) throws MalformedException {
            if (value != NOT_HERE) {
                return value;
            }
            long found = field.remaining() < Long.BYTES ? -1 : field.getLong();
            if (found < 0) {
                throw new MalformedException("the 64-bit sizes of an entry are damaged");
            }
            return found;
        }
    }

    private int unsignedShort(int at) {
        return Short.toUnsignedInt(buffer.getShort(at));
    }

    /** Ensures that so many bytes of the directory stand in the buffer from its position on. */
    private void require(int bytes) throws IOException {
        if (buffer.remaining() >= bytes) {
            return;
        }
        buffer.compact();
        int wanted = (int) Math.min(buffer.remaining(), end - position);
        buffer.limit(buffer.position() + wanted);
        while (buffer.hasRemaining()) {
            int read = channel.read(buffer, position);
            if (read < 0) {
                throw new EOFException("the file ends in its directory");
            }
            position += read;
        }
        buffer.flip();
        if (buffer.remaining() < bytes) {
            throw new MalformedException("its directory ends in the middle of an entry");
        }
    }

    /** Returns where an entry's content begins, after its local header. */
    long contentStart(Entry entry) throws IOException {
        ByteBuffer header = read(entry.offset(), LOCAL_BYTES);
        if (header.getInt(0) != LOCAL_MAGIC) {
            throw new MalformedException(
                    "the entry \"" + entry.name() + "\" is not where it should be");
        }
        int nameBytes = Short.toUnsignedInt(header.getShort(26));
        int extraBytes = Short.toUnsignedInt(header.getShort(28));
        long start = entry.offset() + LOCAL_BYTES + nameBytes + extraBytes;
        if (start > fileBytes || entry.compressed() > fileBytes - start) {
            throw new MalformedException("the entry \"" + entry.name() + "\" goes beyond the file");
        }
        return start;
    }

    private ByteBuffer read(long from, int count) throws IOException {
        if (from < 0 || from > fileBytes - count) {
            throw new MalformedException("the file is cut off, or is no zip archive");
        }
        ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, from + bytes.position()) < 0) {
                throw new EOFException("the file has become shorter");
            }
        }
        return bytes.flip();
    }
}
