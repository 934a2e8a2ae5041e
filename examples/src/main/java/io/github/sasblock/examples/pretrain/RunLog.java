package io.github.sasblock.examples.pretrain;

import io.github.sasblock.examples.checkpoint.Checkpoint;
import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.examples.config.SavingSettings.OnFailure;
import io.github.sasblock.examples.report.Metrics;
import io.github.sasblock.examples.report.MetricsLog;
import io.github.sasblock.examples.report.MetricsPoint;
import io.github.sasblock.examples.report.TensorBoardWriter;
import io.github.sasblock.examples.report.TrainPoint;
import io.github.sasblock.examples.report.ValidationPoint;
import io.github.sasblock.examples.storage.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What a run logs: its metrics, and TensorBoard's events where they are wanted. */
final class RunLog implements Closeable {

    private final MetricsLog metrics;
    private final Metrics earlier;
    private final OnFailure onFailure;
    private final Consumer<String> messages;
    private TensorBoardWriter tensorBoard; // null unless wanted, and from a failure on
    private boolean failing;

    private RunLog(
            MetricsLog metrics,
            Metrics earlier,
            TensorBoardWriter tensorBoard,
            OnFailure onFailure,
            Consumer<String> messages) {
        this.metrics = metrics;
        this.earlier = earlier;
        this.tensorBoard = tensorBoard;
        this.onFailure = onFailure;
        this.messages = messages;
    }

    /** Starts the log of a run, or goes on with it after the checkpoint that the run resumes. */
    static RunLog open(RunConfig config, HeldRun run, Storage storage, Consumer<String> messages)
            throws IOException {
        Optional<Checkpoint> start = run.start();
        long step = start.map(Checkpoint::step).orElse(-1L);
        boolean validated = start.map(c -> c.state().validationLoss() != null).orElse(false);
        MetricsLog log = MetricsLog.resume(run.folder().metrics(), step, validated, storage);
        Metrics earlier =
                start.isEmpty()
                        ? new Metrics(List.of(), List.of())
                        : MetricsLog.read(run.folder().metrics());
        TensorBoardWriter tensorBoard = config.tensorBoard() ? events(run, start) : null;
        return new RunLog(log, earlier, tensorBoard, config.saving().onFailure(), messages);
    }

    private static TensorBoardWriter events(HeldRun run, Optional<Checkpoint> start)
            throws IOException {
        return start.isEmpty()
                ? TensorBoardWriter.create(run.folder().path())
                : TensorBoardWriter.resume(run.folder().path(), start.get().step());
    }

    /** Returns what was logged up to the checkpoint that the run resumes. */
    Metrics earlier() {
        return earlier;
    }

    /**
     * Logs a point.
     *
     * @throws IOException if it cannot be written and the run is to stop then
     */
    void append(MetricsPoint point) throws IOException {
        try {
            metrics.append(point);
            if (failing) {
                messages.accept("step " + point.step() + " is logged again");
            }
            failing = false;
        } catch (IOException e) {
            report(e);
        }
        appendToTensorBoard(point);
    }

    private void report(IOException e) throws IOException {
        if (onFailure == OnFailure.STOP) {
            throw e;
        }
        if (!failing) {
            messages.accept(e.getMessage() + "; training goes on, and logs when it can again");
        }
        failing = true;
    }

    private void appendToTensorBoard(MetricsPoint point) throws IOException {
        if (tensorBoard == null) {
            return;
        }
        try {
            if (point instanceof TrainPoint step) {
                tensorBoard.append(step);
            } else if (point instanceof ValidationPoint validation) {
                tensorBoard.append(validation);
            }
        } catch (IOException e) {
            if (onFailure == OnFailure.STOP) {
                throw e;
            }
            messages.accept(
                    "step "
                            + point.step()
                            + " was not written for TensorBoard: "
                            + e
                            + "; its file ends here");
            tensorBoard.close(); // a record may be cut, so nothing can follow it
            tensorBoard = null;
        }
    }

    /** Waits until the disk has all lines; a checkpoint is never ahead of them. */
    void sync() throws IOException {
        try {
            metrics.sync();
        } catch (IOException e) {
            report(e);
        }
    }

    @Override
    public void close() throws IOException {
        metrics.close();
        if (tensorBoard != null) {
            tensorBoard.close();
        }
    }
}
