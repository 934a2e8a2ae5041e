package io.github.sasblock.examples.text;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The texts of one archive, and what an archive may not hold. Names of entries are compared and
 * shown, and never become paths: nothing is unpacked to disk. An archive that would write outside
 * its folder if it were unpacked is refused all the same, for whoever unpacks it next.
 */
final class ArchiveTexts {

    private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*", Pattern.DOTALL);
    private static final Pattern STEP_OUT =
            Pattern.compile("(.*[/\\\\])?\\.\\.([/\\\\].*)?", Pattern.DOTALL);
    private static final int LONGEST_SHOWN_NAME = 120;

    private final String archive;
    private final ArchiveLimits limits;
    private final String textField;
    private final ReadingListener listener;
    private long entries;
    private long totalBytes;

    ArchiveTexts(String archive, ArchiveLimits limits, String textField, ReadingListener listener) {
        this.archive = archive;
        this.limits = limits;
        this.textField = textField;
        this.listener = listener;
    }

    /** Admits as many entries as an archive says that it has, or refuses it. */
    void admitCount(long count) {
        if (count > limits.entries()) {
            throw refusal(
                    "has " + count + " entries; the most that are read are " + limits.entries());
        }
    }

    /**
     * Admits an entry or refuses the archive.
     *
     * @param name the entry's name, from the archive
     * @param bytes its size, as the archive tells it
     */
    void admit(String name, long bytes) {
        entries++;
        if (entries > limits.entries()) {
            throw refusal("has more than " + limits.entries() + " entries, the most that are read");
        }
        if (name.startsWith("/") || name.startsWith("\\") || DRIVE.matcher(name).matches()) {
            throw refusal(name, "has an absolute path");
        }
        if (STEP_OUT.matcher(name).matches()) {
            throw refusal(name, "leads out of the archive's folder");
        }
        if (name.indexOf('\0') >= 0) {
            throw refusal(name, "has a zero byte in its name");
        }
        if (bytes > limits.entryBytes()) {
            throw refusal(
                    name,
                    "is of "
                            + bytes
                            + " bytes; the most that are read of an entry are "
                            + limits.entryBytes());
        }
    }

    /** Returns how an entry is read; tells of one that is not. */
    Optional<TextFormat> format(String name) {
        String last = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
        if (last.startsWith(".")) {
            listener.skipped(shown(name), "hidden");
            return Optional.empty();
        }
        Optional<TextFormat> format = TextFormat.of(last);
        if (format.isEmpty()) {
            listener.skipped(shown(name), "unknown ending");
        } else if (format.get().content().isArchive()) {
            listener.skipped(shown(name), "an archive in an archive");
            return Optional.empty();
        } else if (!format.get().content().isStreamed()) {
            listener.skipped(shown(name), "Parquet in an archive");
            return Optional.empty();
        }
        return format;
    }

    /** Reads the documents of an entry; closes nothing. */
    void read(String name, TextFormat format, InputStream entry, DocumentConsumer consumer)
            throws IOException {
        String origin = archive + "!" + shown(name);
        TextInput in =
                TextInput.over(
                        origin, new Measured(name, entry), format.compression(), bytes -> {});
        TextFile.read(format.content(), origin, in, textField, consumer);
    }

    InvalidInputException refusal(String name, String why) {
        return refusal("the entry \"" + shown(name) + "\" " + why);
    }

    InvalidInputException refusal(String why) {
        return new InvalidInputException(archive + ": " + why + "; the archive is refused");
    }

    InvalidInputException damaged(Exception e) {
        String why = e.getMessage() == null ? e.toString() : e.getMessage();
        return new InvalidInputException(
                archive + ": the archive is damaged or cut off: " + shown(why), e);
    }

    /** A name from a file as it can be printed: without control characters, and not too long. */
    static String shown(String name) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < name.length() && shown.length() < LONGEST_SHOWN_NAME; i++) {
            char c = name.charAt(i);
            boolean printable = !Character.isISOControl(c) && !Character.isSurrogate(c);
            shown.append(printable ? c : String.format(Locale.ROOT, "\\u%04x", (int) c));
        }
        return shown + (name.length() > LONGEST_SHOWN_NAME ? "…" : "");
    }

    /** An entry's bytes, against the limits: what an archive tells of sizes need not be so. */
    private final class Measured extends FilterInputStream {

        private final String name;
        private long bytes;

        Measured(String name, InputStream entry) {
            super(entry);
            this.name = name;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = in.read(into, offset, length);
            if (read > 0) {
                bytes += read;
                totalBytes += read;
                check();
            }
            return read;
        }

        private void check() {
            if (bytes > limits.entryBytes()) {
                throw refusal(
                        name,
                        "has more than "
                                + limits.entryBytes()
                                + " bytes, the most that are read of an entry");
            }
            if (totalBytes > limits.totalBytes()) {
                throw refusal(
                        "has more than "
                                + limits.totalBytes()
                                + " bytes of text, the most that are read of an archive");
            }
        }

        @Override
        public void close() {
            // the archive goes on
        }
    }
}
