package io.github.sasblock.examples.text;

import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.problem.Problems;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Text from files: {@code .txt} (one document), {@code .jsonl}, {@code .jsonl.gz} and {@code
 * .jsonl.zst} (a JSON object a line, whose field {@code text} is a document, as in the Pile), or
 * from all such files of a folder and the folders in it, sorted by name.
 *
 * <p>All text is UTF-8; malformed text is an error. A byte order mark at the beginning of a file is
 * skipped, blank lines between JSON objects too; line ends are kept as they are. In a folder,
 * hidden files and those of other endings are passed over. A {@code .txt} file of more than 4 MiB
 * comes in several parts (see {@link Document#continues()}).
 */
public final class TextFiles implements TextSource {

    private final List<Given> given;

    private TextFiles(List<Given> given) {
        this.given = given;
    }

    /** A path as the user gave it, and the files that it stands for. */
    private record Given(Path path, List<TextFile> files) {}

    /**
     * Looks up files and folders.
     *
     * @param paths files and folders, in the order in which they are to be read
     * @return their text
     * @throws InvalidInputException if there is no path, a path does not exist or cannot be read, a
     *     file is empty or of an unknown ending, or a folder has no file of a known one
     */
    public static TextFiles of(List<Path> paths) {
        if (paths.isEmpty()) {
            throw new InvalidInputException("no text file is given; expected at least one");
        }
        return new TextFiles(paths.stream().map(TextFiles::lookUp).toList());
    }

    /**
     * Looks up files and folders.
     *
     * @param paths files and folders, in the order in which they are to be read
     * @return their text
     * @throws InvalidInputException as in {@link #of(List)}
     */
    public static TextFiles of(Path... paths) {
        return of(List.of(paths));
    }

    private static Given lookUp(Path path) {
        if (!Files.exists(path)) {
            throw new InvalidInputException(path + ": there is no such file" + suggestion(path));
        }
        if (!Files.isReadable(path)) {
            throw new InvalidInputException(path + ": cannot be read: permission denied");
        }
        try {
            if (Files.isDirectory(path)) {
                return new Given(path, filesIn(path));
            }
            return new Given(path, List.of(file(path)));
        } catch (IOException e) {
            throw unreadable(path, e);
        } catch (UncheckedIOException e) {
            throw unreadable(path, e.getCause());
        }
    }

    private static InvalidInputException unreadable(Path path, IOException e) {
        return new InvalidInputException(path + ": cannot be read: " + e, e);
    }

    private static String suggestion(Path path) {
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return "";
        }
        try (Stream<Path> siblings = Files.list(folder)) {
            List<String> names = siblings.map(sibling -> nameOf(sibling)).sorted().toList();
            return Problems.nearest(nameOf(path), names)
                    .map(name -> "; did you mean " + path.resolveSibling(name) + "?")
                    .orElse("");
        } catch (IOException e) {
            return ""; // a folder that cannot be listed has no suggestion to make
        }
    }

    private static String nameOf(Path path) {
        Path name = path.getFileName();
        return name == null ? path.toString() : name.toString();
    }

    private static TextFile file(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new InvalidInputException(path + ": is neither a file nor a folder");
        }
        TextFormat format =
                TextFormat.of(path)
                        .orElseThrow(
                                () ->
                                        new InvalidInputException(
                                                path
                                                        + ": unknown ending; expected one of "
                                                        + TextFormat.knownEndings()));
        if (Files.size(path) == 0) {
            throw new InvalidInputException(path + ": the file is empty");
        }
        return new TextFile(path, format);
    }

    private static List<TextFile> filesIn(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            List<TextFile> files =
                    paths.filter(path -> !isHidden(folder.relativize(path)))
                            .filter(Files::isRegularFile)
                            .sorted(Comparator.comparing(path -> sortKey(folder.relativize(path))))
                            .flatMap(path -> known(path).stream())
                            .toList();
            if (files.isEmpty()) {
                throw new InvalidInputException(
                        folder
                                + ": the folder has no file whose name ends in one of "
                                + TextFormat.knownEndings());
            }
            return files;
        }
    }

    private static boolean isHidden(Path relative) {
        for (Path name : relative) {
            if (name.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    /** The same order on every platform: folders' separators sort before all that names have. */
    private static String sortKey(Path relative) {
        return relative.toString().replace(relative.getFileSystem().getSeparator(), "\0");
    }

    private static Optional<TextFile> known(Path path) {
        return TextFormat.of(path).map(format -> new TextFile(path, format));
    }

    /**
     * Returns the files, in the order in which they are read.
     *
     * @return the files
     */
    public List<Path> files() {
        return given.stream().flatMap(g -> g.files().stream()).map(TextFile::path).toList();
    }

    @Override
    public String describe() {
        String first = given.get(0).path().toString();
        return given.size() == 1 ? first : first + " and " + (given.size() - 1) + " more";
    }

    @Override
    public String fingerprint() throws IOException {
        StringBuilder facts = new StringBuilder();
        for (Path file : files()) {
            facts.append(file.toAbsolutePath().normalize())
                    .append('\n')
                    .append(Files.size(file))
                    .append('\n')
                    .append(Files.getLastModifiedTime(file).to(TimeUnit.NANOSECONDS))
                    .append('\n');
        }
        return "files:" + Sha256.hex(facts.toString());
    }

    @Override
    public long approximateBytes() throws IOException {
        long bytes = 0;
        for (Path file : files()) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    @Override
    public void forEach(DocumentConsumer consumer) throws IOException {
        forEach(consumer, bytes -> {});
    }

    /**
     * {@inheritDoc}
     *
     * @throws InvalidInputException if a file cannot be read, is not UTF-8, is cut off or damaged,
     *     has a line that is not a JSON object with a string {@code text}, or if a path that was
     *     given has no document with text
     */
    @Override
    public void forEach(DocumentConsumer consumer, LongConsumer bytesRead) throws IOException {
        long before = 0;
        for (Given path : given) {
            boolean[] hasText = {false};
            for (TextFile file : path.files()) {
                long start = before;
                file.forEach(
                        document -> {
                            hasText[0] |= !document.text().isBlank();
                            consumer.accept(document);
                        },
                        bytes -> bytesRead.accept(start + bytes));
                before += Files.size(file.path());
            }
            if (!hasText[0]) {
                throw new InvalidInputException(path.path() + ": has no document with text");
            }
        }
    }
}
