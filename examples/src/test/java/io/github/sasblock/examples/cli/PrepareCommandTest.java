package io.github.sasblock.examples.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.github.sasblock.examples.tokens.ByteTokenizer;
import io.github.sasblock.examples.tokens.TokenSequence;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Preparing as a person meets it, with everything that can be wrong with text. */
class PrepareCommandTest {

    @TempDir private Path folder;
    private Path data;
    private Path validation;
    private Path cache;

    private record Result(int exitCode, String out, String err) {

        /** The output in one line, so that wrapping does not matter. */
        String line() {
            return out.replaceAll("\\s+", " ");
        }
    }

    @BeforeEach
    void writeText() throws IOException {
        data = Files.createDirectory(folder.resolve("data"));
        validation = Files.writeString(folder.resolve("validation.txt"), "Scored.");
        cache = folder.resolve("cache");
    }

    private Result prepare(String... options) {
        List<String> arguments = new ArrayList<>(List.of("prepare", "--cache-dir=" + cache));
        arguments.addAll(List.of(options));
        StringWriter err = new StringWriter();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream standard = System.out;
        System.setOut(new PrintStream(out, true, UTF_8));
        try {
            CommandLine commandLine = Sas.commandLine().setErr(new PrintWriter(err, true));
            int exitCode = commandLine.execute(arguments.toArray(String[]::new));
            return new Result(exitCode, out.toString(UTF_8), err.toString());
        } finally {
            System.setOut(standard);
        }
    }

    private Result prepareData(String... options) {
        List<String> all = new ArrayList<>(List.of("--data=" + data, "--validation=" + validation));
        all.addAll(List.of(options));
        return prepare(all.toArray(String[]::new));
    }

    private void assertRefused(Result result, String... parts) throws IOException {
        assertThat(result.exitCode()).as(result.err() + result.out()).isEqualTo(2);
        assertThat(result.err()).startsWith("sas: ").contains(parts).doesNotContain("Exception");
        if (Files.exists(cache)) {
            try (Stream<Path> files = Files.walk(cache)) {
                assertThat(files.filter(Files::isRegularFile))
                        .as("what is left on disk")
                        .allMatch(file -> file.endsWith("prepare.lock"));
            }
        }
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(data.resolve(name), text);
    }

