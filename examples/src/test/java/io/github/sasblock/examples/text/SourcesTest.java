package io.github.sasblock.examples.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Patterns, standard input, Parquet and WikiText. */
class SourcesTest {

    @TempDir Path folder;

    @Test
    void readsTheFilesOfAPatternInTheOrderOfTheirNames() throws IOException {
        Files.createDirectories(folder.resolve("b/c"));
        for (String name : List.of("z.txt", "a.txt", "a.jpg", "b/c/d.txt", "b/e.txt")) {
            Files.writeString(folder.resolve(name), name);
        }
        assertThat(texts(folder + "/*.txt")).containsExactly("a.txt", "z.txt");
        assertThat(texts(folder + "/**.txt"))
                .containsExactly("a.txt", "b/c/d.txt", "b/e.txt", "z.txt");
        assertThat(texts(folder + "/[az].{txt,md}")).containsExactly("a.txt", "z.txt");
        assertThat(texts(folder + "/b/*/?.txt")).containsExactly("b/c/d.txt");
    }

    @Test
    void tellsOfWhatMatchedAndIsNoText() throws IOException {
        Files.writeString(folder.resolve("a.txt"), "a");
        Files.writeString(folder.resolve("a.jpg"), "a");
        List<String> skipped = new ArrayList<>();
        TextFiles.of(List.of(folder + "/*"), ReadOptions.defaults())
                .forEach(
                        document -> {},
                        new ReadingListener() {
                            @Override
                            public void bytesRead(long bytes) {
                                assertThat(bytes).isEqualTo(1);
                            }

                            @Override
                            public void skipped(String name, String reason) {
                                skipped.add(name + ": " + reason);
                            }
                        });
        assertThat(skipped).containsExactly(folder.resolve("a.jpg") + ": unknown ending");
    }

    @Test
    void refusesAPatternThatNothingMatches() {
        assertProblem(folder + "/*.txt").hasMessage(folder + "/*.txt: no file matches");
        assertProblem(folder + "/none/*.txt")
                .hasMessage(
                        folder
                                + "/none/*.txt: there is no folder "
                                + folder
                                + "/none to look for"
                                + " it in");
        assertProblem(folder + "/{a").hasMessageContaining("is no pattern of files");
    }

    @ParameterizedTest
    @CsvSource({"-, plain", "-.txt, plain", "-.jsonl, json", "-.jsonl.zst, zst"})
    void readsStandardInput(String place, String kind) throws IOException {
        byte[] json = "{\"text\": \"one\"}\n".getBytes(UTF_8);
        byte[] bytes =
                switch (kind) {
                    case "plain" -> "one".getBytes(UTF_8);
                    case "zst" -> Zstd.compress(json);
                    default -> json;
                };
        ReadOptions options = new ReadOptions("text", new ByteArrayInputStream(bytes));
        TextFiles source = TextFiles.of(List.of(place), options);
        List<Document> documents = new ArrayList<>();
        source.forEach(documents::add);
        assertThat(documents).extracting(Document::text).containsExactly("one");
        assertThat(documents.get(0).origin()).startsWith("standard input");
        assertThat(source.approximateBytes()).isEqualTo(-1);
        assertThat(source.fingerprint()).isEqualTo(source.fingerprint());
        assertThat(TextFiles.of(List.of(place), options).fingerprint())
                .isNotEqualTo(source.fingerprint());
    }

    @Test
    void refusesWhatStandardInputCannotGive() {
        assertProblem("-", "-.jsonl")
                .hasMessage("-, -.jsonl: standard input can be read only once");
        assertProblem("-.zip").hasMessageContaining("cannot be read from standard input");
        assertProblem("-.md").hasMessageStartingWith("-.md: unknown ending");
    }

