package io.github.sasblock.examples.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sasblock.examples.progress.Progress;
import io.github.sasblock.examples.storage.Storage;
import io.github.sasblock.examples.text.Document;
import io.github.sasblock.examples.text.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that prepare tokens, killed at any moment. */
@Timeout(7200)
class PreparationKillTest {

    /** Prepares the same text in every process. */
    static final class Preparer {

        private static final int DOCUMENTS = 400;
        private static final int SHARD_TOKENS = 1 << 18;
        private static final int THREADS = 2;

        private Preparer() {}

        public static void main(String[] arguments) throws IOException {
            Preparation preparation =
                    TokenShards.prepare(
                            new FixedText("killed", documents()),
                            new ByteTokenizer(),
                            Path.of(arguments[0]),
                            new PreparationOptions(true, true, 0.1),
                            Progress.NONE,
                            SHARD_TOKENS,
                            THREADS);
            System.out.println(preparation.continued());
        }

        /** About 20 MB; some documents are empty, some equal to another, some long. */
        private static List<Document> documents() {
            return IntStream.range(0, DOCUMENTS)
                    .mapToObj(i -> new Document(text(i % 350), "document " + i))
                    .toList();
        }

        private static String text(int number) {
            SplittableRandom random = new SplittableRandom(number);
            return ("document " + number + "\n").repeat(random.nextInt(1 << random.nextInt(17)));
        }
    }

    @TempDir private Path folder;

    @Test
    void whatKilledPreparationsLeaveIsFinishedAsIfNoneHadBeenKilled() throws Exception {
        killAndFinish(5);
    }

    @Test
    @Tag("slow")
    void whatAHundredKilledPreparationsLeaveIsFinishedAsIfNoneHadBeenKilled() throws Exception {
        killAndFinish(100);
    }

    private void killAndFinish(int kills) throws Exception {
        Path whole = folder.resolve("whole");
        long start = System.nanoTime();
        assertThat(finish(start(whole))).as("files of an earlier preparation").isZero();
        long millis = (System.nanoTime() - start) / 1_000_000;
        Path killed = folder.resolve("killed");
        SplittableRandom random = new SplittableRandom(kills);
        for (int i = 0; i < kills; i++) {
            Process process = start(killed);
            Thread.sleep(random.nextLong(millis));
            process.destroyForcibly().waitFor();
            if (Files.exists(killed.resolve(ShardIndex.FILE))) {
                TokenSequence.open(killed, new ByteTokenizer()).close();
                Storage.disk().deleteTree(killed); // complete: the next one begins anew
            }
        }
        finish(start(killed));
        assertThat(files(killed)).isEqualTo(files(whole));
    }

    private static Process start(Path tokens) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Preparer.class.getName(),
                        tokens.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Returns how many finished files the process found. */
    private static int finish(Process process) throws Exception {
        String printed = new String(process.getInputStream().readAllBytes()).strip();
        assertThat(process.waitFor()).isZero();
        return Integer.parseInt(printed);
    }

    private static Map<String, String> files(Path where) throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(where)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                String content = bytes.length + " bytes of SHA-256 " + Sha256.hex(bytes);
                found.put(where.relativize(file).toString(), content);
            }
        }
        return found;
    }
}
