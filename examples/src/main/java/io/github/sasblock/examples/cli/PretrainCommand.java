package io.github.sasblock.examples.cli;

import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.examples.pretrain.PretrainRun;
import io.github.sasblock.examples.progress.ProgressBars;
import io.github.sasblock.examples.report.Console;
import io.github.sasblock.examples.report.Terminal;
import io.github.sasblock.examples.storage.Storage;
import io.github.sasblock.examples.train.StopRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
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
            "  bin/sas pretrain --config runs/first/config.json --out runs/again",
            "  bin/sas pretrain --out runs/first --resume auto",
            "  bin/sas pretrain --resume runs/first --steps 2000",
            "",
            "Exit code: 0 done, 1 failed while running, 2 wrong input, 130 stopped by SIGINT, 143"
                    + " by SIGTERM, 129 by SIGHUP. The first signal finishes the step and saves a"
                    + " checkpoint, a second ends at once."
        })
final class PretrainCommand implements Callable<Integer> {

    private static final Duration LINE_INTERVAL = Duration.ofSeconds(10);

    private final Storage storage;

    @Spec private CommandSpec spec;

    @Option(
            names = "--resume",
            paramLabel = "DIR|auto",
            description =
                    "go on with the run in a folder, from its newest checkpoint and with its"
                        + " settings but for those given here; auto: with the run in --out if there"
                        + " is one, else start it")
    private String resume;

    PretrainCommand() {
        this(Storage.disk());
    }

    PretrainCommand(Storage storage) {
        this.storage = storage;
    }

    @Override
    public Integer call() throws IOException {
        ParseResult parsed = spec.commandLine().getParseResult();
        Optional<Path> folder = ResumeOption.folder(resume, parsed);
        RunConfig config =
                folder.isPresent()
                        ? ResumeOption.read(folder.get(), parsed)
                        : SettingOptions.read(parsed);
        Console console = new Console(System.out, Terminal.ofStandardOutput(), LINE_INTERVAL);
        StopRequest stop = new StopRequest();
        PretrainRun run =
                new PretrainRun(config, console, ProgressBars.onStandardError(), stop, storage);
        try (StopSignals signals = StopSignals.listen(stop, spec.commandLine().getErr())) {
            if (folder.isPresent() ? run.resume() : run.start()) {
                return CommandLine.ExitCode.OK;
            }
            console.message("stopped; go on with: bin/sas pretrain --resume " + config.out());
            return signals.exitCode();
        }
    }
}
