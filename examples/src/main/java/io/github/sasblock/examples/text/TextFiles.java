package io.github.sasblock.examples.text;

import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.problem.Problems;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Text from files, of which the ending of the name tells the kind:
 *
 * <ul>
 *   <li>{@code .txt}: one document.
 *   <li>{@code .jsonl}: a JSON object a line, one of whose fields is a document, as in the Pile.
 *   <li>{@code .tokens}: WikiText's layout; each article is a document.
 *   <li>{@code .tar} and {@code .zip}: archives of the kinds above, read without being unpacked.
 *   <li>{@code .parquet}: one of whose columns holds a document a row, as in FineWeb-Edu.
 * </ul>
 *
 * <p>{@code .txt}, {@code .jsonl} and {@code .tar} may be compressed, with {@code .gz} or {@code
 * .zst} after the ending ({@code .tgz} is {@code .tar.gz}). A place may also be a folder with all
 * such files in it and in its folders, a pattern such as {@code books/*.txt}, or {@code -} for
 * standard input: plain text, or of the ending after it, as in {@code -.jsonl.zst}.
 *
 * <p>All text is UTF-8; malformed text is an error. A byte order mark at the beginning of a file is
 * skipped, blank lines between JSON objects too; line ends are kept as they are. Files are read in
 * the order of their names, the same everywhere. In folders and archives, hidden files and those of
 * other endings are passed over, and the {@link ReadingListener} is told. A text of more than 32
 * MiB that is not in JSON or Parquet comes in several parts (see {@link Document#continues()}).
 */
public final class TextFiles implements TextSource {

    /** The place that is the program's standard input. */
    public static final String STANDARD_INPUT = "-";

    private static final String UNKNOWN_ENDING = "unknown ending";

    private final List<Given> given;
    private final ReadOptions options;
    private final UUID reading = UUID.randomUUID();

    private TextFiles(List<Given> given, ReadOptions options) {
        this.given = given;
        this.options = options;
    }

    /** A place as the user gave it, and the files that it stands for. */
    private record Given(String place, List<TextFile> files, List<Path> skipped, boolean input) {

        static Given file(TextFile file) {
            return new Given(file.path().toString(), List.of(file), List.of(), false);
        }
    }

    /**
     * Looks up files, folders and patterns.
     *
     * @param places paths, patterns and {@code -}, in the order in which they are to be read
     * @param options how texts are found in files
     * @return their text
     * @throws InvalidInputException if there is no place, a path does not exist or cannot be read,
     *     a file is empty or of an unknown ending, or a folder or pattern has no file of a known
     *     one
     */
    public static TextFiles of(List<String> places, ReadOptions options) {
        if (places.isEmpty()) {
            throw new InvalidInputException("no text file is given; expected at least one");
        }
        if (places.stream().filter(TextFiles::isStandardInput).count() > 1) {
            throw new InvalidInputException(
                    String.join(", ", places) + ": standard input can be read only once");
        }
        return new TextFiles(places.stream().map(TextFiles::lookUp).toList(), options);
    }

    /**
     * Looks up files and folders, with the default options.
     *
     * @param paths files and folders, in the order in which they are to be read
     * @return their text
     * @throws InvalidInputException as in {@link #of(List, ReadOptions)}
     */
    public static TextFiles of(Path... paths) {
        return of(Stream.of(paths).map(Path::toString).toList(), ReadOptions.defaults());
    }

    private static Given lookUp(String place) {
        if (isStandardInput(place)) {
            checkInput(place);
            return new Given(place, List.of(), List.of(), true);
        }
        if (FilePattern.isPattern(place)) {
            return matching(place);
        }
        return lookUp(path(place));
    }

    private static Path path(String place) {
        try {
            return Path.of(place);
        } catch (InvalidPathException e) {
            throw new InvalidInputException(place + ": is no path: " + e.getMessage(), e);
        }
    }

    private static boolean isStandardInput(String place) {
        return place.equals(STANDARD_INPUT) || place.startsWith(STANDARD_INPUT + ".");
    }

    private static TextFormat checkInput(String place) {
        TextFormat format =
                place.equals(STANDARD_INPUT)
                        ? TextFormat.PLAIN
                        : TextFormat.of(place).orElseThrow(() -> unknownEnding(place));
        if (!format.content().isStreamed()) {
            throw new InvalidInputException(
                    place
                            + ": a zip archive or Parquet cannot be read from standard input, since"
                            + " its beginning is told at its end; give a file");
        }
        return format;
    }

    private static InvalidInputException unknownEnding(Object place) {
        return new InvalidInputException(
                place + ": unknown ending; expected one of " + TextFormat.knownEndings());
    }

    private static Given matching(String pattern) {
        try {
            return sorted(pattern, FilePattern.matching(pattern));
        } catch (IOException e) {
            throw unreadable(pattern, e);
        } catch (UncheckedIOException e) {
            throw unreadable(pattern, e.getCause());
        }
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
                return filesIn(path);
            }
            return Given.file(file(path));
        } catch (IOException e) {
            throw unreadable(path, e);
        } catch (UncheckedIOException e) {
            throw unreadable(path, e.getCause());
        }
    }

    private static InvalidInputException unreadable(Object path, IOException e) {
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
        TextFormat format = TextFormat.of(path.toString()).orElseThrow(() -> unknownEnding(path));
        if (Files.size(path) == 0) {
            throw new InvalidInputException(path + ": the file is empty");
        }
        return new TextFile(path, format);
    }

    private static Given filesIn(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            List<Path> files =
                    paths.filter(path -> !isHidden(folder.relativize(path)))
                            .filter(Files::isRegularFile)
                            .sorted(Comparator.comparing(path -> sortKey(folder.relativize(path))))
                            .toList();
            return sorted(folder.toString(), files);
        }
    }

    /** Keeps the files of a known ending, and the others to tell of them. */
    private static Given sorted(String place, List<Path> files) {
        List<TextFile> known = files.stream().flatMap(file -> known(file).stream()).toList();
        if (known.isEmpty()) {
            throw new InvalidInputException(
                    place
                            + ": there is no file whose name ends in one of "
                            + TextFormat.knownEndings());
        }
        List<Path> others = files.stream().filter(file -> known(file).isEmpty()).toList();
        return new Given(place, known, others, false);
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
        return TextFormat.of(path.toString()).map(format -> new TextFile(path, format));
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
        String first = given.get(0).place();
        return given.size() == 1 ? first : first + " and " + (given.size() - 1) + " more";
    }

    /**
     * {@inheritDoc}
     *
     * <p>What comes from standard input is never the same again.
     */
    @Override
    public String fingerprint() throws IOException {
        if (readsStandardInput()) {
            return "standard input:" + reading;
        }
        StringBuilder facts = new StringBuilder(options.textField()).append('\n');
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

    /**
     * Returns whether a part of the text comes from standard input, so that it can be read once.
     *
     * @return whether a place is {@code -}
     */
    public boolean readsStandardInput() {
        return given.stream().anyMatch(Given::input);
    }

    @Override
    public long approximateBytes() throws IOException {
        if (readsStandardInput()) {
            return -1;
        }
        long bytes = 0;
        for (Path file : files()) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    /**
     * {@inheritDoc}
     *
     * @throws InvalidInputException if a file cannot be read, is not UTF-8, is cut off or damaged,
     *     has a line that is not a JSON object with a string {@code text}, or if a path that was
     *     given has no document with text
     */
    @Override
    public void forEach(DocumentConsumer consumer, ReadingListener listener) throws IOException {
        long before = 0;
        for (Given place : given) {
            boolean[] hasText = {false};
            DocumentConsumer watching =
                    document -> {
                        hasText[0] |= !document.text().isBlank();
                        consumer.accept(document);
                    };
            place.skipped().forEach(file -> listener.skipped(file.toString(), UNKNOWN_ENDING));
            if (place.input()) {
                readInput(place.place(), watching, from(before, listener));
            }
            for (TextFile file : place.files()) {
                file.forEach(watching, options.textField(), from(before, listener));
                before += Files.size(file.path());
            }
            if (!hasText[0]) {
                throw new InvalidInputException(place.place() + ": has no document with text");
            }
        }
    }

    private void readInput(String place, DocumentConsumer consumer, ReadingListener listener)
            throws IOException {
        TextFormat format = checkInput(place);
        InputStream in =
                TextInput.over(
                        "standard input",
                        options.standardInput(),
                        format.compression(),
                        listener::bytesRead);
        TextFile.readStream(format, "standard input", in, options.textField(), listener, consumer);
    }

    private static ReadingListener from(long before, ReadingListener listener) {
        return new ReadingListener() {
            @Override
            public void bytesRead(long bytes) {
                listener.bytesRead(before + bytes);
            }

            @Override
            public void skipped(String name, String reason) {
                listener.skipped(name, reason);
            }
        };
    }
}