    @Test
    void readsTheFieldThatIsAskedFor() throws IOException {
        Path file = folder.resolve("a.jsonl");
        Files.writeString(file, "{\"text\": 1, \"body\": \"one\"}\n");
        assertThat(texts(ReadOptions.of("body"), file.toString())).containsExactly("one");
        assertThatThrownBy(() -> texts(ReadOptions.of("content"), file.toString()))
                .hasMessage(file + ":1: the field \"content\" is missing");
    }

    @Test
    void readsAColumnOfParquet() throws IOException {
        Path file = parquet(new String[] {"one", "é😀", null, "four"});
        assertThat(texts(file.toString())).containsExactly("one", "é😀", "", "four");
        assertThat(texts(ReadOptions.of("title"), file.toString()))
                .containsExactly("title 0", "title 1", "title 2", "title 3");
    }

    @Test
    void readsManyRowsOfParquet() throws IOException {
        String[] many = new String[20_000];
        Arrays.setAll(many, i -> "row " + i + " x".repeat(i % 50));
        assertThat(texts(parquet(many).toString())).containsExactly(many);
    }

    @ParameterizedTest
    @CsvSource({"id", "none"})
    void namesTheColumnsOfTextWhenParquetHasNotTheOneAskedFor(String column) throws IOException {
        Path file = parquet(new String[] {"one"});
        assertThatThrownBy(() -> texts(ReadOptions.of(column), file.toString()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "%s: has no column of text \"%s\"; expected --text-field to name one of"
                                + " [text, title]",
                        file, column);
    }

    @ParameterizedTest
    @CsvSource({"0.5, 0", "0, 0.5"})
    void tellsOfDamagedParquet(double kept, double damagedAt) throws IOException {
        Path file = parquet(new String[] {"one".repeat(100), "two".repeat(1000)});
        byte[] bytes = Files.readAllBytes(file);
        if (kept > 0) {
            bytes = Arrays.copyOf(bytes, (int) (kept * bytes.length));
        } else {
            int at = (int) (damagedAt * bytes.length);
            Arrays.fill(bytes, at, bytes.length - 8, (byte) -1);
        }
        Files.write(file, bytes);
        assertProblem(file.toString())
                .hasMessageStartingWith(file + ": is no Parquet file, or is damaged: ");
    }

    private Path parquet(String[] texts) throws IOException {
        return ParquetFiles.write(folder.resolve("a.parquet"), texts);
    }

    @Test
    void readsEachArticleOfWikiText() throws IOException {
        Path file = folder.resolve("wiki.train.tokens");
        String first =
                " = One = \n \n Text . \n \n = = Part = = \n \n 1 = 1 \n = not = a title \n \n";
        String second = " = Two : of = three = \n \n More . \n";
        Files.writeString(file, " \n" + first + second);
        List<Document> documents = new ArrayList<>();
        TextFiles.of(file).forEach(documents::add);
        assertThat(documents)
                .containsExactly(
                        new Document(first, file + ":2"), new Document(second, file + ":11"));
    }

    @Test
    void splitsAnArticleThatIsTooLong() throws IOException {
        byte[] text = " = One = \n \nabc\ndef\n".getBytes(UTF_8);
        List<Document> documents = new ArrayList<>();
        new WikiText("w.tokens", new ByteArrayInputStream(text), 13).forEach(documents::add);
        assertThat(documents).extracting(Document::continues).containsExactly(true, false);
        assertThat(String.join("", documents.stream().map(Document::text).toList()))
                .isEqualTo(new String(text, UTF_8));
    }

    private static List<String> texts(String... places) throws IOException {
        return texts(ReadOptions.defaults(), places);
    }

    private static List<String> texts(ReadOptions options, String... places) throws IOException {
        List<String> texts = new ArrayList<>();
        TextFiles.of(List.of(places), options).forEach(document -> texts.add(document.text()));
        return texts;
    }

    private static org.assertj.core.api.AbstractThrowableAssert<?, ?> assertProblem(
            String... places) {
        return assertThatThrownBy(() -> texts(places)).isInstanceOf(InvalidInputException.class);
    }
}
