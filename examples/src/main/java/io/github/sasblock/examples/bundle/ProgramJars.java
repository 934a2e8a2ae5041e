package io.github.sasblock.examples.bundle;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * The jars of a class path, for one platform: without libtorch, and without the native libraries of
 * other platforms.
 */
final class ProgramJars {

    static final String PLATFORM = "linux-x86_64";

    private static final String JNI_JAR = "pytorch-jni-";
    private static final String LIBTORCH_JAR = "pytorch-native-";
    private static final Pattern NATIVE = Pattern.compile(".*\\.(so|dll|dylib|jnilib|a)");
    private static final Pattern THIS_PLATFORM =
            Pattern.compile("(?i).*linux[-/](x86[-_]64|amd64)/.*");
    private static final Pattern ANY_PLATFORM =
            Pattern.compile(
                    "(?i)(.*/)?(linux|win|windows|win32|darwin|osx|mac|freebsd|openbsd"
                            + "|dragonflybsd|sunos|aix|android)[-/].*");

    private final List<Path> jars;
    private final Path jniJar;

    private ProgramJars(List<Path> jars, Path jniJar) {
        this.jars = jars;
        this.jniJar = jniJar;
    }

    /**
     * Takes the jars of a class path.
     *
     * @param classPath files with the system's separator between them
     * @throws InvalidInputException if there are folders among them, or no JNI library of DJL's
     */
    static ProgramJars of(String classPath) {
        List<Path> jars = new ArrayList<>();
        Path jniJar = null;
        for (String element : classPath.split(File.pathSeparator)) {
            Path path = Path.of(element);
            String name = String.valueOf(path.getFileName());
            if (Files.isDirectory(path)) {
                throw new InvalidInputException(
                        "the program runs from the folder "
                                + path
                                + ", expected jars: run it by bin/sas");
            }
            if (name.startsWith(JNI_JAR)) {
                jniJar = path;
            } else if (!name.startsWith(LIBTORCH_JAR)) {
                jars.add(path);
            }
        }
        if (jniJar == null) {
            throw new InvalidInputException(
                    "there is no "
                            + JNI_JAR
                            + "*.jar on the class path: run the program by bin/sas");
        }
        return new ProgramJars(List.copyOf(jars), jniJar);
    }

    /** Copies the jars into a folder that is made. */
    void copyTo(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (Path jar : jars) {
            copy(jar, folder.resolve(String.valueOf(jar.getFileName())));
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (ZipFile jar = new ZipFile(from.toFile());
                OutputStream file = Files.newOutputStream(to);
                ZipOutputStream copy = new ZipOutputStream(file)) {
            copy.setLevel(Deflater.BEST_COMPRESSION);
            for (ZipEntry entry : jar.stream().filter(e -> isKept(e.getName())).toList()) {
                ZipEntry same = new ZipEntry(entry.getName());
                same.setTime(entry.getTime());
                copy.putNextEntry(same);
                try (InputStream in = jar.getInputStream(entry)) {
                    in.transferTo(copy);
                }
                copy.closeEntry();
            }
        }
    }

    /** Returns whether a file of a jar is of use on the platform. */
    static boolean isKept(String name) {
        return !NATIVE.matcher(name).matches()
                || THIS_PLATFORM.matcher(name).matches()
                || !ANY_PLATFORM.matcher(name).matches();
    }

    /**
     * Takes DJL's JNI libraries out of their jar, each into a folder of its flavor's name.
     *
     * @return the flavors
     */
    List<String> extractJni(Path folder) throws IOException {
        Pattern library = Pattern.compile("jnilib/" + PLATFORM + "/([^/]+)/(libdjl_torch\\.so)");
        List<String> flavors = new ArrayList<>();
        try (ZipFile jar = new ZipFile(jniJar.toFile())) {
            for (ZipEntry entry : jar.stream().map(ZipEntry.class::cast).toList()) {
                var found = library.matcher(entry.getName());
                if (found.matches()) {
                    flavors.add(found.group(1));
                    Path flavor = Files.createDirectories(folder.resolve(found.group(1)));
                    try (InputStream in = jar.getInputStream(entry)) {
                        Files.copy(in, flavor.resolve(found.group(2)));
                    }
                }
            }
        }
        if (flavors.isEmpty()) {
            throw new InvalidInputException(jniJar + ": holds no JNI library for " + PLATFORM);
        }
        return flavors;
    }
}
