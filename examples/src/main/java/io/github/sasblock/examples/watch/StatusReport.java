package io.github.sasblock.examples.watch;

import io.github.sasblock.examples.checkpoint.Checkpoint;
import io.github.sasblock.examples.checkpoint.Checkpoints;
import io.github.sasblock.examples.checkpoint.NewestCheckpoint;
import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.report.Format;
import io.github.sasblock.examples.report.Section;
import io.github.sasblock.examples.report.TrainPoint;
import io.github.sasblock.examples.report.ValidationPoint;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Puts the state of a run into words. */
public final class StatusReport {

    private StatusReport() {}

    /**
     * Describes a run and its checkpoints. The newest checkpoint is verified, which reads it whole.
     *
     * @param run the run
     * @return the sections, to be printed
     * @throws IOException if its files cannot be read
     */
    public static List<Section> of(RunStatus run) throws IOException {
        return List.of(progress(run), checkpoints(run));
    }

    private static Section progress(RunStatus run) throws IOException {
        RunStatus.State state = run.read();
        Section section =
                Section.titled("Run")
                        .row("folder", run.folder().path())
                        .row("training", run.title())
                        .row("state", phase(state))
                        .row("step", step(state));
        if (state.train() != null) {
            section =
                    section.row("loss", nats(state.train().loss()))
                            .row("speed", Format.rate(state.train().tokensPerSecond(), "tok"))
                            .row("trained", trained(state.train()));
        }
        if (state.validation() != null) {
            section =
                    section.row("validation", validation(state.validation()))
                            .row("best", validation(state.best()));
        }
        if (state.damagedLines() > 0) {
            section =
                    section.row(
                            "log",
                            state.damagedLines()
                                    + " lines of "
                                    + run.folder().metrics()
                                    + " cannot be read and are left out");
        }
        return section;
    }

    private static String phase(RunStatus.State state) {
        String logged =
                state.sinceLogged() == null
                        ? "nothing logged yet"
                        : "last logged "
                                + Format.duration(state.sinceLogged().toMillis() / 1e3)
                                + " ago";
        return switch (state.phase()) {
            case RUNNING -> "running, " + state.process().orElseThrow() + ", " + logged;
            case FINISHED -> "finished";
            case STOPPED -> "not running and not finished, " + logged;
        };
    }

    private static String step(RunStatus.State state) {
        long step = state.train() == null ? 0 : state.train().step();
        return state.steps() > 0
                ? String.format(
                        Locale.ROOT,
                        "%d of %d (%s)",
                        step,
                        state.steps(),
                        Format.percent((double) step / state.steps()))
                : String.valueOf(step);
    }

    private static String nats(double loss) {
        return Format.fixed(loss, 3) + " nats/token";
    }

    private static String trained(TrainPoint point) {
        return Format.count(point.tokens()) + " tokens in " + Format.duration(point.seconds());
    }

    private static String validation(ValidationPoint point) {
        String bits =
                Double.isNaN(point.bitsPerByte())
                        ? ""
                        : ", " + Format.fixed(point.bitsPerByte(), 3) + " bits/byte";
        return nats(point.natsPerToken()) + bits + " at step " + point.step();
    }

    private static Section checkpoints(RunStatus run) throws IOException {
        Checkpoints checkpoints = new Checkpoints(run.folder().checkpoints());
        Section section = Section.titled("Checkpoints");
        try {
            NewestCheckpoint newest = checkpoints.newestLoadable();
            for (NewestCheckpoint.Rejected bad : newest.rejected()) {
                section = section.row("damaged", bad.path() + ": " + bad.reason());
            }
            section = section.row("newest", describe(newest.checkpoint()));
            Optional<Checkpoint> best = checkpoints.best();
            return best.isEmpty() ? section : section.row("best", describe(best));
        } catch (InvalidInputException e) {
            return section.row("refused", e.getMessage());
        }
    }

    private static String describe(Optional<Checkpoint> checkpoint) {
        return checkpoint
                .map(c -> "step " + c.step() + ", every file is as it was written, " + c.folder())
                .orElse("none that can be loaded");
    }
}
