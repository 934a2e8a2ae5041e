package io.github.sasblock.examples.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.storage.OutputFile;
import io.github.sasblock.examples.storage.Storage;
import io.github.sasblock.examples.storage.StorageException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The file metrics.jsonl: one JSON object a line, each written out at once, so that the log of a
 * run that ends early is complete but for its last line.
 *
 * <p>A line of kind {@code train} holds a {@link TrainPoint}, one of kind {@code validation} a
 * {@link ValidationPoint}, under the names of their components in snake case. NaN and infinity,
 * which JSON does not have, are written as null and read as NaN.
 */
public final class MetricsLog implements Closeable {

    private final Path file;
    private final Storage storage;
    private final OutputFile out;

    private MetricsLog(Path file, Storage storage, OutputFile out) {
        this.file = file;
        this.storage = storage;
        this.out = out;
    }

    /**
     * Starts the log of a new run.
     *
     * @param file the file, which must not exist
     * @return the log
     * @throws IOException if the file exists or cannot be written
     */
    public static MetricsLog create(Path file) throws IOException {
        return create(file, Storage.disk());
    }

    /**
     * Starts the log of a new run on a file system.
     *
     * @param file the file, which must not exist
     * @param storage the file system
     * @return the log
     * @throws IOException if the file exists or cannot be written
     */
    public static MetricsLog create(Path file, Storage storage) throws IOException {
        return new MetricsLog(file, storage, storage.create(file));
    }

    /**
     * Goes on with the log of a run that resumes from a checkpoint. What was logged after the
     * checkpoint is removed, as it happens again.
     *
     * @param file the file; it is made if it does not exist
     * @param step the checkpoint's step, the last to keep
     * @param validated whether the checkpoint was saved after the validation of its step
     * @param storage the file system
     * @return the log
     * @throws IOException if the file cannot be read or written
     * @throws InvalidInputException if a line of the file is not a point of metrics
     */
    public static MetricsLog resume(Path file, long step, boolean validated, Storage storage)
            throws IOException {
        if (!Files.exists(file)) {
            return create(file, storage);
        }
        StringBuilder kept = new StringBuilder();
        for (MetricsPoint point : readPoints(file)) {
            boolean isPending = point instanceof ValidationPoint && !validated;
            if (point.step() < step || point.step() == step && !isPending) {
                kept.append(toLine(point));
            }
        }
        AtomicFile.write(file, kept.toString().getBytes(UTF_8));
        return new MetricsLog(file, storage, storage.append(file));
    }

    /**
     * Writes a line, whole or not at all. After a failure the log ends with the line before, and
     * the next may be tried: whether a run goes on without a line is the caller's choice.
     *
     * @param point what was measured
     * @throws StorageException if it cannot be written; the message names the step and tells if the
     *     disk is full
     * @throws IOException if what was written of it cannot be taken back either
     */
    public void append(MetricsPoint point) throws IOException {
        long size = out.size();
        try {
            // Unbuffered: the line is in the file when this returns.
            out.writeFully(ByteBuffer.wrap(toLine(point).getBytes(UTF_8)));
        } catch (IOException e) {
            out.truncate(size);
            String problem = file + ": step " + point.step() + " was not logged";
            throw StorageException.of(problem, file.toAbsolutePath().getParent(), e, storage);
        }
    }

    /**
     * Waits until all lines are on the disk, so that no checkpoint is there without them.
     *
     * @throws IOException if the disk refuses
     */
    public void sync() throws IOException {
        out.sync();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    /**
     * Reads a log. A last line that was cut is left out.
     *
     * @param file the file
     * @return what it holds
     * @throws IOException if it cannot be read
     * @throws InvalidInputException if it does not exist, or another line than a cut last one is
     *     not a point of metrics
     */
    public static Metrics read(Path file) throws IOException {
        return Metrics.of(readPoints(file));
    }

    private static String toLine(MetricsPoint point) throws JsonProcessingException {
        return Json.MAPPER.writeValueAsString(point) + "\n";
    }

    private static List<MetricsPoint> readPoints(Path file) throws IOException {
        String[] lines = content(file).split("\n", -1); // the last is empty, or was cut
        List<MetricsPoint> points = new ArrayList<>();
        for (int i = 0; i < lines.length; i++) {
            if (lines[i].isBlank()) {
                continue;
            }
            try {
                points.add(Json.readObject(lines[i].getBytes(UTF_8), MetricsPoint.class));
            } catch (JsonProcessingException e) {
                if (i < lines.length - 1) {
                    throw new InvalidInputException(
                            file
                                    + ", line "
                                    + (i + 1)
                                    + ": expected a JSON object of kind train or validation: "
                                    + e.getOriginalMessage(),
                            e);
                }
            }
        }
        return points;
    }

    private static String content(Path file) throws IOException {
        try {
            return new String(Files.readAllBytes(file), UTF_8);
        } catch (NoSuchFileException e) {
            throw new InvalidInputException(file + ": no such file; expected metrics.jsonl", e);
        }
    }
}
