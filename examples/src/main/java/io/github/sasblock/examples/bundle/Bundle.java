package io.github.sasblock.examples.bundle;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The program with a Java runtime in one archive, for Linux x86_64.
 *
 * <pre>
 * sas-block/sas                            starts the program on a libtorch that it finds
 * sas-block/runtime/                       Java, as small as jlink makes it
 * sas-block/lib/                           the program's jars, without libtorch
 * sas-block/jni/FLAVOR/libdjl_torch.so     what ties DJL to libtorch, for CPUs and for CUDA
 * </pre>
 */
public final class Bundle {

    /** The archive's name unless another is given. */
    public static final String DEFAULT_NAME = "sas-block-" + ProgramJars.PLATFORM + ".tar.gz";

    private static final String FOLDER = "sas-block";
    private static final String SCRIPT = "sas";

    private Bundle() {}

    /**
     * What an archive holds.
     *
     * @param file the archive
     * @param bytes its size
     * @param runtimeBytes the size of the runtime, unpacked
     * @param jarBytes the size of the jars
     * @param flavors the libtorch builds that there is a JNI library for, such as cpu and cu128
     */
    public record Contents(
            Path file, long bytes, long runtimeBytes, long jarBytes, List<String> flavors) {}

    /**
     * Makes an archive of the program that is running.
     *
     * @param out the file to create or replace
     * @return what it holds
     * @throws InvalidInputException if this Java has no jlink, this machine is no Linux x86_64, the
     *     program does not run from jars, or the file cannot be there
     * @throws IOException if writing fails
     */
    public static Contents write(Path out) throws IOException {
        requirePlatform(System.getProperty("os.name"), System.getProperty("os.arch"));
        requirePlace(out);
        ProgramJars jars = ProgramJars.of(System.getProperty("java.class.path"));
        Path staging = Files.createTempDirectory("sas-bundle");
        try {
            Path folder = Files.createDirectory(staging.resolve(FOLDER));
            JavaRuntime.link(folder.resolve("runtime"));
            jars.copyTo(folder.resolve("lib"));
            List<String> flavors = jars.extractJni(folder.resolve("jni"));
            writeScript(folder.resolve(SCRIPT));
            TarArchive.write(folder, out);
            return new Contents(
                    out,
                    Files.size(out),
                    size(folder.resolve("runtime")),
                    size(folder.resolve("lib")),
                    flavors);
        } finally {
            delete(staging);
        }
    }

    static void requirePlatform(String system, String architecture) {
        boolean is64Bit = List.of("amd64", "x86_64").contains(architecture);
        if (!system.toLowerCase(Locale.ROOT).startsWith("linux") || !is64Bit) {
            throw new InvalidInputException(
                    "a bundle has the Java of the machine that makes it, and is for Linux x86_64;"
                            + " this is "
                            + system
                            + " "
                            + architecture);
        }
    }

    private static void requirePlace(Path out) {
        Path parent = out.toAbsolutePath().getParent();
        if (Files.isDirectory(out) || parent == null || !Files.isDirectory(parent)) {
            throw new InvalidInputException(
                    "--out = " + out + ": expected a file, in a folder that exists");
        }
    }

    static void writeScript(Path file) throws IOException {
        try (InputStream script = Bundle.class.getResourceAsStream("sas.sh")) {
            if (script == null) {
                throw new IllegalStateException("the resource sas.sh is missing");
            }
            Files.copy(script, file);
        }
        if (!file.toFile().setExecutable(true, false)) {
            throw new IOException(file + " cannot be made executable");
        }
    }

    private static long size(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.filter(Files::isRegularFile).mapToLong(Bundle::fileSize).sum();
        }
    }

    private static long fileSize(Path file) {
        try {
            return Files.isSymbolicLink(file) ? 0 : Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
