package io.github.sasblock.examples.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Configuration files that are not what they should be, by chance and by intent. */
class ConfigFuzzTest {

    private static final List<String> VALID =
            List.of(
                    """
                    # a run
                    preset: tiny
                    attention: sas
                    heads: 4
                    simulated-heads: 12
                    kernel-size: 3
                    learning-rate: 2.4e-3
                    tied-embedding: true
                    data: [builtin:books]
                    steps: 1_000
                    batch: 16
                    out: "runs/a"
                    """,
                    """
                    {"preset": "small", "attention": "gqa", "kv-heads": 2, "data": ["a.txt", "b"],
                     "validation": ["c"], "tokenizer": "bytes", "warmup": 10, "clip": 1.0,
                     "seed": 7, "tensorboard": false, "dropout": 0.1, "layers": 3}
                    """);

    private static final List<String> PIECES =
            List.of(
                    "&a ",
                    "*a ",
                    "<<: *a\n",
                    "!!java.net.URL ",
                    "!!binary ",
                    "!<tag:x> ",
                    "[[[[[[[[[[",
                    "{{{{{{{{{{",
                    "? ",
                    ": ",
                    "- ",
                    "|2\n",
                    ">\n",
                    "\t",
                    "---\n",
                    "...\n",
                    "%YAML 9.9\n",
                    "\"\\0\"",
                    "\"\\ud800\"",
                    "~",
                    "null",
                    ".nan",
                    "-.inf",
                    "-1",
                    "0",
                    "2147483647",
                    "2147483648",
                    "9223372036854775807",
                    "9223372036854775808",
                    "1e400",
                    "1e-999999999",
                    "0x7fffffff",
                    "190:20:30",
                    "2026-01-01",
                    "a: b\n",
                    "heads: 2147483647\n",
                    "embedding-size: 2147483647\n",
                    "\u0000",
                    "\ufeff",
                    "\u2028");

    private static final long MOST_BYTES = 64L << 20;
    private static final long MOST_NANOS = 5_000_000_000L;

    @TempDir private Path folder;

    @Test
    void mutatedFilesAreReadOrRefused() throws IOException {
        readOrRefuseMutants(3_000, new Random(20_250_710));
    }

    @Test
    @Tag("slow")
    void aHundredThousandMutatedFilesAreReadOrRefused() throws IOException {
        readOrRefuseMutants(100_000, new Random(1));
    }

    private void readOrRefuseMutants(int mutants, Random random) throws IOException {
        Path file = folder.resolve("config.yaml");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (String valid : VALID) {
            assertThat(isRead(file, valid.getBytes(UTF_8))).isTrue();
        }
        int accepted = 0;
        for (int i = 0; i < mutants; i++) {
            byte[] mutant = mutate(VALID.get(i % VALID.size()).getBytes(UTF_8), random);
            long bytes = threads.getCurrentThreadAllocatedBytes();
            long nanos = threads.getCurrentThreadCpuTime();
            accepted += isRead(file, mutant) ? 1 : 0;
            assertThat(threads.getCurrentThreadAllocatedBytes() - bytes)
                    .as("bytes allocated for mutant %d", i)
                    .isLessThan(MOST_BYTES);
            assertThat(threads.getCurrentThreadCpuTime() - nanos)
                    .as("nanoseconds for mutant %d", i)
                    .isLessThan(MOST_NANOS);
        }
        assertThat(accepted).isBetween(mutants / 100, mutants / 2);
    }

    /** Any other exception than the program's own fails the test, with the text that caused it. */
    private static boolean isRead(Path file, byte[] content) throws IOException {
        overwrite(file, content);
        try {
            RunConfig.read(Map.of(), file);
            return true;
        } catch (InvalidInputException e) {
            assertThat(e.getMessage()).isNotBlank();
            return false;
        } catch (RuntimeException | StackOverflowError e) {
            throw new AssertionError("for this file:\n" + new String(content, UTF_8), e);
        }
    }

    private static void overwrite(Path file, byte[] content) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(content), 0);
            channel.truncate(content.length);
        }
    }

    private static byte[] mutate(byte[] valid, Random random) {
        byte[] bytes = valid;
        int mutations = 1 + random.nextInt(3);
        for (int i = 0; i < mutations && bytes.length > 0; i++) {
            int at = random.nextInt(bytes.length);
            int end = Math.min(bytes.length, at + random.nextInt(6));
            String piece = PIECES.get(random.nextInt(PIECES.size()));
            bytes =
                    switch (random.nextInt(5)) {
                        case 0 -> splice(bytes, at, at + 1, flipped(bytes[at], random));
                        case 1 -> Arrays.copyOf(bytes, at);
                        case 2 -> splice(bytes, at, end, new byte[0]);
                        case 3 -> splice(bytes, at, end, piece.getBytes(UTF_8));
                        default -> splice(bytes, at, at, piece.getBytes(UTF_8));
                    };
        }
        return bytes;
    }

    private static byte[] flipped(byte value, Random random) {
        return new byte[] {(byte) (value ^ 1 << random.nextInt(8))};
    }

    private static byte[] splice(byte[] bytes, int begin, int end, byte[] piece) {
        return ByteBuffer.allocate(bytes.length - (end - begin) + piece.length)
                .put(bytes, 0, begin)
                .put(piece)
                .put(bytes, end, bytes.length - end)
                .array();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "steps: !!javax.script.ScriptEngineManager [!!java.net.URL [\"http://x.invalid\"]]",
                "steps: !!java.io.FileOutputStream [made, false]",
                "steps: {a: 1}",
                "out: \"a\\0b\"",
                "cache-dir: \"a\\0b\"",
                "heads: 2147483647",
                "head-size: 2147483647",
                "embedding-size: 2147483647",
                "steps: 1\nsteps: {b: [c]}",
                "- steps",
                ""
            })
    void whatIsNotPlainDataIsRefused(String yaml) throws IOException {
        assertThat(isRead(folder.resolve("config.yaml"), yaml.getBytes(UTF_8))).isFalse();
        assertThat(folder.resolve("made")).doesNotExist();
    }

    @Test
    void aliasesThatMultiplyAreRefusedInLittleMemory() throws IOException {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 30; i++) {
            String alias = "*a" + (i - 1);
            bomb.append("a").append(i).append(": &a").append(i).append(" [");
            bomb.append(String.join(", ", Collections.nCopies(10, alias))).append("]\n");
        }
        assertThat(isRead(folder.resolve("config.yaml"), bomb.toString().getBytes(UTF_8)))
                .isFalse();
    }

    @Test
    void aDeepNestIsRefusedWithoutOverflow() throws IOException {
        Path file = folder.resolve("config.yaml");
        overwrite(file, ("steps: " + "[".repeat(100_000)).getBytes(UTF_8));
        assertThatThrownBy(() -> RunConfig.read(Map.of(), file))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("not valid YAML");
    }
}
