package io.github.sasblock.examples.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The most memory that the process has held since a moment: Linux's VmHWM, which writing 5 to
 * {@code clear_refs} sets back. Elsewhere nothing is known.
 */
final class PeakMemory {

    private static final Logger LOG = LoggerFactory.getLogger(PeakMemory.class);
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String FIELD = "VmHWM:";
    private static final long KIB = 1024;

    private final boolean known;

    private PeakMemory(boolean known) {
        this.known = known;
    }

    /** Begins to measure. */
    static PeakMemory sinceNow() {
        if (!Files.isWritable(CLEAR)) {
            return new PeakMemory(false);
        }
        try {
            Files.writeString(CLEAR, "5");
            return new PeakMemory(true);
        } catch (IOException e) {
            LOG.debug("the peak of memory cannot be set back", e);
            return new PeakMemory(false);
        }
    }

    /** Returns the most memory held since then, in bytes. */
    OptionalLong bytes() throws IOException {
        if (!known) {
            return OptionalLong.empty();
        }
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith(FIELD))
                .mapToLong(line -> KIB * Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst();
    }
}
