package io.github.sasblock.examples.text;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import java.util.zip.GZIPInputStream;

/**
 * A text file's bytes, decompressed. What goes wrong in reading is told of the file, so that it is
 * not mistaken for a fault in what is made of the text.
 */
final class TextInput extends FilterInputStream {

    /** The largest window of the zstd command line without {@code --long}: 128 MiB. */
    private static final int ZSTD_WINDOW_LOG_LIMIT = 27;

    private static final int BUFFER_BYTES = 1 << 16;

    private final Path path;
    private final StoredBytes stored;

    private TextInput(Path path, StoredBytes stored, InputStream decompressed) {
        super(decompressed);
        this.path = path;
        this.stored = stored;
    }

    static InputStream open(TextFile file, LongConsumer bytesRead) {
        StoredBytes stored = null;
        try {
            stored = new StoredBytes(Files.newInputStream(file.path()), bytesRead);
            return new TextInput(file.path(), stored, decompress(file.format(), stored));
        } catch (IOException e) {
            InvalidInputException problem = problem(file.path(), stored, e);
            closeAfter(problem, stored);
            throw problem;
        }
    }

    private static InputStream decompress(TextFormat format, InputStream stored)
            throws IOException {
        return switch (format) {
            case PLAIN, JSON_LINES -> stored;
            case JSON_LINES_GZIP -> new GZIPInputStream(stored, BUFFER_BYTES);
            case JSON_LINES_ZSTD ->
                    new ZstdInputStreamNoFinalizer(stored).setLongMax(ZSTD_WINDOW_LOG_LIMIT);
        };
    }

    private static void closeAfter(InvalidInputException problem, InputStream in) {
        if (in != null) {
            try {
                in.close();
            } catch (IOException e) {
                problem.addSuppressed(e);
            }
        }
    }

    @Override
    public int read() {
        try {
            return in.read();
        } catch (IOException e) {
            throw problem(path, stored, e);
        }
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        try {
            return in.read(into, offset, length);
        } catch (IOException e) {
            throw problem(path, stored, e);
        }
    }

    private static InvalidInputException problem(Path path, StoredBytes stored, IOException e) {
        return new InvalidInputException(path + ": " + reason(stored, e), e);
    }

    private static String reason(StoredBytes stored, IOException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file";
        }
        if (e instanceof AccessDeniedException) {
            return "the file cannot be read: permission denied";
        }
        if (stored == null || stored.failed) {
            return "the file cannot be read: " + e.getMessage();
        }
        if (windowTooLarge(e)) {
            return "needs a zstd window of more than 128 MiB; compress it without --long, or with"
                    + " at most --long=27";
        }
        if (stored.ended) {
            return "ends in the middle of its compressed data; it was probably cut off";
        }
        return "the compressed data is damaged: " + e.getMessage();
    }

    private static boolean windowTooLarge(IOException e) {
        return e instanceof ZstdIOException zstd
                && zstd.getErrorCode() == Zstd.errFrameParameterWindowTooLarge();
    }

    /** The bytes as they are stored, counted. */
    private static final class StoredBytes extends FilterInputStream {

        private final LongConsumer listener;
        private long count;
        private boolean ended;
        private boolean failed;

        StoredBytes(InputStream in, LongConsumer listener) {
            super(in);
            this.listener = listener;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read;
            try {
                read = in.read(into, offset, length);
            } catch (IOException e) {
                failed = true;
                throw e;
            }
            if (read < 0) {
                ended = true;
            } else {
                count += read;
                listener.accept(count);
            }
            return read;
        }
    }
}
