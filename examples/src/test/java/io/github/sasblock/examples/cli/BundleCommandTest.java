package io.github.sasblock.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(value = OS.LINUX, architectures = "amd64", disabledReason = "a bundle is for these")
class BundleCommandTest {

    @TempDir private Path folder;

    private record Result(int exitCode, String out, String err) {}

    private static Result bundle(Path out) {
        StringWriter printed = new StringWriter();
        StringWriter errors = new StringWriter();
        int exitCode =
                Sas.commandLine()
                        .setOut(new PrintWriter(printed))
                        .setErr(new PrintWriter(errors))
                        .execute("bundle", "--out=" + out);
        return new Result(exitCode, printed.toString(), errors.toString());
    }

    @Test
    void refusesAPlaceWhereNoFileCanBe() {
        for (Path out : new Path[] {folder, folder.resolve("missing/bundle.tar.gz")}) {
            Result result = bundle(out);
            assertThat(result.exitCode()).isEqualTo(2);
            assertThat(result.err())
                    .isEqualTo(
                            "sas: --out = "
                                    + out
                                    + ": expected a file, in a folder that exists"
                                    + System.lineSeparator());
        }
    }

    @Test
    void refusesToPackClassesThatLieInFolders() throws IOException {
        // As here, where the tests run from target/classes
        Path out = folder.resolve("bundle.tar.gz");
        Files.writeString(out, "an older bundle");
        Result result = bundle(out);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .startsWith("sas: the program runs from the folder ")
                .contains("expected jars: run it by bin/sas");
        assertThat(out).hasContent("an older bundle");
    }
}
