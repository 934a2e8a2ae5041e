package io.github.sasblock.examples.text;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** The texts of a zip archive, in the order of its directory. */
final class ZipTexts {

    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final int KIND_MASK = 0xF000;
    private static final int FILE_KIND = 0x8000;
    private static final int FOLDER_KIND = 0x4000;
    private static final int LINK_KIND = 0xA000;
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path file;
    private final ArchiveTexts texts;
    private final LongConsumer bytesRead;
    private long compressedBytes;

    ZipTexts(Path file, ArchiveTexts texts, LongConsumer bytesRead) {
        this.file = file;
        this.texts = texts;
        this.bytesRead = bytesRead;
    }

    void forEach(DocumentConsumer consumer) throws IOException {
        try (FileChannel channel = open()) {
            ZipDirectory directory = directory(channel);
            long fileBytes = channel.size();
            while (directory.hasNext()) {
                ZipDirectory.Entry entry = next(directory);
                texts.admit(entry.name(), entry.bytes());
                refuseWhatIsNoFile(entry);
                refuseOverlap(entry, fileBytes);
                if (!entry.name().endsWith("/")) {
                    read(entry, directory, channel, consumer);
                }
                bytesRead.accept(compressedBytes);
            }
        }
    }

    private FileChannel open() {
        try {
            return FileChannel.open(file, StandardOpenOption.READ);
        } catch (IOException e) {
            throw new InvalidInputException(file + ": cannot be read: " + e, e);
        }
    }

    private ZipDirectory directory(FileChannel channel) {
        try {
            ZipDirectory directory = new ZipDirectory(channel);
            texts.admitCount(directory.entries());
            return directory;
        } catch (IOException e) {
            throw texts.damaged(e);
        }
    }

    private ZipDirectory.Entry next(ZipDirectory directory) {
        try {
            return directory.next();
        } catch (IOException e) {
            throw texts.damaged(e);
        }
    }

    private void refuseWhatIsNoFile(ZipDirectory.Entry entry) {
        int kind = entry.unixMode() & KIND_MASK;
        if (kind == LINK_KIND) {
            throw texts.refusal(entry.name(), "is a link");
        }
        if (kind != 0 && kind != FILE_KIND && kind != FOLDER_KIND) {
            throw texts.refusal(entry.name(), "is a device, a pipe or a socket");
        }
    }

    /**
     * Entries that share their bytes are how small archives hold far more than any ratio allows.
     */
    private void refuseOverlap(ZipDirectory.Entry entry, long fileBytes) {
        compressedBytes += entry.compressed();
        if (compressedBytes > fileBytes) {
            throw texts.refusal(
                    entry.name(), "overlaps others: together they are larger than the file");
        }
    }

    private void read(
            ZipDirectory.Entry entry,
            ZipDirectory directory,
            FileChannel channel,
            DocumentConsumer consumer)
            throws IOException {
        Optional<TextFormat> format = texts.format(entry.name());
        if (format.isEmpty()) {
            return;
        }
        if (entry.encrypted()) {
            throw texts.refusal(entry.name(), "is encrypted");
        }
        if (entry.method() != STORED && entry.method() != DEFLATED) {
            throw texts.refusal(
                    entry.name(),
                    "is compressed by method "
                            + entry.method()
                            + "; expected 0 (stored) or 8 (deflated)");
        }
        Inflater inflater = new Inflater(true);
        try {
            InputStream stored = new Section(channel, start(entry, directory), entry.compressed());
            InputStream content = entry.method() == STORED ? stored : inflated(stored, inflater);
            Checked checked = new Checked(content, entry);
            texts.read(entry.name(), format.get(), checked, consumer);
        } finally {
            inflater.end();
        }
    }

    private long start(ZipDirectory.Entry entry, ZipDirectory directory) {
        try {
            return directory.contentStart(entry);
        } catch (IOException e) {
            throw texts.damaged(e);
        }
    }

    /** A zero after the data, which the inflater asks for and does not use. */
    private static InputStream inflated(InputStream stored, Inflater inflater) {
        InputStream padded =
                new SequenceInputStream(stored, new ByteArrayInputStream(new byte[] {0}));
        return new InflaterInputStream(padded, inflater, BUFFER_BYTES);
    }

    /** An entry's content, compared with its size and checksum. */
    private final class Checked extends FilterInputStream {

        private final ZipDirectory.Entry entry;
        private final CRC32 crc = new CRC32();
        private long bytes;

        Checked(InputStream content, ZipDirectory.Entry entry) {
            super(content);
            this.entry = entry;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            int read;
            try {
                read = in.read(into, offset, length);
            } catch (IOException e) {
                throw texts.damaged(e);
            }
            if (read < 0) {
                checkEnd();
                return read;
            }
            crc.update(into, offset, read);
            bytes += read;
            if (bytes > entry.bytes()) {
                throw texts.refusal(
                        entry.name(), "is longer than the " + entry.bytes() + " bytes it tells of");
            }
            TextInput.checkRatio(file + "!" + entry.name(), bytes, entry.compressed());
            return read;
        }

        private void checkEnd() {
            if (bytes != entry.bytes() || (int) crc.getValue() != entry.crc()) {
                throw texts.refusal(
                        entry.name(), "is damaged: its size or checksum is not as it should be");
            }
        }
    }

    /** A part of the file. */
    private static final class Section extends InputStream {

        private final FileChannel channel;
        private long position;
        private final long end;

        Section(FileChannel channel, long start, long bytes) {
            this.channel = channel;
            this.position = start;
            this.end = start + bytes;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (position >= end) {
                return -1;
            }
            int wanted = (int) Math.min(length, end - position);
            int read = channel.read(ByteBuffer.wrap(into, offset, wanted), position);
            if (read > 0) {
                position += read;
            }
            return read;
        }
    }
}
