package io.github.sasblock.examples.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLockTest {

    /** Holds the lock of a folder until it is ended; run as a process of its own. */
    static final class Holder {

        private Holder() {}

        public static void main(String[] arguments) throws Exception {
            RunLock lock = RunLock.acquire(Path.of(arguments[0]));
            System.out.println("locked");
            System.in.read();
            lock.close();
        }
    }

    @TempDir private Path run;

    private Process holder() throws IOException {
        Process process =
                new ProcessBuilder(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "-Xshare:auto",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        Holder.class.getName(),
                                        run.toString()))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        assertThat(process.inputReader().readLine()).isEqualTo("locked");
        return process;
    }

    @Test
    void anotherProcessIsRefusedAndToldWhoWrites() throws Exception {
        Process other = holder();
        try {
            assertThatThrownBy(() -> RunLock.acquire(run))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageStartingWith(
                            "run folder " + run + ": process " + other.pid() + " on ")
                    .hasMessageContaining(" is writing to it; wait until that has ended");
            assertThat(RunLock.holder(run)).get().asString().startsWith("process " + other.pid());
        } finally {
            other.destroyForcibly().waitFor();
        }
        assertThat(RunLock.holder(run)).isEmpty();
        RunLock.acquire(run).close(); // a killed process leaves no lock
    }

    @Test
    void askingDoesNotTakeTheLockFromThisProcess() throws Exception {
        RunLock lock = RunLock.acquire(run);
        try {
            String self = "process " + ProcessHandle.current().pid();
            assertThat(RunLock.holder(run)).get().asString().startsWith(self);
            assertThatThrownBy(() -> RunLock.acquire(run)).hasMessageContaining(self);
            Process other =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Holder.class.getName(),
                                    run.toString())
                            .redirectErrorStream(true)
                            .start();
            other.getOutputStream().close();
            assertThat(other.inputReader().lines().toList())
                    .anyMatch(line -> line.contains(self) && line.contains("is writing to it"));
        } finally {
            lock.close();
        }
        assertThat(RunLock.holder(run)).isEmpty();
    }

    @Test
    void aFolderThatWasNeverLockedHasNoHolder() throws IOException {
        assertThat(RunLock.holder(run)).isEmpty();
        assertThat(RunLock.holder(run.resolve("none"))).isEmpty();
    }

    @Test
    void aFolderThatIsMissingIsNamed() {
        assertThatThrownBy(() -> RunLock.acquire(run.resolve("none")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("run folder " + run.resolve("none") + ": cannot be locked");
    }
}
