package io.github.sasblock.examples.benchmark;

import ai.djl.Device;
import ai.djl.engine.Engine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Where a benchmark ran.
 *
 * @param processor its name, or unknown
 * @param processors how many this process may use
 * @param memoryBytes the machine's memory
 * @param system operating system, version and architecture
 * @param device what the tensors were on
 * @param language the language and its version
 * @param engine the engine and its version
 * @param load processes that wanted to run, averaged over the last minute; negative where unknown
 */
public record Machine(
        String processor,
        int processors,
        long memoryBytes,
        String system,
        String device,
        String language,
        String engine,
        double load) {

    /**
     * Returns the machine that this process runs on.
     *
     * @return what is known of it
     */
    public static Machine present() {
        Engine engine = Engine.getInstance();
        Device device = engine.defaultDevice();
        java.lang.management.OperatingSystemMXBean system =
                ManagementFactory.getOperatingSystemMXBean();
        long memory =
                system instanceof com.sun.management.OperatingSystemMXBean known
                        ? known.getTotalMemorySize()
                        : 0;
        return new Machine(
                nameOfProcessor(),
                Runtime.getRuntime().availableProcessors(),
                memory,
                "%s %s %s"
                        .formatted(
                                system.getName(),
                                System.getProperty("os.version"),
                                system.getArch()),
                device.toString(),
                "Java " + System.getProperty("java.version"),
                "DJL " + engine.getEngineName() + " " + engine.getVersion(),
                system.getSystemLoadAverage());
    }

    /**
     * Describes the machine in a line.
     *
     * @return its processor, how many of them, and the device
     */
    public String describe() {
        return processor + ", " + processors + " processors, on " + device;
    }

    private static String nameOfProcessor() {
        Path file = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(file)) {
            return "unknown";
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.replaceFirst("[^:]*:\\s*", ""))
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown (" + e.getMessage() + ")";
        }
    }
}
