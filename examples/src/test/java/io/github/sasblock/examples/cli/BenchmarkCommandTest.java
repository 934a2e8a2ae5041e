package io.github.sasblock.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sasblock.examples.benchmark.BenchmarkReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchmarkCommandTest {

    @TempDir private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int benchmark(String arguments) {
        return Sas.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(("benchmark " + arguments).split(" "));
    }

    @Test
    void printsATableAndWritesJsonThatTheNextRunShowsBesideItsOwn() throws IOException {
        Path file = folder.resolve("first.json");
        assertThat(benchmark("optimizer --quick --repeats 1 --json " + file))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("optimizer: small sas, AdamW, step", "DJL Adam");
        assertThat(BenchmarkReport.read(file).measurements()).isNotEmpty();
        out.getBuffer().setLength(0);
        assertThat(benchmark("optimizer --quick --repeats 1 --attention sas --with " + file))
                .isZero();
        assertThat(out.toString().split("DJL Adam", -1)).hasSize(4); // sas twice, mha once
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "trainign | GROUP = trainign: expected one of | did you mean training?",
                "--preset smal | --preset = smal | did you mean small?",
                "--attention mlp | --attention = mlp | mha, gqa, mqa, mla, mfa, tpa, tpa-kv, sas",
                "--repeats 0 | --repeats = 0 | at least 1",
                "--repeats many | many | --repeats",
                "--threads 0 | --threads = 0 | at least 1",
                "--batch -1 | --batch = -1 | at least 1",
                "--sizes 1,2 | --sizes = 1,2 | B,T,E,H,D,H',D',K",
                "--new-tokens 512 | --new-tokens = 512 | less than --decoded-length",
                "--json no/such/folder/a.json | --json = no/such | folder that exists",
                "--with no-such-file.json | no-such-file.json | no such file",
            })
    void refusesWhatItCannotRun(String arguments, String first, String second) {
        assertThat(benchmark(arguments)).isEqualTo(2);
        assertThat(err.toString()).startsWith("sas: ").contains(first.strip(), second.strip());
        assertThat(out.toString()).isEmpty();
    }
}
