package io.github.sasblock.examples.cli;

import io.github.sasblock.examples.report.Console;
import io.github.sasblock.examples.report.Terminal;
import io.github.sasblock.examples.watch.RunStatus;
import io.github.sasblock.examples.watch.StatusReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints how far a run has come and whether its newest checkpoint is whole. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = {
            "Prints how far a run has come: whether it goes on, its step, loss and speed, and"
                    + " whether its newest checkpoint is whole.",
            "",
            "It reads and changes nothing, so it may be asked at any time."
        })
final class StatusCommand implements Callable<Integer> {

    @Parameters(paramLabel = "DIR", description = "the output folder of the run")
    private Path folder;

    @Override
    public Integer call() throws IOException {
        Console console = new Console(System.out, Terminal.ofStandardOutput(), Duration.ZERO);
        console.plan(StatusReport.of(RunStatus.open(folder)));
        return CommandLine.ExitCode.OK;
    }
}