    @Test
    void showsWhatWasReadSkippedAndWhy() throws IOException {
        write("a.txt", "one\r\ntwo\nthree");
        write("b.jsonl", "{\"text\": \"same\"}\n{\"text\": \"same\"}\n{\"text\": \"\"}\n");
        write("c.pdf", "not text");
        Result result = prepareData();
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.line())
                .contains("Training text from " + data)
                .contains("tokens 20 of bytes")
                .contains("left out 1 document equal to another")
                .contains("left out 1 document without text")
                .contains("line ends mixed in 1 document, kept as they are; the first:")
                .contains("skipped 1 of unknown ending: " + data.resolve("c.pdf"))
                .contains("/s of text")
                .contains("Validation text");
    }

    @Test
    void readsNothingTheSecondTime() throws IOException {
        write("a.txt", "one");
        assertThat(prepareData().exitCode()).isZero();
        assertThat(prepareData().line()).contains("nothing was read: nothing has changed");
    }

    @Test
    void holdsOutAShareAndMixesByWeight() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            lines.append("{\"text\": \"document ").append(i).append("\"}\n");
        }
        Path many = write("many.jsonl", lines.toString());
        Path more = write("more.jsonl", lines.toString().replace("document", "other"));
        Result result =
                prepare("--data=" + many + "@0.7", "--data=" + more + "@.3", "--held-out=0.1");
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.line()).contains("held out").contains("held out of " + many);
    }

    @Test
    void warnsWhenValidationTextIsAlsoTrainedOn() throws IOException {
        write("a.txt", "Scored.");
        write("b.txt", "Not scored.");
        assertThat(prepareData().line())
                .contains(
                        "warning: 1 of the documents to train on are also in the validation text");
    }

    @Test
    void preparesAnewWhenAFileOfTokensWasDeleted() throws IOException {
        write("a.txt", "one");
        assertThat(prepareData().exitCode()).isZero();
        Path shard;
        try (Stream<Path> files = Files.walk(cache)) {
            shard = files.filter(f -> f.toString().endsWith(".bin")).findFirst().orElseThrow();
        }
        Files.delete(shard);
        Result again = prepareData();
        assertThat(again.exitCode()).isZero();
        assertThat(again.line())
                .contains("tokens written (the tokens there cannot be used")
                .contains("the file of tokens is missing, so the text must be prepared again");
        assertThat(shard).exists();
    }

    @Test
    void refusesAFolderOfTokensOfWhichAFileWasDeleted() throws IOException {
        write("a.txt", "one");
        assertThat(prepareData().exitCode()).isZero();
        Path shard;
        try (Stream<Path> files = Files.walk(cache)) {
            shard = files.filter(f -> f.toString().endsWith(".bin")).findFirst().orElseThrow();
        }
        Files.delete(shard);
        Result result = prepare("--data=" + shard.getParent(), "--validation=" + validation);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains(shard + ": the file of tokens is missing, so the text must be prepared");
    }

    @Test
    void preparesAnewWhenTheTextHasChanged() throws IOException {
        write("a.txt", "one");
        assertThat(prepareData().exitCode()).isZero();
        write("a.txt", "other");
        assertThat(prepareData().line())
                .contains("tokens written")
                .contains("the text has changed");
    }

    @Test
    void refusesTokensOfAnotherTokenizer() throws IOException {
        write("a.txt", "one");
        assertThat(prepareData().exitCode()).isZero();
        Path tokens;
        try (Stream<Path> files = Files.walk(cache)) {
            tokens = files.filter(f -> f.endsWith("index.json")).findFirst().orElseThrow();
        }
        Result result =
                prepare(
                        "--data=" + tokens.getParent(),
                        "--validation=" + validation,
                        "--tokenizer=gpt2");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains("holds tokens of the tokenizer bytes", "expected gpt2", "use that");
        try (TokenSequence kept = TokenSequence.open(tokens.getParent(), new ByteTokenizer())) {
            assertThat(kept.size()).isPositive();
        }
    }

    @Test
    void refusesATruncatedArchive() throws IOException {
        byte[] whole = Zstd.compress("{\"text\": \"a\"}\n".repeat(99).getBytes(UTF_8));
        Files.write(data.resolve("a.jsonl.zst"), Arrays.copyOf(whole, whole.length - 5));
        assertRefused(prepareData(), "a.jsonl.zst", "it was probably cut off");
    }

    @Test
    void refusesAWrongEnding() throws IOException {
        Files.write(data.resolve("a.txt"), Zstd.compress("text".repeat(99).getBytes(UTF_8)));
        assertRefused(prepareData(), "a.txt: by its name it is text, by its first bytes zstd");
    }

    @Test
    void refusesEmptyDocumentsOnly() throws IOException {
        write("a.jsonl", "{\"text\": \"\"}\n{\"text\": \" \"}\n");
        assertRefused(prepareData(), data + ": has no document with text");
    }

    @Test
    void refusesAnArchiveThatLeadsOutside() throws IOException {
        try (ZipOutputStream zip =
                new ZipOutputStream(Files.newOutputStream(data.resolve("a.zip")))) {
            zip.putNextEntry(new ZipEntry("../evil.txt"));
            zip.write("evil".getBytes(UTF_8));
        }
        assertRefused(prepareData(), "a.zip", "\"../evil.txt\" leads out of the archive's folder");
        assertThat(folder.resolve("evil.txt")).doesNotExist();
    }

    @Test
    void refusesSettingsThatDoNotFit() throws IOException {
        write("a.txt", "one");
        assertRefused(prepareData("--held-out=0.1"), "--validation", "since --held-out takes it");
        assertRefused(prepare("--data=" + data), "--validation = (none)", "or --held-out");
        assertRefused(prepareData("--data=" + data + "@0.5"), "a weight for each, as in PATH@0.7");
        assertRefused(prepare("--data=" + data + "@0", "--held-out=0.1"), "weights greater than 0");
        assertRefused(prepare("--held-out=0.1"), "--held-out = 0.1: expected none");
        assertRefused(prepareData("--heldout=1"), "did you mean --held-out?");
    }

    @Test
    void readsWikiTextOfALocalRepository() throws IOException {
        Path repository = wikiText();
        Result result =
                prepare(
                        "--data=wikitext2:train",
                        "--validation=wikitext2:validation",
                        "--repository=" + repository);
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.line()).contains("documents 2").contains("documents 1");
        assertRefused(prepareFresh("wikitext2:tran", repository), "did you mean wikitext2:train?");
        assertRefused(prepareFresh("wikitext2:train", data), "expected a folder in DJL's layout");
    }

    @Test
    void refusesARepositoryWhoseArchiveLeadsOutside() throws IOException {
        Result result = prepareFresh("wikitext2:train", wikiText("../../../evil.txt"));
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .startsWith("sas: wikitext2:train: cannot be had from the repository ")
                .endsWith("; --repository names another" + System.lineSeparator());
        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(files).noneMatch(file -> file.endsWith("evil.txt"));
        }
    }

    private Result prepareFresh(String place, Path repository) {
        cache = folder.resolve("fresh");
        return prepare(
                "--data=" + place, "--validation=" + validation, "--repository=" + repository);
    }

    private Path wikiText(String... more) throws IOException {
        Path repository = folder.resolve("repository");
        Path home = repository.resolve("dataset/nlp/ai/djl/basicdataset/wikitext-2");
        Path version = Files.createDirectories(home.resolve("1.0"));
        Path archive = version.resolve("wikitext-2-v1.zip");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(archive))) {
            for (String part : List.of("train", "valid", "test")) {
                zip.putNextEntry(new ZipEntry("wikitext-2/wiki." + part + ".tokens"));
                String second = part.equals("train") ? " \n = Two = \n \n More . \n" : "";
                zip.write((" \n = " + part + " = \n \n Text . \n" + second).getBytes(UTF_8));
                zip.closeEntry();
            }
            for (String name : more) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write("evil".getBytes(UTF_8));
            }
        }
        Files.writeString(
                home.resolve("metadata.json"),
                """
                {"metadataVersion": "0.1", "groupId": "ai.djl.basicdataset",
                 "artifactId": "wikitext-2", "name": "wikitext-2", "description": "test",
                 "website": "none", "licenses": {},
                 "artifacts": [{"version": "1.0", "snapshot": false, "name": "wikitext-2",
                   "files": {"wikitext-2": {"uri": "%s",
                     "name": "", "sha1Hash": "%s", "extension": "zip", "size": %d}}}]}
                """
                        .formatted(archive.toUri(), sha1(archive), Files.size(archive)));
        return repository;
    }

    private static String sha1(Path file) throws IOException {
        try {
            byte[] digest =
                    java.security.MessageDigest.getInstance("SHA-1")
                            .digest(Files.readAllBytes(file));
            return java.util.HexFormat.of().formatHex(digest);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
