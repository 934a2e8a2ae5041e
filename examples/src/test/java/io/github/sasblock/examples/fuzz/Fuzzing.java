package io.github.sasblock.examples.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.sasblock.examples.problem.InvalidInputException;
import java.lang.management.ManagementFactory;
import java.util.HexFormat;

/**
 * Gives damaged bytes to a parser and holds it to what every parser of untrusted bytes promises.
 */
public final class Fuzzing {

    private static final long ALLOWANCE_BYTES = 64_000_000;
    private static final long LONGEST_NANOS = 5_000_000_000L;
    private static final int SHOWN_BYTES = 4096;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Fuzzing() {}

    /** Reads bytes. */
    @FunctionalInterface
    public interface Parser {

        /**
         * Reads bytes.
         *
         * @param bytes the bytes
         * @throws Exception as the parser does
         */
        void parse(byte[] bytes) throws Exception;
    }

    /**
     * Tries a parser: it reads the bytes or refuses them by {@link InvalidInputException} with a
     * message, ends within seconds of processor time (a machine that is paused is no fault of the
     * parser's), and allocates no more than the bytes and 64 MB. Prints the most that was seen.
     *
     * @param mutations the damaged bytes
     * @param count how many of them
     * @param parser what reads them
     */
    public static void run(Mutations mutations, int count, Parser parser) {
        run(mutations, count, ALLOWANCE_BYTES, parser);
    }

    /**
     * Tries a parser that may allocate more, because a library does the work.
     *
     * @param mutations the damaged bytes
     * @param count how many of them
     * @param allowance how many bytes may be allocated beyond those given
     * @param parser what reads them
     */
    public static void run(Mutations mutations, int count, long allowance, Parser parser) {
        int refused = 0;
        long mostNanos = 0;
        long mostAllocated = 0;
        for (int i = 0; i < count; i++) {
            byte[] bytes = mutations.next();
            long before = THREADS.getCurrentThreadAllocatedBytes();
            long start = THREADS.getCurrentThreadCpuTime();
            refused += refuses(parser, bytes, i) ? 1 : 0;
            long nanos = THREADS.getCurrentThreadCpuTime() - start;
            long allocated = THREADS.getCurrentThreadAllocatedBytes() - before - bytes.length;
            mostNanos = Math.max(mostNanos, nanos);
            mostAllocated = Math.max(mostAllocated, allocated);
            if (nanos > LONGEST_NANOS || allocated > allowance) {
                throw new AssertionError(
                        "mutation "
                                + i
                                + " took "
                                + nanos
                                + " ns and "
                                + allocated
                                + " bytes more than its size: "
                                + shown(bytes));
            }
        }
        System.out.printf(
                "%,d damaged inputs: %,d refused; at most %,d bytes beyond their size and %,d ms%n",
                count, refused, mostAllocated, mostNanos / 1_000_000);
        assertThat(refused).as("a fuzzer that breaks nothing tests nothing").isPositive();
    }

    private static boolean refuses(Parser parser, byte[] bytes, int number) {
        try {
            parser.parse(bytes);
            return false;
        } catch (InvalidInputException e) {
            assertThat(e.getMessage()).isNotBlank();
            return true;
        } catch (Exception | StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError("mutation " + number + ": " + shown(bytes), e);
        }
    }

    private static String shown(byte[] bytes) {
        return HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, SHOWN_BYTES));
    }
}
