package io.github.sasblock.examples.text;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/**
 * Patterns of files as shells have them: {@code *} within a folder, {@code **} across folders,
 * {@code ?}, {@code [a-z]}, {@code {a,b}}.
 */
final class FilePattern {

    private static final Pattern WILD = Pattern.compile("[*?\\[{]");

    private FilePattern() {}

    /** Returns whether a place is a pattern, and not the path of something that exists. */
    static boolean isPattern(String place) {
        return WILD.matcher(place).find() && !exists(place);
    }

    private static boolean exists(String place) {
        try {
            return Files.exists(Path.of(place));
        } catch (InvalidPathException e) {
            return false; // such as a star on Windows
        }
    }

    /** Returns the files that a pattern stands for, in the order of their names. */
    static List<Path> matching(String pattern) throws IOException {
        String separator = FileSystems.getDefault().getSeparator();
        String unified = pattern.replace(separator, "/");
        int firstWild = WILD.split(unified, 2)[0].length();
        int slash = unified.lastIndexOf('/', firstWild);
        Path folder = Path.of(slash < 0 ? "" : unified.substring(0, Math.max(1, slash)));
        if (!Files.isDirectory(folder)) {
            throw new InvalidInputException(
                    pattern + ": there is no folder " + folder + " to look for it in");
        }
        PathMatcher matcher = matcher(pattern, unified.substring(slash + 1));
        try (Stream<Path> paths = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            List<Path> files =
                    paths.filter(path -> matcher.matches(folder.relativize(path)))
                            .filter(Files::isRegularFile)
                            .sorted((a, b) -> key(a).compareTo(key(b)))
                            .toList();
            if (files.isEmpty()) {
                throw new InvalidInputException(pattern + ": no file matches");
            }
            return files;
        }
    }

    private static PathMatcher matcher(String pattern, String glob) {
        try {
            return FileSystems.getDefault().getPathMatcher("glob:" + glob);
        } catch (PatternSyntaxException e) {
            throw new InvalidInputException(
                    pattern + ": is no pattern of files: " + e.getDescription(), e);
        }
    }

    private static String key(Path path) {
        return path.toString().replace(path.getFileSystem().getSeparator(), "\0");
    }
}
