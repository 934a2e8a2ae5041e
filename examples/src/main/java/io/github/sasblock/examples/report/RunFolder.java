package io.github.sasblock.examples.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.github.sasblock.examples.checkpoint.RunLock;
import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * The output folder of one run: where each of its files lies.
 *
 * <pre>
 * config.json     what was run
 * metrics.jsonl   one line a logged step or validation
 * summary.json    the result
 * loss.svg, .png  the loss curves
 * checkpoints/    made by whoever writes the first checkpoint
 * </pre>
 *
 * <p>A folder holds one run; no run is ever written over another.
 */
public final class RunFolder {

    private static final String CONFIG = "config.json";
    private static final String METRICS = "metrics.jsonl";
    private static final String SUMMARY = "summary.json";
    private static final String CHECKPOINTS = "checkpoints";
    private static final Set<String> MARKS_OF_A_RUN = Set.of(CONFIG, METRICS, SUMMARY, CHECKPOINTS);
    private static final String PROBE = ".writable";
    private static final int NAMED_IN_MESSAGES = 3;
    private static final String NEW_FOLDER = "a new or an empty folder";

    private final Path path;

    private RunFolder(Path path) {
        this.path = path;
    }

    /**
     * Makes the folder of a new run, and its parents where they are missing.
     *
     * @param path a folder that does not exist or is empty
     * @return the folder, into which a file was written on trial and removed
     * @throws InvalidInputException if the path holds another run or anything else, is a file, or
     *     cannot be written; nothing that was there has changed
     */
    public static RunFolder create(Path path) {
        requireNew(path);
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw refused(path, "it cannot be made (" + reason(e) + ")", e);
        }
        requireWritable(path);
        return new RunFolder(path);
    }

    /**
     * Checks that a folder can be that of a new run, and makes nothing.
     *
     * @param path where the folder is to be
     * @throws InvalidInputException if the path holds another run or anything else, or is a file
     */
    public static void requireNew(Path path) {
        Path obstacle = nearestExisting(path);
        if (!Files.isDirectory(obstacle)) {
            throw refused(path, describe(path, obstacle) + " is not a folder", null);
        }
        if (obstacle.equals(path.toAbsolutePath())) {
            requireEmpty(path);
        }
    }

    /**
     * Opens the folder of a run that is there, to read it.
     *
     * @param path the folder
     * @return the folder
     * @throws InvalidInputException if it is not the folder of a run: it holds no config.json
     */
    public static RunFolder open(Path path) {
        if (!Files.isRegularFile(path.resolve(CONFIG))) {
            throw new InvalidInputException(
                    "run folder "
                            + path
                            + ": "
                            + (Files.isDirectory(path) ? "holds no " + CONFIG : "is not a folder")
                            + "; expected the output folder of a run");
        }
        return new RunFolder(path);
    }

    /**
     * Opens the folder of a run that is there, to go on writing into it.
     *
     * @param path the folder
     * @return the folder, into which a file was written on trial and removed
     * @throws InvalidInputException if it is not the folder of a run, or cannot be written
     */
    public static RunFolder resume(Path path) {
        RunFolder folder = open(path);
        requireWritable(path);
        return folder;
    }

    /**
     * Writes a value as indented JSON, whole or not at all. A number that is not finite becomes
     * null.
     *
     * @param name the file's name, such as {@code config.json}
     * @param value what Jackson can write: a record, a map, a tree
     * @throws IOException if it cannot be written; a file of that name is then as it was
     * @throws IllegalArgumentException if the name is not a plain file name
     */
    public void writeJson(String name, Object value) throws IOException {
        Path file = path.resolve(name);
        if (!Path.of(name).equals(file.getFileName()) || name.startsWith(".")) {
            throw new IllegalArgumentException("name = " + name + ": expected a plain file name");
        }
        AtomicFile.write(file, (Json.PRETTY.writeValueAsString(value) + "\n").getBytes(UTF_8));
    }

    /**
     * Returns the folder itself.
     *
     * @return the path it was made or opened with
     */
    public Path path() {
        return path;
    }

    /**
     * Returns where the configuration lies.
     *
     * @return {@code config.json} in this folder
     */
    public Path config() {
        return path.resolve(CONFIG);
    }

    /**
     * Returns where the metrics lie.
     *
     * @return {@code metrics.jsonl} in this folder
     */
    public Path metrics() {
        return path.resolve(METRICS);
    }

    /**
     * Returns where the result lies.
     *
     * @return {@code summary.json} in this folder
     */
    public Path summary() {
        return path.resolve(SUMMARY);
    }

    /**
     * Returns where the vector picture of the loss curves lies.
     *
     * @return {@code loss.svg} in this folder
     */
    public Path lossSvg() {
        return path.resolve("loss.svg");
    }

    /**
     * Returns where the bitmap of the loss curves lies.
     *
     * @return {@code loss.png} in this folder
     */
    public Path lossPng() {
        return path.resolve("loss.png");
    }

    /**
     * Returns where the checkpoints lie. The folder is not made here, so that a run that fails
     * before its first checkpoint leaves nothing in its way.
     *
     * @return {@code checkpoints} in this folder
     */
    public Path checkpoints() {
        return path.resolve(CHECKPOINTS);
    }

    private static Path nearestExisting(Path path) {
        Path nearest = path.toAbsolutePath();
        Path parent = nearest.getParent();
        // Links that lead nowhere count: no folder can be made in their place.
        while (!Files.exists(nearest, NOFOLLOW_LINKS) && parent != null) {
            nearest = parent;
            parent = nearest.getParent();
        }
        return nearest;
    }

    private static String describe(Path path, Path obstacle) {
        return obstacle.equals(path.toAbsolutePath()) ? "it" : obstacle.toString();
    }

    private static void requireEmpty(Path path) {
        List<String> names = namesIn(path);
        names.removeIf(RunFolder::isLeftOver);
        if (names.isEmpty()) {
            return;
        }
        boolean run = names.stream().anyMatch(MARKS_OF_A_RUN::contains);
        String some =
                String.join(", ", names.subList(0, Math.min(names.size(), NAMED_IN_MESSAGES)));
        String more =
                names.size() > NAMED_IN_MESSAGES
                        ? " and " + (names.size() - NAMED_IN_MESSAGES) + " more"
                        : "";
        throw new InvalidInputException(
                "output folder "
                        + path
                        + (run ? ": it holds another run (" : ": it is not empty (")
                        + some
                        + more
                        + "); expected "
                        + NEW_FOLDER
                        + (run ? ", or --resume to go on with that run" : ""));
    }

    /** Tells what stays behind a run that ended before it wrote anything. */
    private static boolean isLeftOver(String name) {
        return name.equals(RunLock.FILE)
                || name.startsWith(PROBE)
                || name.startsWith(".") && name.endsWith(".tmp");
    }

    private static List<String> namesIn(Path path) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
            entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
        } catch (IOException | DirectoryIteratorException e) {
            throw refused(path, "it cannot be read (" + reason(e) + ")", e);
        }
        // The files that mark a run first.
        names.sort(
                Comparator.comparing((String name) -> !MARKS_OF_A_RUN.contains(name))
                        .thenComparing(Comparator.naturalOrder()));
        return names;
    }

    private static void requireWritable(Path path) {
        if (!Files.isWritable(path)) {
            throw refused(path, "it is read-only", null);
        }
        // Permission bits do not tell of read-only and virtual file systems: only writing does.
        try {
            Path probe = Files.createTempFile(path, PROBE, null);
            Files.write(probe, new byte[] {1});
            Files.delete(probe);
        } catch (IOException e) {
            throw refused(path, "it cannot be written (" + reason(e) + ")", e);
        }
    }

    private static String reason(Exception e) {
        String kind = e.getClass().getSimpleName().replace("Exception", "");
        return e.getMessage() == null ? kind : kind + ": " + e.getMessage();
    }

    private static InvalidInputException refused(Path path, String problem, Exception cause) {
        return new InvalidInputException(
                "output folder " + path + ": " + problem + "; expected " + NEW_FOLDER, cause);
    }
}
