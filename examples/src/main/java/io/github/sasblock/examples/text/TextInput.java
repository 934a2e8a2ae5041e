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
 * The bytes of a file or of an archive's entry, decompressed. What goes wrong in reading is told of
 * the file, so that it is not mistaken for a fault in what is made of the text. Bytes that
 * decompress to far more than text does are refused.
 */
final class TextInput extends FilterInputStream {

    /** The largest window of the zstd command line without {@code --long}: 128 MiB. */
    private static final int ZSTD_WINDOW_LOG_LIMIT = 27;

    /** Text compresses to a third, logs to a hundredth. */
    private static final long RATIO_LIMIT = 250;

    /** What may be decompressed before the ratio counts. */
    private static final long RATIO_GRACE_BYTES = 1 << 24;

    private static final int BUFFER_BYTES = 1 << 16;

    private final String name;
    private final StoredBytes stored;
    private final Compression compression;
    private long decompressed;

    private TextInput(
            String name, StoredBytes stored, Compression compression, InputStream decompressed) {
        super(decompressed);
        this.name = name;
        this.stored = stored;
        this.compression = compression;
    }

    /** Opens a file; the listener takes the bytes of the stored file as they are read. */
    static TextInput open(Path file, Compression compression, LongConsumer bytesRead) {
        InputStream in;
        try {
            in = Files.newInputStream(file);
        } catch (IOException e) {
            throw problem(file.toString(), null, e);
        }
        return over(file.toString(), in, compression, bytesRead);
    }

    /** Decompresses a stream, which is closed with this one, or if this one cannot be opened. */
    static TextInput over(
            String name, InputStream in, Compression compression, LongConsumer bytesRead) {
        StoredBytes stored = new StoredBytes(in, bytesRead);
        try {
            return new TextInput(name, stored, compression, decompress(compression, stored));
        } catch (IOException e) {
            InvalidInputException problem = problem(name, stored, e);
            closeAfter(problem, stored);
            throw problem;
        }
    }

    private static InputStream decompress(Compression compression, InputStream stored)
            throws IOException {
        return switch (compression) {
            case NONE -> stored;
            case GZIP -> new GZIPInputStream(stored, BUFFER_BYTES);
            case ZSTD -> new ZstdInputStreamNoFinalizer(stored).setLongMax(ZSTD_WINDOW_LOG_LIMIT);
        };
    }

    private static void closeAfter(InvalidInputException problem, InputStream in) {
        try {
            in.close();
        } catch (IOException e) {
            problem.addSuppressed(e);
        }
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        int read;
        try {
            read = in.read(into, offset, length);
        } catch (IOException e) {
            throw problem(name, stored, e);
        }
        if (compression != Compression.NONE && read > 0) {
            decompressed += read;
            checkRatio(name, decompressed, stored.count());
        }
        return read;
    }

    /** Refuses what decompresses to more than any text does. */
    static void checkRatio(String name, long decompressed, long stored) {
        if (decompressed > RATIO_GRACE_BYTES && decompressed / RATIO_LIMIT > stored) {
            throw new InvalidInputException(
                    name
                            + ": "
                            + stored
                            + " bytes decompress to more than "
                            + RATIO_LIMIT
                            + " times as many; no text is so regular, so this is refused");
        }
    }

    private static InvalidInputException problem(String name, StoredBytes stored, IOException e) {
        return new InvalidInputException(name + ": " + reason(stored, e), e);
    }

    private static String reason(StoredBytes stored, IOException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file";
        }
        if (e instanceof AccessDeniedException) {
            return "the file cannot be read: permission denied";
        }
        if (stored == null || stored.failed()) {
            return "the file cannot be read: " + e.getMessage();
        }
        if (windowTooLarge(e)) {
            return "needs a zstd window of more than 128 MiB; compress it without --long, or with"
                    + " at most --long=27";
        }
        if (stored.ended()) {
            return "ends in the middle of its compressed data; it was probably cut off";
        }
        return "the compressed data is damaged: " + e.getMessage();
    }

    private static boolean windowTooLarge(IOException e) {
        return e instanceof ZstdIOException zstd
                && zstd.getErrorCode() == Zstd.errFrameParameterWindowTooLarge();
    }
}
