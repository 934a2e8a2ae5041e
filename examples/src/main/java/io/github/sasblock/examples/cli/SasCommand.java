package io.github.sasblock.examples.cli;

import io.github.sasblock.examples.pretrain.Versions;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The program without a command. */
@Command(
        name = "bin/sas",
        mixinStandardHelpOptions = true,
        version = "sas-block " + Versions.PROGRAM,
        description =
                "Pretrains small language models with simulated attention scores, writes text with"
                        + " them, and trains a text classifier with its attention exchanged.")
final class SasCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getOut());
        return CommandLine.ExitCode.OK;
    }
}
