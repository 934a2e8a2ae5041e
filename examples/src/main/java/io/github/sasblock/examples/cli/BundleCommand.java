package io.github.sasblock.examples.cli;

import io.github.sasblock.examples.bundle.Bundle;
import io.github.sasblock.examples.report.Format;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Packs the program with a Java runtime, for a GPU host without a network. */
@Command(
        name = "bundle",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Packs the program with a Java runtime into one archive for Linux x86_64, for a GPU"
                    + " host without a network.",
            "",
            "The host needs no Java. It needs PyTorch 2.7.1, such as a Python installation's; the"
                    + " archive's script finds it. The runtime is that of the JDK that runs this."
        })
final class BundleCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            defaultValue = Bundle.DEFAULT_NAME,
            description = "the archive to write (${DEFAULT-VALUE})")
    private Path out;

    @Override
    public Integer call() throws IOException {
        Bundle.Contents contents = Bundle.write(out);
        PrintWriter printer = spec.commandLine().getOut();
        printer.println(
                contents.file()
                        + ": "
                        + Format.bytes(contents.bytes())
                        + " (unpacked: Java "
                        + Format.bytes(contents.runtimeBytes())
                        + ", jars "
                        + Format.bytes(contents.jarBytes())
                        + "; JNI libraries for "
                        + String.join(", ", contents.flavors())
                        + ")");
        printer.println("On the host:");
        printer.println("  tar -xzf " + contents.file().getFileName());
        printer.println("  sas-block/sas self-check");
        printer.println("  sas-block/sas pretrain --help");
        printer.flush();
        return CommandLine.ExitCode.OK;
    }
}
