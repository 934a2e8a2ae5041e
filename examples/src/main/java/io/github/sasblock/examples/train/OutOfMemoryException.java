package io.github.sasblock.examples.train;

import ai.djl.engine.EngineException;
import java.util.Locale;
import java.util.OptionalLong;

/** Memory did not suffice for a step: that of the Java heap, or that of the engine. */
public final class OutOfMemoryException extends TrainingStoppedException {

    private static final long serialVersionUID = 1L;
    private static final double GB = 1e9;

    private OutOfMemoryException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * Tells whether something was thrown because memory ended.
     *
     * @param thrown what was thrown
     * @return whether it is the Java heap's error, or the engine's in its words
     */
    static boolean isLackOfMemory(Throwable thrown) {
        if (thrown instanceof OutOfMemoryError) {
            return true;
        }
        if (!(thrown instanceof EngineException)) {
            return false;
        }
        String message = String.valueOf(thrown.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("out of memory")
                || message.contains("can't allocate memory")
                || message.contains("cannot allocate memory")
                || message.contains("not enough memory");
    }

    /**
     * Tells of the end of memory.
     *
     * @param when what was being done, such as {@code in step 3}
     * @param sizes what was in memory, such as {@code 8 windows of 1024 tokens at once}
     * @param microBatch how many windows were in memory at once
     * @param cause what was thrown
     * @return the exception
     */
    static OutOfMemoryException of(String when, String sizes, int microBatch, Throwable cause) {
        boolean heap = cause instanceof OutOfMemoryError;
        return new OutOfMemoryException(
                "out of memory "
                        + when
                        + ": "
                        + (heap ? heapPeak() : nativePeak())
                        + ", with "
                        + sizes
                        + "; "
                        + advice(heap, microBatch),
                cause);
    }

    private static String heapPeak() {
        double most = Runtime.getRuntime().maxMemory() / GB;
        return String.format(Locale.ROOT, "the Java heap of at most %.2f GB is full", most);
    }

    private static String nativePeak() {
        OptionalLong peak = PeakMemory.ofProcess();
        String held =
                peak.isEmpty()
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                " (the process held %.2f GB at its peak)",
                                peak.getAsLong() / GB);
        return "the engine got no more" + held;
    }

    private static String advice(boolean heap, int microBatch) {
        String smaller =
                microBatch > 1
                        ? "lower --micro-batch, now " + microBatch + ", or set it to auto"
                        : "set --recompute true, or lower --context";
        return heap ? smaller + ", or raise -Xmx by SAS_JAVA_OPTS" : smaller;
    }
}
