package io.github.sasblock.examples.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sasblock.examples.tokens.TokenSequence;
import io.github.sasblock.examples.tokens.Tokenizer;
import io.github.sasblock.examples.tokens.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A corpus that is many times larger than the heap in which it is prepared, and has more bytes than
 * an int counts. It takes four times its size on the disk of {@code java.io.tmpdir}; {@code
 * -Dcorpus.bytes} sets the size. What is printed tells the speed.
 */
@Tag("slow")
class LargeCorpusTest {

    private static final long BYTES = Long.getLong("corpus.bytes", 5_000_000_000L);
    private static final String HEAP = "-Xmx512m";
    private static final int LAST_TOKENS = 16;

    @TempDir private static Path folder;
    private static Path corpus;
    private static long textBytes;

    @BeforeAll
    static void writeCorpus() throws IOException {
        corpus = folder.resolve("corpus.jsonl.zst");
        textBytes = LargeCorpus.write(corpus, BYTES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes", "gpt2"})
    void isPreparedInAHeapOf512Mebibytes(String tokenizerName) throws Exception {
        Path cache = folder.resolve(tokenizerName);
        Path out = folder.resolve("out.txt");
        int exitCode = prepare(tokenizerName, cache, out).waitFor();
        String printed = Files.readString(out);
        System.out.println(printed);
        assertThat(exitCode).as(printed).isZero();
        try (Tokenizer tokenizer = Tokenizers.of(tokenizerName);
                TokenSequence tokens = TokenSequence.open(trainingFolder(cache), tokenizer)) {
            assertThat(tokens.textBytes()).isEqualTo(textBytes);
            assertThat(decodedEnd(tokens, tokenizer)).endsWith("THE END\n");
        }
        deleteTree(cache);
    }

    private static Process prepare(String tokenizer, Path cache, Path out) throws IOException {
        Path validation = Files.writeString(folder.resolve("validation.txt"), "Scored.");
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        HEAP,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Sas.class.getName(),
                        "prepare",
                        "--data=" + corpus,
                        "--validation=" + validation,
                        "--tokenizer=" + tokenizer,
                        "--cache-dir=" + cache)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
    }

    /** Validation text has a folder beside it. */
    private static Path trainingFolder(Path cache) throws IOException {
        try (Stream<Path> files = Files.walk(cache)) {
            for (Path index : files.filter(file -> file.endsWith("index.json")).toList()) {
                if (Files.readString(index, UTF_8).contains(corpus.getFileName().toString())) {
                    return index.getParent();
                }
            }
        }
        throw new AssertionError("no tokens of " + corpus + " in " + cache);
    }

    private static String decodedEnd(TokenSequence tokens, Tokenizer tokenizer) {
        int[] last = new int[LAST_TOKENS];
        tokens.read(tokens.size() - LAST_TOKENS, last);
        return tokenizer.decode(last);
    }

    private static void deleteTree(Path tree) throws IOException {
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
