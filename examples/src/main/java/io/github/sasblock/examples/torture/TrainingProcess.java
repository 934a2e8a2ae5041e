package io.github.sasblock.examples.torture;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process that trains. */
final class TrainingProcess {

    private static final long LONGEST_MINUTES = 30;

    private final Process process;

    private TrainingProcess(Process process) {
        this.process = process;
    }

    /**
     * Starts a process, or goes on with what the one before left.
     *
     * @param command the program and its settings
     * @param run the folder of the run
     * @param log takes what it prints
     */
    static TrainingProcess start(List<String> command, Path run, Path log) throws IOException {
        List<String> arguments = new ArrayList<>(command);
        arguments.addAll(List.of("--out", run.toString(), "--resume", "auto"));
        File output = log.toFile();
        return new TrainingProcess(
                new ProcessBuilder(arguments)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(output))
                        .start());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Kills it as {@code kill -9} does, wherever it is, and waits until it is gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Waits for its end, and returns its exit code. */
    int await() throws InterruptedException {
        if (!process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) {
            kill();
        }
        return process.exitValue();
    }
}
