package io.github.sasblock.examples.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.function.Consumer;

/**
 * Follows a metrics.jsonl that a run is writing: each look reads only what was added since the one
 * before. It never writes, and needs no memory for what was read.
 */
public final class MetricsTail {

    private static final int CHUNK = 1 << 16;
    private static final int LONGEST_LINE = 1 << 16;

    private final Path file;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private Object identity; // of the file that was read last
    private long offset;
    private long damagedLines;

    /**
     * Creates a follower, which has read nothing yet.
     *
     * @param file the log, which need not exist yet
     */
    public MetricsTail(Path file) {
        this.file = file;
    }

    /** What came with a look. */
    public interface Reader {

        /** Told first when the log was replaced, as it is when a run resumes: all is read anew. */
        void restarted();

        /**
         * Told of each new line, in order.
         *
         * @param point what was logged
         */
        void point(MetricsPoint point);
    }

    /**
     * Reads what was added.
     *
     * @param reader is told of it
     * @throws IOException if the log cannot be read
     */
    public void read(Reader reader) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            Object found = identity(attributes);
            if (identity != null && (!found.equals(identity) || attributes.size() < offset)) {
                restart(reader);
            }
            identity = found;
            channel.position(offset);
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
            while (channel.read(chunk.clear()) > 0) {
                offset += chunk.flip().remaining();
                splitLines(chunk, reader::point);
            }
        } catch (NoSuchFileException e) {
            if (identity != null) {
                restart(reader);
            }
        }
    }

    private void restart(Reader reader) {
        identity = null;
        offset = 0;
        damagedLines = 0;
        line.reset();
        reader.restarted();
    }

    private static Object identity(BasicFileAttributes attributes) {
        return attributes.fileKey() == null
                ? attributes.creationTime()
                : List.of(attributes.fileKey(), attributes.creationTime());
    }

    private void splitLines(ByteBuffer chunk, Consumer<MetricsPoint> points) {
        while (chunk.hasRemaining()) {
            byte next = chunk.get();
            if (next == '\n') {
                parse(points);
                line.reset();
            } else if (line.size() <= LONGEST_LINE) {
                line.write(next);
            }
        }
    }

    private void parse(Consumer<MetricsPoint> points) {
        if (line.toString(UTF_8).isBlank()) {
            return;
        }
        try {
            points.accept(Json.readObject(line.toByteArray(), MetricsPoint.class));
        } catch (JsonProcessingException e) {
            damagedLines++;
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
    }

    /**
     * Returns how many lines were not points of metrics and were left out.
     *
     * @return their number since the log was last read anew
     */
    public long damagedLines() {
        return damagedLines;
    }
}
