package io.github.sasblock.examples.text;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** The texts of a tar archive, one after the other. */
final class TarTexts {

    /** Names and attributes of an entry; a long name takes a few hundred bytes. */
    private static final long HEADER_LIMIT = 1 << 20;

    private static final int RECORD_BYTES = 512;

    private final ArchiveTexts texts;
    private final Records records;

    TarTexts(ArchiveTexts texts, InputStream in) {
        this.texts = texts;
        this.records = new Records(in);
    }

    void forEach(DocumentConsumer consumer) throws IOException {
        TarArchiveInputStream tar = new TarArchiveInputStream(records, "UTF-8");
        Optional<TarArchiveEntry> entry = next(tar);
        while (entry.isPresent()) {
            read(entry.get(), tar, consumer);
            entry = next(tar);
        }
        if (records.trailingZeros < RECORD_BYTES) {
            throw texts.refusal(
                    "ends without the mark of an archive's end; it was probably cut off");
        }
    }

    private Optional<TarArchiveEntry> next(TarArchiveInputStream tar) throws IOException {
        try {
            if (tar.getCurrentEntry() != null) {
                tar.transferTo(OutputStream.nullOutputStream()); // what is left of it
            }
            records.allowance = HEADER_LIMIT;
            return Optional.ofNullable(tar.getNextEntry());
        } catch (InvalidInputException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw texts.damaged(e);
        } finally {
            records.allowance = Long.MAX_VALUE;
        }
    }

    private void read(TarArchiveEntry entry, TarArchiveInputStream tar, DocumentConsumer consumer)
            throws IOException {
        String name = entry.getName();
        texts.admit(name, entry.getSize());
        refuseWhatIsNoFile(entry);
        if (entry.isDirectory()) {
            return;
        }
        Optional<TextFormat> format = texts.format(name);
        if (format.isPresent()) {
            texts.read(name, format.get(), new Content(tar), consumer);
        }
    }

    private void refuseWhatIsNoFile(TarArchiveEntry entry) {
        String name = entry.getName();
        if (entry.isSymbolicLink() || entry.isLink()) {
            throw texts.refusal(name, "is a link");
        }
        if (entry.isCharacterDevice() || entry.isBlockDevice()) {
            throw texts.refusal(name, "is a device");
        }
        if (entry.isFIFO()) {
            throw texts.refusal(name, "is a named pipe");
        }
        if (entry.isSparse()) {
            throw texts.refusal(name, "is a sparse file, which is mostly holes");
        }
        if (!entry.isFile() && !entry.isDirectory()) {
            throw texts.refusal(name, "is neither a file nor a folder");
        }
    }

    /** An entry's bytes; what is wrong with the archive is told of the archive. */
    private final class Content extends FilterInputStream {

        Content(TarArchiveInputStream tar) {
            super(tar);
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            try {
                return in.read(into, offset, length);
            } catch (IOException | IllegalStateException e) {
                throw texts.damaged(e);
            }
        }
    }

    /** The archive's bytes, of which headers may take only so many. */
    private final class Records extends FilterInputStream {

        private long allowance = Long.MAX_VALUE;
        private long trailingZeros;

        Records(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = in.read(into, offset, length);
            if (read < 0) {
                return read;
            }
            int zeros = 0;
            while (zeros < read && into[offset + read - 1 - zeros] == 0) {
                zeros++;
            }
            trailingZeros = zeros == read ? trailingZeros + zeros : zeros;
            allowance -= read;
            if (allowance < 0) {
                throw texts.refusal(
                        "has a header of more than " + HEADER_LIMIT + " bytes before an entry");
            }
            return read;
        }

        @Override
        public long skip(long count) {
            return 0; // so that what is passed over is read and counted
        }
    }
}
