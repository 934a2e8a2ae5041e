package io.github.sasblock.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The comparison as a person meets it: arguments in, files, messages and an exit code out. */
class CompareCommandTest {

    @TempDir private Path folder;
    private final StringWriter err = new StringWriter();
    private final StringWriter out = new StringWriter();

    private int compare(String... options) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "compare",
                                "--embedding-size=16",
                                "--heads=2",
                                "--layers=1",
                                "--context=64",
                                "--batch=2",
                                "--steps=2",
                                "--validation-tokens=256",
                                "--builtin-bytes=100000",
                                "--cache-dir=" + folder.resolve("cache"),
                                "--out=" + folder.resolve("out")));
        arguments.addAll(Arrays.asList(options));
        CommandLine commandLine =
                Sas.commandLine().setErr(new PrintWriter(err)).setOut(new PrintWriter(out));
        return commandLine.execute(arguments.toArray(new String[0]));
    }

    @Test
    void comparesAndLeavesAReport() throws IOException {
        int code =
                compare(
                        "--attentions=mha",
                        "--variant=k1:kernel-size=1",
                        "--seeds=1,2",
                        "--data=lab:markov");
        assertThat(code).as(err.toString()).isZero();
        Path out = folder.resolve("out");
        assertThat(Files.readString(out.resolve("report.html")))
                .contains("markov", "k1", "bin/sas compare --embedding-size=16");
        assertThat(out.resolve("comparison.csv")).isNotEmptyFile();
        assertThat(out.resolve("comparison.json")).isNotEmptyFile();
        assertThat(out.resolve("markov-difference-equal-steps.svg")).isNotEmptyFile();
        assertThat(out.resolve("runs/markov/k1/seed-2/result.json")).isNotEmptyFile();
    }

    @Test
    void refusesWrongInputBeforeItTrains() {
        int code = compare("--attentions=mha,sass", "--seeds=", "--data=x=no.txt:none.txt");
        assertThat(code).isEqualTo(2);
        assertThat(err.toString())
                .startsWith("sas: 5 problems:")
                .contains("--attentions = sass", "--seeds", "no.txt", "none.txt")
                .contains("--builtin-bytes = 100000: expected only with built-in text")
                .doesNotContain("\tat ");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void refusesUnknownOptionsAndNamesTheNearest() {
        assertThat(compare("--seds=1")).isEqualTo(2);
        assertThat(err.toString()).contains("did you mean --seeds?");
    }

    @Test
    void matchesByItsOwnRule() throws IOException {
        assertThat(compare("--attentions=mha,gqa", "--seeds=1", "--match=none"))
                .as(err.toString())
                .isZero();
        assertThat(Files.readString(folder.resolve("out").resolve("report.html")))
                .contains("not matched");
    }

    @Test
    void explainsItself() {
        assertThat(compare("--help")).isZero();
        assertThat(out.toString()).contains("--attentions", "--variant", "--learning-rate");
    }
}
