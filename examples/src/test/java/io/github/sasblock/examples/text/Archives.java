package io.github.sasblock.examples.text;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/** Archives for tests, good and bad, written by a library other than the one under test. */
final class Archives {

    private static final int FILE = 0100644;

    private Archives() {}

    /** Returns a tar of names and contents by turns. */
    static byte[] tar(String... namesAndTexts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, "UTF-8")) {
            out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (int i = 0; i < namesAndTexts.length; i += 2) {
                byte[] text = namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8);
                // Told to keep slashes at the beginning, as an attacker's program would.
                TarArchiveEntry entry = new TarArchiveEntry(namesAndTexts[i], true);
                entry.setSize(text.length);
                out.putArchiveEntry(entry);
                out.write(text);
                out.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    /** Returns a tar with one entry of a kind, such as a link. */
    static byte[] tarOf(String name, byte kind) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, "UTF-8")) {
            TarArchiveEntry entry = new TarArchiveEntry(name, kind);
            entry.setLinkName("/etc/passwd");
            out.putArchiveEntry(entry);
            out.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }

    /** Returns a zip of names and contents by turns. */
    static byte[] zip(String... namesAndTexts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(bytes)) {
            for (int i = 0; i < namesAndTexts.length; i += 2) {
                add(out, namesAndTexts[i], FILE, namesAndTexts[i + 1]);
            }
        }
        return bytes.toByteArray();
    }

    /** Returns a zip with one entry of a kind, told by the mode of Unix. */
    static byte[] zipOf(String name, int unixMode) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(bytes)) {
            add(out, name, unixMode, "/etc/passwd");
        }
        return bytes.toByteArray();
    }

    private static void add(ZipArchiveOutputStream out, String name, int unixMode, String text)
            throws IOException {
        ZipArchiveEntry entry = new ZipArchiveEntry(name);
        entry.setUnixMode(unixMode);
        out.putArchiveEntry(entry);
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.closeArchiveEntry();
    }

    /** Returns zeros compressed by deflate, about a thousandth of their number. */
    static byte[] deflatedZeros(int count) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes, deflater)) {
            out.write(new byte[count]);
        } finally {
            deflater.end();
        }
        return bytes.toByteArray();
    }

    static int crcOfZeros(int count) {
        CRC32 crc = new CRC32();
        crc.update(new byte[count]);
        return (int) crc.getValue();
    }
}
