package io.github.sasblock.examples.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives of texts, and archives that attack whoever reads them. */
class ArchiveTextsTest {

    private static final String[] TEXTS = {
        "books/a.epub.txt", "one",
        "books/b.jsonl", "{\"text\": \"two\"}\n{\"text\": \"three\"}\n",
        "books/cover.jpg", "not text",
        "books/.hidden.txt", "hidden",
        "inner.zip", "not read",
        "z/é.txt", "four"
    };

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"a.tar", "a.tar.gz", "a.tgz", "a.tar.zst", "a.zip"})
    void readsTheTextsOfAnArchiveInItsOrder(String name) throws IOException {
        Path file = write(name, TEXTS);
        List<Document> documents = new ArrayList<>();
        Map<String, String> skipped = new TreeMap<>();
        List<Long> progress = new ArrayList<>();
        TextFiles source = TextFiles.of(file);
        source.forEach(
                documents::add,
                new ReadingListener() {
                    @Override
                    public void bytesRead(long bytes) {
                        progress.add(bytes);
                    }

                    @Override
                    public void skipped(String what, String reason) {
                        skipped.put(what, reason);
                    }
                });
        assertThat(documents)
                .containsExactly(
                        new Document("one", file + "!books/a.epub.txt"),
                        new Document("two", file + "!books/b.jsonl:1"),
                        new Document("three", file + "!books/b.jsonl:2"),
                        new Document("four", file + "!z/é.txt"));
        assertThat(skipped)
                .containsOnly(
                        Map.entry("books/cover.jpg", "unknown ending"),
                        Map.entry("books/.hidden.txt", "hidden"),
                        Map.entry("inner.zip", "an archive in an archive"));
        assertThat(progress).isSorted().last().matches(last -> last <= file.toFile().length());
    }

    @ParameterizedTest
    @CsvSource({
        "../a.txt, leads out of the archive's folder",
        "a/../../b.txt, leads out of the archive's folder",
        "a/.., leads out of the archive's folder",
        "a\\..\\b.txt, leads out of the archive's folder",
        "/etc/a.txt, has an absolute path",
        "\\a.txt, has an absolute path",
        "C:\\a.txt, has an absolute path",
        "c:a.txt, has an absolute path",
    })
    void refusesANameThatLeadsOutside(String name, String why) throws IOException {
        // The library that writes the zip turns backslashes.
        assertRefused(write("a.zip", name, "evil"), name.replace('\\', '/'), why);
        assertRefused(write("a.tar", name, "evil"), name, why);
        assertRefused(write("a.tar.gz", "good.txt", "good", name, "evil"), name, why);
    }

    private void assertRefused(Path file, String name, String why) throws IOException {
        assertProblem(file)
                .hasMessage(
                        file + ": the entry \"" + name + "\" " + why + "; the archive is refused");
        assertNothingElseIsThere(file);
    }

    private void assertNothingElseIsThere(Path file) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
        Files.delete(file);
    }

    @ParameterizedTest
    @CsvSource({
        "LF_SYMLINK, is a link",
        "LF_LINK, is a link",
        "LF_CHR, is a device",
        "LF_BLK, is a device",
        "LF_FIFO, is a named pipe"
    })
    void refusesLinksAndDevicesInTar(String kind, String why) throws Exception {
        byte type = TarConstants.class.getField(kind).getByte(null);
        Path file = Files.write(folder.resolve("a.tar"), Archives.tarOf("a.txt", type));
        assertRefused(file, "a.txt", why);
    }

    @ParameterizedTest
    @CsvSource({"0120777, is a link", "0020644, 'is a device, a pipe or a socket'"})
    void refusesLinksAndDevicesInZip(String mode, String why) throws IOException {
        byte[] zip = Archives.zipOf("a.txt", Integer.parseInt(mode, 8));
        assertRefused(Files.write(folder.resolve("a.zip"), zip), "a.txt", why);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.tar", "a.zip"})
    void refusesMoreEntriesThanTheLimit(String name) throws IOException {
        Path file = write(name, "a.txt", "a", "b.txt", "b", "c.txt", "c");
        assertThatThrownBy(() -> read(file, new ArchiveLimits(2, 100, 100)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("entries")
                .hasMessageEndingWith("the archive is refused");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.tar", "a.zip"})
    void refusesMoreBytesThanTheLimits(String name) throws IOException {
        Path file = write(name, "a.txt", "12345", "b.txt", "123456");
        assertThatThrownBy(() -> read(file, new ArchiveLimits(9, 5, 100)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        file
                                + ": the entry \"b.txt\" is of 6 bytes; the most that are read of"
                                + " an entry are 5; the archive is refused");
        assertThatThrownBy(() -> read(file, new ArchiveLimits(9, 9, 10)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("has more than 10 bytes of text");
    }

    private void read(Path file, ArchiveLimits limits) throws IOException {
        ReadingListener none = ReadingListener.NONE;
        ArchiveTexts texts = new ArchiveTexts(file.toString(), limits, "text", none);
        if (file.toString().endsWith(".zip")) {
            new ZipTexts(file, texts, bytes -> {}).forEach(document -> {});
        } else {
            new TarTexts(texts, Files.newInputStream(file)).forEach(document -> {});
        }
    }

    @Test
    void refusesAMillionEntriesInZipBeforeReadingOne() throws IOException {
        Path file = folder.resolve("a.zip");
        ByteBuffer entry = centralEntry("a.txt", 0, 0, 0, 0);
        int count = 1_000_000;
        int directory = count * entry.remaining();
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(localHeader("a.txt", 0, 0, 0));
            byte[] block = new byte[entry.remaining() * 1000];
            for (int i = 0; i < 1000; i++) {
                System.arraycopy(entry.array(), 0, block, i * entry.remaining(), entry.remaining());
            }
            for (int i = 0; i < count; i += 1000) {
                out.write(block);
            }
            out.write(end64(count, directory, 35, 35L + directory));
        }
        assertProblem(file)
                .hasMessage(
                        file
                                + ": has 1000000 entries; the most that are read are 500000; the"
                                + " archive is refused");
        assertNothingElseIsThere(file);
    }

    @Test
    void refusesAMillionEntriesInTar() throws IOException {
        byte[] header = Arrays.copyOf(Archives.tar("a.txt", ""), 512);
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        for (int i = 0; i < 1000; i++) {
            plain.write(header);
        }
        byte[] thousand = Zstd.compress(plain.toByteArray());
        Path file = folder.resolve("a.tar.zst");
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int i = 0; i < 1000; i++) {
                // The ratio limit would refuse this first; noise keeps it out of the test's way.
                out.write(skippableFrame(8192));
                out.write(thousand);
            }
        }
        assertProblem(file)
                .hasMessage(
                        file
                                + ": has more than 500000 entries, the most that are read; the"
                                + " archive is refused");
        assertNothingElseIsThere(file);
    }

    private static byte[] skippableFrame(int bytes) {
        return ByteBuffer.allocate(8 + bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0x184D2A50)
                .putInt(bytes)
                .array();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.tar.zst", "a.jsonl.zst", "a.txt.zst", "a.tar.gz", "a.txt.gz"})
    void refusesABombOfOneInTenThousandOrAsMuchAsGzipCan(String name) throws IOException {
        byte[] zeros = new byte[18_000_000];
        Path file = folder.resolve(name);
        byte[] content =
                name.contains(".tar") ? Archives.tar("a.txt", "\0".repeat(zeros.length)) : zeros;
        Files.write(file, name.endsWith(".zst") ? Zstd.compress(content) : gzip(content));
        assertThat(Files.size(file)).isLessThan(zeros.length / 900);
        assertProblem(file)
                .hasMessageContaining("decompress to more than 250 times as many")
                .hasMessageStartingWith(file.toString());
        assertNothingElseIsThere(file);
    }

    @Test
    void refusesABombInZip() throws IOException {
        Path file = write("a.zip", "a.txt", "\0".repeat(18_000_000));
        assertProblem(file)
                .hasMessageStartingWith(file + "!a.txt: ")
                .hasMessageContaining("decompress to more than 250 times as many");
        assertNothingElseIsThere(file);
    }

    /** As in D. Fifield, A better zip bomb, 2019: many entries of the same bytes. */
    @Test
    void refusesAZipWhoseEntriesShareTheirBytes() throws IOException {
        int bytes = 1_000_000;
        byte[] kernel = Archives.deflatedZeros(bytes);
        int crc = Archives.crcOfZeros(bytes);
        ByteArrayOutputStream zip = new ByteArrayOutputStream();
        zip.write(localHeader("a.txt", crc, kernel.length, bytes));
        zip.write(kernel);
        int start = zip.size();
        for (int i = 0; i < 100; i++) {
            zip.write(centralEntry("a.txt", crc, kernel.length, bytes, 0).array());
        }
        zip.write(end(100, zip.size() - start, start));
        Path file = Files.write(folder.resolve("a.zip"), zip.toByteArray());
        assertProblem(file).hasMessageContaining("overlaps others");
    }

    @Test
    void refusesAZipThatIsLongerThanItTells() throws IOException {
        byte[] kernel = Archives.deflatedZeros(1000);
        ByteArrayOutputStream zip = new ByteArrayOutputStream();
        zip.write(localHeader("a.txt", 0, kernel.length, 10));
        zip.write(kernel);
        int start = zip.size();
        zip.write(centralEntry("a.txt", 0, kernel.length, 10, 0).array());
        zip.write(end(1, zip.size() - start, start));
        Path file = Files.write(folder.resolve("a.zip"), zip.toByteArray());
        assertProblem(file).hasMessageContaining("is longer than the 10 bytes it tells of");
    }

    @Test
    void refusesAZipWithAWrongChecksum() throws IOException {
        byte[] zip = Archives.zip("a.txt", "The end.");
        byte[] name = "a.txt".getBytes(UTF_8);
        int entry = new String(zip, ISO_8859_1).lastIndexOf("PK\u0001\u0002");
        assertThat(zip[entry + 46]).isEqualTo(name[0]);
        zip[entry + 16] ^= 1;
        Path file = Files.write(folder.resolve("a.zip"), zip);
        assertProblem(file).hasMessageContaining("\"a.txt\" is damaged");
    }

    @Test
    void refusesATarHeaderThatNeverEnds() throws IOException {
        byte[] header =
                Arrays.copyOf(
                        Archives.tarOf("././@LongLink", TarConstants.LF_GNUTYPE_LONGNAME), 512);
        System.arraycopy("00777777777\0".getBytes(UTF_8), 0, header, 124, 12);
        setChecksum(header);
        byte[] tar = Arrays.copyOf(header, 4_000_000);
        Arrays.fill(tar, 512, tar.length, (byte) 'a');
        Path file = Files.write(folder.resolve("a.tar"), tar);
        assertProblem(file).hasMessageContaining("has a header of more than 1048576 bytes");
    }

    private static void setChecksum(byte[] header) {
        Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xFF;
        }
        System.arraycopy(String.format("%06o\0 ", sum).getBytes(UTF_8), 0, header, 148, 8);
    }

    @ParameterizedTest
    @CsvSource({
        "a.tar, 0.5, the archive is damaged or cut off",
        "a.tar.gz, 0.5, it was probably cut off",
        "a.tar.zst, 0.5, it was probably cut off",
        "a.zip, 0.5, no directory at its end; the file is cut off"
    })
    void tellsOfATruncatedArchive(String name, double part, String why) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            text.append(Integer.toHexString(i * 0x9E3779B9)).append('\n');
        }
        Path file = write(name, "a.txt", text.toString());
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, (int) (part * whole.length)));
        assertProblem(file).hasMessageStartingWith(file.toString()).hasMessageContaining(why);
        assertNothingElseIsThere(file);
    }

    @Test
    void tellsOfATarThatEndsBetweenEntries() throws IOException {
        byte[] whole = Archives.tar("a.txt", "x".repeat(512), "b.txt", "y".repeat(512));
        Path file = Files.write(folder.resolve("a.tar"), Arrays.copyOf(whole, 1024));
        assertProblem(file).hasMessageContaining("ends without the mark of an archive's end");
    }

    @Test
    void readsAZipBeyondFourGibibytes() throws IOException {
        Path file = folder.resolve("big.zip");
        byte[] text = "far away".getBytes(UTF_8);
        java.util.zip.CRC32 crc = new java.util.zip.CRC32();
        crc.update(text);
        long offset = 5L << 30; // the file has a hole before it
        byte[] local = localHeader("a.txt", (int) crc.getValue(), text.length, text.length);
        local[8] = 0; // stored
        try (FileChannel out =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.SPARSE)) {
            out.write(ByteBuffer.wrap("PK\u0003\u0004----".getBytes(UTF_8)), 0);
            out.write(ByteBuffer.wrap(local), offset);
            out.write(ByteBuffer.wrap(text), offset + local.length);
            long start = offset + local.length + text.length;
            ByteBuffer entry = farEntry("a.txt", (int) crc.getValue(), text.length, offset);
            int entryBytes = entry.remaining();
            out.write(entry, start);
            out.write(
                    ByteBuffer.wrap(end64(1, entryBytes, start, start + entryBytes)),
                    start + entryBytes);
        }
        List<String> texts = new ArrayList<>();
        TextFiles.of(file).forEach(document -> texts.add(document.text()));
        assertThat(texts).containsExactly("far away");
    }

    @Test
    void readsATarFromStandardInput() throws IOException {
        byte[] tar = gzip(Archives.tar("a.txt", "one", "b.txt", "two"));
        ReadOptions options = new ReadOptions("text", new ByteArrayInputStream(tar));
        List<String> texts = new ArrayList<>();
        TextFiles.of(List.of("-.tar.gz"), options).forEach(d -> texts.add(d.text()));
        assertThat(texts).containsExactly("one", "two");
    }

    @Test
    void showsNamesWithoutControlCharactersAndNotTooLong() {
        assertThat(ArchiveTexts.shown("a\u001B[2Jb\n")).isEqualTo("a\\u001b[2Jb\\u000a");
        assertThat(ArchiveTexts.shown("x".repeat(1000))).hasSize(121).endsWith("…");
    }

    private AbstractThrowableAssert<?, ?> assertProblem(Path file) {
        return assertThatThrownBy(() -> TextFiles.of(file).forEach(document -> {}))
                .isInstanceOf(InvalidInputException.class);
    }

    private Path write(String name, String... namesAndTexts) throws IOException {
        byte[] bytes =
                name.endsWith(".zip") ? Archives.zip(namesAndTexts) : Archives.tar(namesAndTexts);
        if (name.endsWith("gz")) {
            bytes = gzip(bytes);
        } else if (name.endsWith(".zst")) {
            bytes = Zstd.compress(bytes);
        }
        return Files.write(folder.resolve(name), bytes);
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private static byte[] localHeader(String name, int crc, int compressed, int bytes) {
        return little(30 + name.length())
                .putInt(0x04034b50)
                .putShort((short) 20)
                .putShort((short) 0)
                .putShort((short) 8)
                .putInt(0)
                .putInt(crc)
                .putInt(compressed)
                .putInt(bytes)
                .putShort((short) name.length())
                .putShort((short) 0)
                .put(name.getBytes(UTF_8))
                .array();
    }

    private static ByteBuffer centralEntry(
            String name, int crc, int compressed, int bytes, int offset) {
        return entry(name, 8, crc, compressed, bytes, 0, offset).flip();
    }

    private static ByteBuffer entry(
            String name, int method, int crc, int compressed, int bytes, int extra, int offset) {
        return little(46 + name.length() + extra)
                .putInt(0x02014b50)
                .putShort((short) 20)
                .putShort((short) 20)
                .putShort((short) 0)
                .putShort((short) method)
                .putInt(0)
                .putInt(crc)
                .putInt(compressed)
                .putInt(bytes)
                .putShort((short) name.length())
                .putShort((short) extra)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) 0)
                .putInt(0)
                .putInt(offset)
                .put(name.getBytes(UTF_8));
    }

    private static ByteBuffer farEntry(String name, int crc, int bytes, long offset) {
        return entry(name, 0, crc, bytes, bytes, 12, -1)
                .putShort((short) 1)
                .putShort((short) 8)
                .putLong(offset)
                .flip();
    }

    private static byte[] end(int entries, int bytes, int start) {
        return little(22)
                .putInt(0x06054b50)
                .putInt(0)
                .putShort((short) entries)
                .putShort((short) entries)
                .putInt(bytes)
                .putInt(start)
                .putShort((short) 0)
                .array();
    }

    private static byte[] end64(long entries, long bytes, long start, long at) {
        return little(56 + 20 + 22)
                .putInt(0x06064b50)
                .putLong(44)
                .putInt(45 | 45 << 16)
                .putLong(0)
                .putLong(entries)
                .putLong(entries)
                .putLong(bytes)
                .putLong(start)
                .putInt(0x07064b50)
                .putInt(0)
                .putLong(at)
                .putInt(1)
                .putInt(0x06054b50)
                .putInt(0)
                .putInt(-1)
                .putInt(-1)
                .putInt(-1)
                .putShort((short) 0)
                .array();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
