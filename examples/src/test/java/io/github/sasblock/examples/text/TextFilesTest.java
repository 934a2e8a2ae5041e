package io.github.sasblock.examples.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextFilesTest {

    @TempDir Path folder;

    @Test
    void readsATextFileAsOneDocumentWithItsLineEnds() throws IOException {
        Path file = write("a.txt", "one\r\ntwo\n\nthree é 😀");
        assertThat(documents(file))
                .containsExactly(new Document("one\r\ntwo\n\nthree é 😀", file.toString()));
    }

    @Test
    void skipsAByteOrderMark() throws IOException {
        assertThat(texts(write("a.txt", "\uFEFFone"))).containsExactly("one");
        assertThat(texts(write("a.jsonl", "\uFEFF{\"text\": \"one\"}"))).containsExactly("one");
    }

    @Test
    void keepsAReplacementCharacterThatStandsInTheText() throws IOException {
        assertThat(texts(write("a.txt", "one \uFFFD two"))).containsExactly("one \uFFFD two");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "A.JSONL"})
    void readsJsonLines(String name) throws IOException {
        Path file =
                write(
                        name,
                        "{\"text\": \"a\\r\\nb\", \"meta\": {\"pile_set_name\": \"ArXiv\"}}\r\n"
                                + "\n  \n"
                                + "{\"meta\": [{\"text\": 1}], \"text\": \"\\u00e9😀\"}\n"
                                + "{\"text\": \"\"}");
        assertThat(documents(file))
                .containsExactly(
                        new Document("a\r\nb", file + ":1"),
                        new Document("é😀", file + ":4"),
                        new Document("", file + ":5"));
    }

    @Test
    void readsConcatenatedCompressedFiles() throws IOException {
        byte[] first = "{\"text\": \"a\"}\n".getBytes(UTF_8);
        byte[] second = "{\"text\": \"b\"}\n".getBytes(UTF_8);
        for (String name : List.of("a.jsonl.gz", "a.jsonl.zst")) {
            Path file = folder.resolve(name);
            Files.write(file, concatenate(compress(name, first), compress(name, second)));
            assertThat(texts(file)).containsExactly("a", "b");
        }
    }

    @Test
    void readsALineLongerThanItsBuffers() throws IOException {
        String text = "0123456789".repeat(2_500_000);
        Path file = write("a.jsonl", "{\"text\": \"x\"}\n{\"text\": \"" + text + "\"}\n");
        assertThat(texts(file)).containsExactly("x", text);
    }

    @Test
    @Tag("slow")
    void readsATextBeyondTwoGibibytesInPartsThatAreOneDocument() throws IOException {
        long hole = 1L << 31;
        Path file = folder.resolve("big.txt");
        try (FileChannel out =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.SPARSE)) {
            out.write(ByteBuffer.wrap("far away".getBytes(UTF_8)), hole);
        }
        long[] characters = {0};
        List<Boolean> continues = new ArrayList<>();
        String[] last = {""};
        TextFiles.of(file)
                .forEach(
                        document -> {
                            characters[0] += document.text().length();
                            continues.add(document.continues());
                            last[0] = document.text();
                        });
        assertThat(characters[0]).isEqualTo(hole + 8);
        assertThat(last[0]).endsWith("far away");
        assertThat(continues).endsWith(true, false);
        assertThat(continues.subList(0, continues.size() - 1)).containsOnly(true);
    }

    @Test
    void readsAFolderSortedWithTheFoldersInItAndWithoutHiddenFiles() throws IOException {
        Files.createDirectories(folder.resolve("data/b/.cache"));
        write("data/c.txt", "c");
        write("data/b.txt", "b.txt");
        write("data/b/z.jsonl", "{\"text\": \"b/z\"}");
        write("data/b/readme.md", "not text");
        write("data/b/.cache/x.txt", "hidden");
        write("data/.a.txt", "hidden");
        assertThat(texts(folder.resolve("data"))).containsExactly("b/z", "b.txt", "c");
    }

    @Test
    void readsSeveralPathsInTheOrderGiven() throws IOException {
        Path b = write("b.txt", "b");
        Path a = write("a.txt", "a");
        assertThat(TextFiles.of(b, a).files()).containsExactly(b, a);
        assertThat(TextFiles.of(b, a).describe()).isEqualTo(b + " and 1 more");
    }

    @Test
    void tellsHowManyStoredBytesItHasRead() throws IOException {
        Path a = write("a.jsonl.zst", "{\"text\": \"a\"}");
        Path b = write("b.txt", "b");
        TextFiles source = TextFiles.of(a, b);
        List<Long> read = new ArrayList<>();
        source.forEach(document -> {}, read::add);
        assertThat(source.approximateBytes()).isEqualTo(Files.size(a) + 1);
        assertThat(read).isSorted().last().isEqualTo(Files.size(a) + 1);
    }

    @Test
    void hasAFingerprintThatChangesWithNameSizeAndTime() throws IOException {
        Path a = write("a.txt", "text");
        Path b = write("b.txt", "text");
        FileTime time = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));
        Files.setLastModifiedTime(a, time);
        Files.setLastModifiedTime(b, time);
        String before = TextFiles.of(a).fingerprint();
        assertThat(TextFiles.of(a).fingerprint()).isEqualTo(before);
        assertThat(TextFiles.of(b).fingerprint()).isNotEqualTo(before);
        Files.setLastModifiedTime(a, FileTime.from(time.toInstant().plusMillis(1)));
        assertThat(TextFiles.of(a).fingerprint()).isNotEqualTo(before);
        write("a.txt", "longer text");
        Files.setLastModifiedTime(a, time);
        assertThat(TextFiles.of(a).fingerprint()).isNotEqualTo(before);
    }

    @Test
    void namesAMissingFileAndTheNearestOne() throws IOException {
        write("books.jsonl", "{\"text\": \"a\"}");
        Path missing = folder.resolve("book.jsonl");
        assertProblem(missing)
                .hasMessage(
                        missing
                                + ": there is no such file; did you mean "
                                + folder.resolve("books.jsonl")
                                + "?");
    }

    @Test
    void refusesAnEmptyFile() throws IOException {
        Path file = write("a.txt", "");
        assertProblem(file).hasMessage(file + ": the file is empty");
    }

    @Test
    void refusesAFileThatMayNotBeRead() throws IOException {
        Path file = write("a.txt", "text");
        assumeFalse(
                !file.toFile().setReadable(false) || Files.isReadable(file),
                "this user may read every file");
        assertProblem(file).hasMessage(file + ": cannot be read: permission denied");
    }

    @Test
    void refusesAFileThatVanished() throws IOException {
        Path file = write("a.txt", "text");
        TextFiles source = TextFiles.of(file);
        Files.delete(file);
        assertThatThrownBy(() -> source.forEach(document -> {}))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(file + ": there is no such file");
    }

    @Test
    void namesTheKnownEndings() throws IOException {
        Path file = write("a.md", "text");
        assertProblem(file)
                .hasMessage(
                        file
                                + ": unknown ending; expected one of .txt, .txt.gz, .txt.zst,"
                                + " .jsonl, .jsonl.gz, .jsonl.zst, .tar, .tar.gz, .tgz, .tar.zst,"
                                + " .zip, .parquet, .tokens");
    }

    @Test
    void refusesAFolderWithoutKnownFiles() throws IOException {
        write("a.md", "text");
        assertProblem(folder)
                .hasMessageStartingWith(
                        folder + ": there is no file whose name ends in one of .txt, ");
    }

    @Test
    void refusesNoPathAtAll() {
        assertProblem().hasMessageContaining("no text file is given");
    }

    @Test
    void namesLineAndColumnOfBrokenJson() throws IOException {
        Path file = write("a.jsonl", "{\"text\": \"a\"}\n\n{\"text\": \"b\", x}\n");
        assertProblem(file)
                .hasMessageStartingWith(file + ":3: not valid JSON at column 15: Unexpected")
                .hasMessageNotContaining("\n");
    }

    @Test
    void refusesALineCutOffInItsMiddle() throws IOException {
        Path file = write("a.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b");
        assertProblem(file).hasMessageStartingWith(file + ":2: not valid JSON at column 12: ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'meta': {'text': 'x'}}|the field \"text\" is missing",
                "{'text': 3}|the field \"text\" must be a string, found 3",
                "{'text': null}|the field \"text\" must be a string, found null",
                "{'text': ['a']}|the field \"text\" must be a string, found an array",
                "['text']|expected a JSON object with a field \"text\", found an array",
                "{'text': 'a'} {}|expected one JSON object a line, found an object after it",
                "{'text': 'a\\ud800b'}|the field \"text\" has an unpaired surrogate (\\ud800) at"
                        + " its character 2, which is not valid Unicode",
            },
            quoteCharacter = '`')
    void namesTheLineOfAnObjectThatIsNoDocument(String json, String message) throws IOException {
        Path file = write("a.jsonl", "{\"text\": \"a\"}\n" + json.replace('\'', '"') + "\n");
        assertProblem(file).hasMessage(file + ":2: " + message);
    }

    @Test
    void namesLineAndByteOfMalformedUtf8() throws IOException {
        Path json = folder.resolve("a.jsonl.gz");
        byte[] line = "\uFEFF{\"text\": \"é\"}\n{\"text\": \"é?\"}\n".getBytes(UTF_8);
        int at = line.length - 4;
        line[at] = (byte) 0xC3;
        Files.write(json, compress("a.jsonl.gz", line));
        assertProblem(json)
                .hasMessage(
                        json
                                + ":2: not UTF-8: byte 0xC3 at byte "
                                + at
                                + " of the text; expected UTF-8");

        Path text = folder.resolve("a.txt");
        Files.write(text, new byte[] {'a', '\n', (byte) 0xE9, 't', 'e'});
        assertProblem(text)
                .hasMessage(
                        text + ":2: not UTF-8: byte 0xE9 at byte 2 of the text; expected UTF-8");
    }

    @Test
    void refusesATextThatEndsWithinACharacter() throws IOException {
        Path file = folder.resolve("a.txt");
        Files.write(file, Arrays.copyOf("aé".getBytes(UTF_8), 2));
        assertProblem(file).hasMessageContaining(":1: not UTF-8: byte 0xC3 at byte 1");
    }

    @ParameterizedTest
    @CsvSource({"a.jsonl.gz, 0.5", "a.jsonl.zst, 0.5", "a.jsonl.gz, 0", "a.jsonl.zst, 0"})
    void tellsWhenCompressedDataIsCutOff(String name, double part) throws IOException {
        Path file = write(name, randomLines(2000));
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, 3 + (int) (part * whole.length)));
        assertProblem(file)
                .hasMessage(
                        file
                                + ": ends in the middle of its compressed data; it was probably"
                                + " cut off");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.jsonl.gz", "a.jsonl.zst"})
    void tellsWhenCompressedDataIsDamaged(String name) throws IOException {
        Path file = write(name, randomLines(2000));
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, 12, 60, (byte) -1);
        Files.write(file, bytes);
        assertProblem(file).hasMessageStartingWith(file + ": the compressed data is damaged: ");
    }

    @ParameterizedTest
    @CsvSource({
        "a.txt, gzip, plain text, a.jsonl.gz",
        "a.txt, zstd, plain text, a.jsonl.zst",
        "a.jsonl.gz, text, gzip, a.jsonl",
        "a.jsonl.zst, gzip, zstd, a.txt.gz",
        "a.parquet, text, Parquet, a.txt",
        "a.zip, gzip, a zip archive, a.jsonl.gz",
    })
    void refusesAWrongEnding(String name, String found, String named, String actual)
            throws IOException {
        Path file = folder.resolve(name);
        Files.move(write(actual, randomLines(20)), file);
        assertProblem(file)
                .hasMessage(
                        "%s: by its name it is %s, by its first bytes %s; rename it by what it is,"
                                + " or replace it if it is damaged",
                        file, named.equals("plain text") ? "text" : named, found);
    }

    @Test
    void refusesAZstdWindowOfMoreThan128Mebibytes() throws IOException {
        // A frame whose header asks for a window of 2^(10 + 18) bytes (RFC 8878, section 3.1.1.1).
        byte[] frame = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 0x00, (byte) (18 << 3), 1, 0, 0};
        Path file = folder.resolve("a.jsonl.zst");
        Files.write(file, frame);
        assertProblem(file).hasMessageContaining("a zstd window of more than 128 MiB");
    }

    @ParameterizedTest
    @CsvSource({"a.txt, ' '", "a.jsonl, '{\"text\": \"\"}'", "a.jsonl.zst, ''"})
    void refusesAFileWithoutAnyText(String name, String content) throws IOException {
        Path file = write(name, content);
        assertProblem(file).hasMessage(file + ": has no document with text");
    }

    @Test
    void doesNotTakeAFailureOfTheConsumerForOneOfTheFile() throws IOException {
        IOException full = new IOException("no space left");
        TextFiles source = TextFiles.of(write("a.jsonl", "{\"text\": \"a\"}"));
        assertThatThrownBy(
                        () ->
                                source.forEach(
                                        document -> {
                                            throw full;
                                        }))
                .isSameAs(full);
    }

    private AbstractThrowableAssert<?, ?> assertProblem(Path... paths) {
        return assertThatThrownBy(() -> TextFiles.of(paths).forEach(document -> {}))
                .isInstanceOf(InvalidInputException.class);
    }

    private static List<Document> documents(Path... paths) throws IOException {
        List<Document> documents = new ArrayList<>();
        TextFiles.of(paths).forEach(documents::add);
        return documents;
    }

    private static List<String> texts(Path... paths) throws IOException {
        return documents(paths).stream().map(Document::text).toList();
    }

    private Path write(String name, String content) throws IOException {
        return Files.write(folder.resolve(name), compress(name, content.getBytes(UTF_8)));
    }

    private static byte[] compress(String name, byte[] content) throws IOException {
        if (!name.endsWith(".gz") && !name.endsWith(".zst")) {
            return content;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out =
                name.endsWith(".gz")
                        ? new GZIPOutputStream(bytes)
                        : new ZstdOutputStreamNoFinalizer(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private static byte[] concatenate(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static String randomLines(int count) {
        Random random = new Random(1);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            lines.append("{\"text\": \"").append(random.nextLong()).append("\"}\n");
        }
        return lines.toString();
    }
}
