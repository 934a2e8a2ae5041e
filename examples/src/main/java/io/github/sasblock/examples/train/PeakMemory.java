package io.github.sasblock.examples.train;

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
public final class PeakMemory {

    private static final Logger LOG = LoggerFactory.getLogger(PeakMemory.class);
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String FIELD = "VmHWM:";
    private static final long KIB = 1024;

    private final boolean known;

    private PeakMemory(boolean known) {
        this.known = known;
    }

    /**
     * Begins to measure.
     *
     * @return the measurement
     */
    public static PeakMemory sinceNow() {
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

    /**
     * Returns the most memory held since then.
     *
     * @return bytes, where they are known
     * @throws IOException if the system does not tell
     */
    public OptionalLong bytes() throws IOException {
        return known ? read() : OptionalLong.empty();
    }

    /** Returns the most memory that the process has held, since its start unless set back. */
    static OptionalLong ofProcess() {
        try {
            return Files.isReadable(STATUS) ? read() : OptionalLong.empty();
        } catch (IOException e) {
            LOG.debug("the peak of memory cannot be read", e);
            return OptionalLong.empty();
        }
    }

    private static OptionalLong read() throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith(FIELD))
                .mapToLong(line -> KIB * Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst();
    }
}
