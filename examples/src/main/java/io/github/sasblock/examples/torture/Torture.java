package io.github.sasblock.examples.torture;

import io.github.sasblock.examples.checkpoint.Checkpoint;
import io.github.sasblock.examples.checkpoint.Checkpoints;
import io.github.sasblock.examples.checkpoint.NewestCheckpoint;
import io.github.sasblock.examples.report.Metrics;
import io.github.sasblock.examples.report.MetricsLog;
import io.github.sasblock.examples.report.TrainPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/**
 * Trains a model in processes that are killed at random moments, each going on where the one before
 * was killed, and holds the result against that of a process that was left alone.
 */
public final class Torture {

    /** Of so many kills, one hits a process that is still starting. */
    private static final int STARTING_SHARE = 10;

    private static final int MOST_STEPS_OF_A_LIFE = 8;
    private static final long LONGEST_START_MILLIS = 3000;
    private static final long LONGEST_DELAY_NANOS = 20_000_000;
    private static final long POLL_NANOS = 200_000;

    private final List<String> command;
    private final Path folder;
    private final Random random;
    private final Consumer<String> messages;
    private final Map<Moment, Integer> moments = new EnumMap<>(Moment.class);
    private final List<String> failures = new ArrayList<>();
    private long newestStep = -1; // of the checkpoints that were found; -1 before the first

    /**
     * Prepares a torture.
     *
     * @param command the program and its arguments, without {@code --out} and {@code --resume}
     * @param folder where both runs lie, which must be empty
     * @param seed the seed of the moments
     * @param messages takes a line for each kill
     */
    public Torture(List<String> command, Path folder, long seed, Consumer<String> messages) {
        this.command = List.copyOf(command);
        this.folder = folder;
        this.messages = messages;
        random = new Random(seed);
    }

    /**
     * Returns how many steps a run should have, so that it does not end before the last kill.
     *
     * @param kills how many processes are to be killed
     * @return the number of steps
     */
    public static long steps(int kills) {
        return (kills + 1L) * 2 * MOST_STEPS_OF_A_LIFE;
    }

    /**
     * Kills processes.
     *
     * @param kills how many
     * @return what came of it
     * @throws IOException if a process cannot be started or a folder not be read
     * @throws InterruptedException if the thread is interrupted
     */
    public TortureReport run(int kills) throws IOException, InterruptedException {
        Path whole = folder.resolve("whole");
        Path killed = folder.resolve("killed");
        require(TrainingProcess.start(command, whole, log("whole")).await() == 0, "whole", "end");
        int done = 0;
        while (done < kills && failures.isEmpty() && live(killed)) {
            done++;
            verify(killed, done);
        }
        require(done == kills || !failures.isEmpty(), "killed", "live until the last kill");
        if (failures.isEmpty()) {
            int exitCode = TrainingProcess.start(command, killed, log("killed")).await();
            require(exitCode == 0, "killed", "end when it is left alone at last");
            compare(whole, killed);
        }
        return new TortureReport(done, moments, failures);
    }

    private Path log(String run) {
        return folder.resolve(run + ".log");
    }

    private void require(boolean holds, String run, String what) {
        if (!holds) {
            failures.add("the run " + run + " did not " + what + "; see " + log(run));
        }
    }

    /** Starts a process and kills it; returns false if it ended before. */
    private boolean live(Path run) throws IOException, InterruptedException {
        RunWatch watch = new RunWatch(run);
        TrainingProcess process = TrainingProcess.start(command, run, log("killed"));
        try {
            boolean hasLogged = awaitMoment(process, watch);
            if (!process.isAlive()) {
                return false;
            }
            process.kill();
            moments.merge(watch.moment(hasLogged), 1, Integer::sum);
            return true;
        } finally {
            process.kill();
        }
    }

    /** Waits until the process is to be killed; returns whether it had taken a step. */
    private boolean awaitMoment(TrainingProcess process, RunWatch watch) throws IOException {
        if (random.nextInt(STARTING_SHARE) == 0) {
            pause(random.nextLong(TimeUnit.MILLISECONDS.toNanos(LONGEST_START_MILLIS)));
            return false;
        }
        awaitSteps(process, watch, 1 + random.nextInt(MOST_STEPS_OF_A_LIFE));
        switch (random.nextInt(3)) {
            case 0 -> pause(random.nextLong(LONGEST_DELAY_NANOS));
            case 1 -> awaitMoment(process, watch, Moment.SAVE);
            default -> awaitMoment(process, watch, Moment.PRUNING);
        }
        return true;
    }

    private static void awaitSteps(TrainingProcess process, RunWatch watch, long steps)
            throws IOException {
        while (process.isAlive() && watch.logged() < steps) {
            pause(POLL_NANOS);
        }
    }

    private void awaitMoment(TrainingProcess process, RunWatch watch, Moment wanted)
            throws IOException {
        while (process.isAlive() && watch.moment(true) != wanted) {
            pause(POLL_NANOS);
        }
        pause(random.nextLong(LONGEST_DELAY_NANOS / 4));
    }

    private static void pause(long nanos) {
        LockSupport.parkNanos(nanos);
    }

    /** From the first checkpoint on there must be one that can be loaded, and none may be lost. */
    private void verify(Path run, int kill) throws IOException {
        NewestCheckpoint newest = new Checkpoints(run.resolve("checkpoints")).newestLoadable();
        long step = newest.checkpoint().map(Checkpoint::step).orElse(-1L);
        if (step < newestStep || !newest.rejected().isEmpty()) {
            failures.add(
                    "after kill "
                            + kill
                            + " the newest checkpoint is of step "
                            + step
                            + ", before of step "
                            + newestStep
                            + "; "
                            + newest.messages());
        }
        newestStep = step;
        messages.accept("kill " + kill + ": newest checkpoint of step " + step + ", " + moments);
    }

    private void compare(Path whole, Path killed) throws IOException {
        Optional<Checkpoint> expected = newest(whole);
        Optional<Checkpoint> found = newest(killed);
        if (expected.isEmpty() || found.isEmpty()) {
            failures.add("no checkpoint at the end: " + expected + ", " + found);
            return;
        }
        for (String file : expected.get().files()) {
            long difference = Files.mismatch(expected.get().file(file), found.get().file(file));
            if (difference >= 0) {
                failures.add(
                        found.get().file(file)
                                + " differs from "
                                + expected.get().file(file)
                                + " at byte "
                                + difference);
            }
        }
        compareLogs(whole, killed);
    }

    private static Optional<Checkpoint> newest(Path run) throws IOException {
        return new Checkpoints(run.resolve("checkpoints")).newestLoadable().checkpoint();
    }

    private void compareLogs(Path whole, Path killed) throws IOException {
        Metrics expected = MetricsLog.read(whole.resolve("metrics.jsonl"));
        Metrics found = MetricsLog.read(killed.resolve("metrics.jsonl"));
        long[] steps = found.train().stream().mapToLong(TrainPoint::step).toArray();
        boolean seamless =
                LongStream.rangeClosed(1, expected.train().size())
                        .allMatch(step -> step <= steps.length && steps[(int) step - 1] == step);
        if (!seamless
                || steps.length != expected.train().size()
                || found.validation().size() != expected.validation().size()
                || !losses(expected).equals(losses(found))) {
            failures.add(killed + ": its log is not that of " + whole);
        }
    }

    private static List<Double> losses(Metrics metrics) {
        return metrics.train().stream().map(TrainPoint::loss).toList();
    }
}
