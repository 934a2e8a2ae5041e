package io.github.sasblock.examples.cli;

import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.examples.pretrain.PretrainRun;
import io.github.sasblock.examples.progress.ProgressBars;
import io.github.sasblock.examples.report.Console;
import io.github.sasblock.examples.report.Terminal;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Pretrains a language model. */
@Command(
        name = "pretrain",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        headerHeading = "",
        description = {
            "Pretrains a small language model.",
            "",
            "Without options it trains the preset tiny with simulated attention scores on built-in"
                    + " text, whose entropy is known, in a few minutes on two cores."
        },
        footer = {
            "",
            "Examples:",
            "  bin/sas pretrain",
            "  bin/sas pretrain --attention mha --seed 2",
            "  bin/sas pretrain --preset small --data train.jsonl.zst --validation val.jsonl.zst",
            "  bin/sas pretrain --config runs/first/config.json --out runs/again"
        })
final class PretrainCommand implements Callable<Integer> {

    private static final Duration LINE_INTERVAL = Duration.ofSeconds(10);

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        RunConfig config = SettingOptions.read(spec.commandLine().getParseResult());
        Console console = new Console(System.out, Terminal.ofStandardOutput(), LINE_INTERVAL);
        new PretrainRun(config, console, ProgressBars.onStandardError()).run();
        return CommandLine.ExitCode.OK;
    }
}
