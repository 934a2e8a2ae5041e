package io.github.sasblock.examples.cli;

import io.github.sasblock.examples.report.Console;
import io.github.sasblock.examples.report.Terminal;
import io.github.sasblock.examples.watch.RunStatus;
import io.github.sasblock.examples.watch.WatchServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Serves a page with the live curves of a run. */
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        description = {
            "Serves a small page with the live curves of a run, on this machine alone, and loads"
                    + " nothing from elsewhere.",
            "",
            "It stops on Ctrl-C, and a minute after the run that it saw running has ended; the"
                    + " page keeps what it showed."
        })
final class WatchCommand implements Callable<Integer> {

    private static final long LOOK_MILLIS = 2000;

    /** Long enough for every open page to ask once more. */
    private static final Duration FAREWELL = Duration.ofSeconds(60);

    @Parameters(paramLabel = "DIR", description = "the output folder of the run")
    private Path folder;

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "where to listen; 0 for any free port (${DEFAULT-VALUE})")
    private int port = 8642;

    @Option(
            names = "--host",
            paramLabel = "NAME",
            description =
                    "name or address of this machine to listen at; with another than localhost,"
                            + " everyone who reaches it can read the page (${DEFAULT-VALUE})")
    private String host = "localhost";

    @Option(names = "--keep", description = "go on serving when the run has ended")
    private boolean keep;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Console console = new Console(System.out, Terminal.ofStandardOutput(), Duration.ZERO);
        RunStatus run = RunStatus.open(folder);
        try (WatchServer server = WatchServer.start(run, host, port)) {
            console.message("watch " + folder + " at " + server.address() + " (Ctrl-C ends this)");
            awaitEnd(run);
            console.message(folder + " has ended: " + run.title());
            Thread.sleep(FAREWELL.toMillis());
        }
        return CommandLine.ExitCode.OK;
    }

    /** Returns when a run that was seen running runs no more; for one that had ended, never. */
    private void awaitEnd(RunStatus run) throws IOException, InterruptedException {
        boolean seenRunning = false;
        while (true) {
            boolean running = run.read().phase() == RunStatus.Phase.RUNNING;
            if (seenRunning && !running && !keep) {
                return;
            }
            seenRunning |= running;
            Thread.sleep(LOOK_MILLIS);
        }
    }
}
