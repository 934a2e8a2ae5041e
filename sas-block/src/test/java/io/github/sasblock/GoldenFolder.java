package io.github.sasblock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Where the golden files are: the folder of {@code -Dgolden.dir}, or the project's own. */
public final class GoldenFolder {

    private static final Path OWN = Path.of("src", "test", "resources", "golden");

    private GoldenFolder() {}

    /** Returns all golden files; a relative folder begins where the build was called. */
    public static List<Path> files() throws IOException {
        String given = System.getProperty("golden.dir");
        Path folder =
                given == null
                        ? OWN
                        : Path.of(System.getProperty("call.directory", "")).resolve(given);
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
        }
    }
}
