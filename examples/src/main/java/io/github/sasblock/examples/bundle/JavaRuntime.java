package io.github.sasblock.examples.bundle;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.spi.ToolProvider;

/** A Java runtime with the modules that the program needs and no others, made by jlink. */
final class JavaRuntime {

    /**
     * What jdeps finds in the jars, and what they reach in other ways.
     *
     * <ul>
     *   <li>java.desktop: charts (XChart), and images of DJL and JNA
     *   <li>java.compiler, java.management, java.sql: DJL's api and Gson
     *   <li>java.naming, java.xml, java.logging: Logback, XChart's formats
     *   <li>jdk.unsupported: {@code sun.misc.Unsafe}, for Gson and JNA's callers
     *   <li>jdk.zipfs: archives as file systems, which DJL's repositories open
     * </ul>
     */
    static final List<String> MODULES =
            List.of(
                    "java.base",
                    "java.compiler",
                    "java.desktop",
                    "java.logging",
                    "java.management",
                    "java.naming",
                    "java.sql",
                    "java.xml",
                    "jdk.unsupported",
                    "jdk.zipfs");

    private JavaRuntime() {}

    /**
     * Makes the runtime of the Java that runs this program.
     *
     * @param folder the folder to make
     * @throws InvalidInputException if this Java has no jlink
     * @throws IOException if jlink fails
     */
    static void link(Path folder) throws IOException {
        ToolProvider jlink = ToolProvider.findFirst("jlink").orElseThrow(JavaRuntime::withoutJlink);
        StringWriter messages = new StringWriter();
        PrintWriter printer = new PrintWriter(messages);
        int exitCode = jlink.run(printer, printer, arguments(folder).toArray(String[]::new));
        if (exitCode != 0) {
            throw new IOException("jlink failed: " + messages.toString().strip());
        }
    }

    private static InvalidInputException withoutJlink() {
        return new InvalidInputException(
                "the Java in "
                        + System.getProperty("java.home")
                        + " has no jlink; expected a whole JDK, 17 or newer: set JAVA_HOME to one");
    }

    private static List<String> arguments(Path folder) {
        List<String> arguments = new ArrayList<>();
        Collections.addAll(arguments, "--add-modules", String.join(",", MODULES));
        // The archive compresses all classes together, which makes a fifth less of them.
        Collections.addAll(arguments, "--compress", compression(Runtime.version().feature()));
        // Symbols of native libraries are stripped by objcopy, where there is one.
        arguments.add(isOnPath("objcopy") ? "--strip-debug" : "--strip-java-debug-attributes");
        Collections.addAll(arguments, "--no-header-files", "--no-man-pages");
        Collections.addAll(arguments, "--output", folder.toString());
        return arguments;
    }

    static String compression(int javaVersion) {
        return javaVersion >= 21 ? "zip-0" : "0";
    }

    private static boolean isOnPath(String program) {
        String path = System.getenv("PATH");
        if (path == null) {
            return false;
        }
        for (String folder : path.split(File.pathSeparator)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }
}
