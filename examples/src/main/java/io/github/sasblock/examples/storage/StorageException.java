package io.github.sasblock.examples.storage;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Thrown when something could not be written. The message tells what it was, where, and why; that a
 * disk is full is told as such, with what room is left.
 */
public final class StorageException extends IOException {

    private static final long serialVersionUID = 1L;

    /** How systems word it; Java passes their text on, and no number. */
    private static final List<String> FULL =
            List.of("no space left", "not enough space", "disk full", "quota exceeded");

    private static final long BLOCK = 4096;

    private final boolean diskFull;

    private StorageException(String message, boolean diskFull, Throwable cause) {
        super(message, cause);
        this.diskFull = diskFull;
    }

    /**
     * Tells why something could not be written.
     *
     * @param problem what was not written, as the start of a sentence: {@code the checkpoint of
     *     step 400 was not saved}
     * @param folder the folder to which it was written
     * @param cause the error of the file system
     * @param storage where free space is asked for
     * @return the exception, to be thrown or shown
     */
    public static StorageException of(
            String problem, Path folder, IOException cause, Storage storage) {
        Long free = freeBytes(folder, cause, storage);
        boolean full = saysFull(cause) || free != null && free < BLOCK;
        String reason = full ? "the disk of " + folder + " is full" : reason(cause);
        String room = free == null ? "" : " (" + room(free) + ")";
        return new StorageException(problem + ": " + reason + room, full, cause);
    }

    private static Long freeBytes(Path folder, IOException cause, Storage storage) {
        try {
            return storage.freeBytes(folder);
        } catch (IOException e) {
            cause.addSuppressed(e);
            return null;
        }
    }

    private static boolean saysFull(IOException cause) {
        String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        return FULL.stream().anyMatch(text::contains);
    }

    private static String reason(IOException cause) {
        if (cause instanceof AccessDeniedException) {
            return "no permission to write " + cause.getMessage();
        }
        String kind = cause.getClass().getSimpleName().replaceAll("(IO)?Exception", "");
        String text = cause.getMessage() == null ? "" : cause.getMessage();
        return (kind.isEmpty() || text.isEmpty() ? kind + text : kind + ": " + text)
                .replaceAll("^$", "the system gave no reason");
    }

    private static String room(long bytes) {
        return bytes < 1_000_000
                ? bytes + " bytes free"
                : String.format(Locale.ROOT, "%.1f GB free", bytes / 1e9);
    }

    /**
     * Tells whether the disk, or the share of it that this user has, is full.
     *
     * @return true if freeing space helps
     */
    public boolean isDiskFull() {
        return diskFull;
    }
}
