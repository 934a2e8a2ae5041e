package io.github.sasblock.examples.bundle;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;

/**
 * Writes a folder as a compressed tar archive: the same bytes for the same files, whoever owns
 * them.
 */
final class TarArchive {

    private static final int FILE = 0644;
    private static final int PROGRAM = 0755;
    private static final long TIME = 1_767_225_600_000L; // 2026-01-01

    private TarArchive() {}

    /**
     * Writes an archive, whole or not at all.
     *
     * @param folder what to archive, under its own name
     * @param out the file to create or replace
     */
    static void write(Path folder, Path out) throws IOException {
        Path whole = out.toAbsolutePath();
        Path temporary = whole.resolveSibling("." + whole.getFileName() + ".tmp");
        try {
            writeTo(folder, temporary);
            Files.move(
                    temporary,
                    whole,
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static void writeTo(Path folder, Path file) throws IOException {
        GzipParameters parameters = new GzipParameters();
        parameters.setCompressionLevel(Deflater.BEST_COMPRESSION);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
                OutputStream compressed = new GzipCompressorOutputStream(out, parameters);
                TarArchiveOutputStream tar =
                        new TarArchiveOutputStream(compressed, StandardCharsets.UTF_8.name())) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (Path path : sorted(folder)) {
                String name = folder.getFileName() + "/" + folder.relativize(path);
                add(tar, path, path.equals(folder) ? String.valueOf(folder.getFileName()) : name);
            }
        }
    }

    private static List<Path> sorted(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.sorted().toList();
        }
    }

    private static void add(TarArchiveOutputStream tar, Path path, String name) throws IOException {
        if (Files.isSymbolicLink(path)) {
            TarArchiveEntry link = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
            link.setLinkName(Files.readSymbolicLink(path).toString());
            put(tar, link, PROGRAM);
        } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            put(tar, new TarArchiveEntry(name + "/"), PROGRAM);
        } else {
            TarArchiveEntry file = new TarArchiveEntry(name);
            file.setSize(Files.size(path));
            put(tar, file, Files.isExecutable(path) ? PROGRAM : FILE);
            Files.copy(path, tar);
        }
        tar.closeArchiveEntry();
    }

    private static void put(TarArchiveOutputStream tar, TarArchiveEntry entry, int mode)
            throws IOException {
        entry.setMode(mode);
        entry.setModTime(TIME);
        entry.setIds(0, 0);
        tar.putArchiveEntry(entry);
    }
}
