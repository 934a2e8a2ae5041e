package io.github.sasblock.examples.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.sasblock.examples.fuzz.Fuzzing;
import io.github.sasblock.examples.fuzz.Mutations;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damaged texts and archives, few in every build and many where there is time. */
@Timeout(3600)
class TextFuzzTest {

    private static final int FEW = 3000;
    private static final int MANY = 100_000;
    private static final ArchiveLimits LIMITS = new ArchiveLimits(1000, 1 << 20, 1 << 22);

    @TempDir Path folder;

    @Test
    void refusesDamagedJsonLines() {
        fuzzJsonLines(1, FEW);
    }

    @Test
    @Tag("slow")
    void refusesVeryManyDamagedJsonLines() {
        fuzzJsonLines(2, MANY);
    }

    @Test
    void refusesDamagedTar() throws IOException {
        fuzzTar(3, FEW);
    }

    @Test
    @Tag("slow")
    void refusesVeryManyDamagedTars() throws IOException {
        fuzzTar(4, MANY);
    }

    @Test
    void refusesDamagedZip() throws IOException {
        fuzzZip(5, FEW);
    }

    @Test
    @Tag("slow")
    void refusesVeryManyDamagedZips() throws IOException {
        fuzzZip(6, MANY);
    }

    @Test
    void refusesDamagedParquet() throws IOException {
        fuzzParquet(7, FEW / 10);
    }

    @Test
    @Tag("slow")
    void refusesVeryManyDamagedParquetFiles() throws IOException {
        fuzzParquet(8, MANY);
    }

    private static void fuzzJsonLines(long seed, int count) {
        byte[] simple = "{\"text\": \"a\\u00e9 b\"}\n\r\n{\"text\": \"😀\"}\n".getBytes(UTF_8);
        byte[] nested =
                ("{\"meta\": {\"a\": [1, -2.5e10, true, null, {\"text\": \"x\"}]}, \"text\":"
                                + " \"one\", \"n\": 12345678901234567890}\n")
                        .repeat(3)
                        .getBytes(UTF_8);
        byte[] deep = ("[".repeat(1200) + "\n{\"text\": \"a\"}").getBytes(UTF_8);
        Fuzzing.run(
                new Mutations(seed, simple, nested, deep),
                count,
                bytes ->
                        new JsonLines("a.jsonl", new ByteArrayInputStream(bytes), "text")
                                .forEach(document -> {}));
    }

    private static void fuzzTar(long seed, int count) throws IOException {
        byte[] simple = Archives.tar("a.txt", "one", "b/c.jsonl", "{\"text\": \"two\"}\n");
        byte[] longName = Archives.tar("x/".repeat(100) + "a.txt", "text", "é".repeat(80), "t");
        byte[] link = Archives.tarOf("a.txt", TarConstants.LF_SYMLINK);
        byte[] sparse = Archives.tarOf("a.txt", TarConstants.LF_GNUTYPE_SPARSE);
        Fuzzing.run(
                new Mutations(seed, simple, longName, link, sparse),
                count,
                bytes ->
                        new TarTexts(texts("a.tar"), new ByteArrayInputStream(bytes))
                                .forEach(document -> {}));
    }

    private void fuzzZip(long seed, int count) throws IOException {
        byte[] simple =
                Archives.zip("a.txt", "one".repeat(30), "b/c.jsonl", "{\"text\": \"two\"}\n");
        byte[] link = Archives.zipOf("a.txt", 0120777);
        Path file = folder.resolve("a.zip");
        Fuzzing.run(
                new Mutations(seed, simple, link),
                count,
                bytes -> {
                    Files.write(file, bytes);
                    new ZipTexts(file, texts("a.zip"), read -> {}).forEach(document -> {});
                });
    }

    private void fuzzParquet(long seed, int count) throws IOException {
        Path file = folder.resolve("a.parquet");
        byte[] valid = Files.readAllBytes(ParquetFiles.write(file, "one", null, "two".repeat(50)));
        Fuzzing.run(
                new Mutations(seed, valid),
                count,
                Long.MAX_VALUE, // the library takes what a page says that it needs
                bytes -> {
                    Files.write(file, bytes);
                    new ParquetTexts(file, "text", read -> {}).forEach(document -> {});
                });
    }

    private static ArchiveTexts texts(String name) {
        return new ArchiveTexts(name, LIMITS, "text", ReadingListener.NONE);
    }
}
