package io.github.sasblock.kernel;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A TorchScript archive of a module without parameters: an uncompressed zip of its code and of a
 * pickle that says "an instance of this class".
 */
final class ScriptArchive {

    private static final String ROOT = "kernel/";

    /** Protocol 2; the class {@code __torch__.Kernel}; no arguments; no attributes; stop. */
    private static final byte[] INSTANCE = latin1("\u0080\u0002c__torch__\nKernel\n)\u0081}b.");

    /** Protocol 2; an empty tuple; stop. */
    private static final byte[] NO_CONSTANTS = latin1("\u0080\u0002).");

    private static final byte[] FORMAT_VERSION = latin1("3\n");

    private ScriptArchive() {}

    /** Returns the archive of code that defines the module class {@code Kernel}. */
    static byte[] of(String code) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setMethod(ZipOutputStream.STORED);
            put(zip, "data.pkl", INSTANCE);
            put(zip, "constants.pkl", NO_CONSTANTS);
            put(zip, "version", FORMAT_VERSION);
            put(zip, "code/__torch__.py", code.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 checksum = new CRC32();
        checksum.update(content);
        ZipEntry entry = new ZipEntry(ROOT + name);
        entry.setSize(content.length);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
