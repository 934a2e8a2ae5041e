package io.github.sasblock.examples.pretrain;

import ai.djl.nn.Block;
import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.examples.report.Console;
import io.github.sasblock.examples.report.LossChart;
import io.github.sasblock.examples.report.Metrics;
import io.github.sasblock.examples.report.MetricsLog;
import io.github.sasblock.examples.report.Progress;
import io.github.sasblock.examples.report.RunFolder;
import io.github.sasblock.examples.report.Summary;
import io.github.sasblock.examples.report.TrainPoint;
import io.github.sasblock.examples.report.ValidationPoint;
import io.github.sasblock.examples.train.Snapshot;
import io.github.sasblock.examples.train.TrainingListener;
import java.io.IOException;
import java.util.List;
import java.util.OptionalDouble;

/** Shows and records a run: console, log, checkpoints, and at its end the charts. */
final class RunReport implements TrainingListener, AutoCloseable {

    private final RunConfig config;
    private final RunFolder folder;
    private final Console console;
    private final RunLog log;
    private final CheckpointWriter checkpoints;
    private final Yardsticks yardsticks;

    private TrainPoint previous; // null before the second step
    private TrainPoint last; // null before the first step
    private ValidationPoint lastValidation;
    private long validationStart = System.nanoTime();

    /**
     * The yardsticks of a run.
     *
     * @param operationsPerToken operations of training per token
     * @param matrixProductRate operations per second that this machine reaches in matrix products
     * @param bytesPerToken bytes of text per token of the training text
     */
    record Yardsticks(double operationsPerToken, double matrixProductRate, double bytesPerToken) {}

    RunReport(
            RunConfig config,
            RunFolder folder,
            Console console,
            RunLog log,
            CheckpointWriter checkpoints,
            Yardsticks yardsticks) {
        this.config = config;
        this.folder = folder;
        this.console = console;
        this.log = log;
        this.checkpoints = checkpoints;
        this.yardsticks = yardsticks;
        List<TrainPoint> steps = log.earlier().train();
        List<ValidationPoint> validations = log.earlier().validation();
        previous = steps.size() < 2 ? null : steps.get(steps.size() - 2);
        last = steps.isEmpty() ? null : steps.get(steps.size() - 1);
        lastValidation = validations.isEmpty() ? null : validations.get(validations.size() - 1);
    }

    @Override
    public void onStep(Step step) throws IOException {
        double speed = speedSince(previous, step);
        TrainPoint point =
                new TrainPoint(
                        step.step(),
                        step.tokens(),
                        step.loss(),
                        step.learningRate(),
                        step.gradientNorm(),
                        speed,
                        speed * yardsticks.operationsPerToken() / yardsticks.matrixProductRate(),
                        step.seconds());
        log.append(point);
        long steps = config.training().steps();
        double left = (steps - step.step()) * step.seconds() / step.step();
        console.progress(new Progress(point, steps, bitsPerByte(step.loss()), left));
        previous = last;
        last = point;
        validationStart = System.nanoTime();
    }

    /**
     * Returns the speed over the last two steps, so that one slow step does not look like a trend.
     */
    private static double speedSince(TrainPoint earlier, Step now) {
        double tokens = now.tokens() - (earlier == null ? 0 : earlier.tokens());
        double seconds = now.seconds() - (earlier == null ? 0 : earlier.seconds());
        return tokens / seconds;
    }

    private double bitsPerByte(double nats) {
        return nats / Math.log(2) / yardsticks.bytesPerToken();
    }

    @Override
    public void onValidation(Validation validation, Block model) throws IOException {
        double seconds = (System.nanoTime() - validationStart) / 1e9;
        lastValidation =
                new ValidationPoint(
                        validation.step(),
                        validation.tokens(),
                        validation.natsPerToken(),
                        validation.perplexity(),
                        validation.bitsPerByte(),
                        validation.tokensScored(),
                        validation.bytesScored(),
                        seconds);
        log.append(lastValidation);
        console.validation(lastValidation, config.training().steps());
    }

    @Override
    public void onCheckpoint(Snapshot snapshot) throws IOException {
        log.sync();
        checkpoints.save(snapshot);
        validationStart = System.nanoTime();
    }

    @Override
    public void onNotice(String notice) {
        console.message(notice);
    }

    /** Returns how long the run has trained, by its log. */
    double seconds() {
        return last == null ? 0 : last.seconds();
    }

    /** Writes the summary and the charts, and shows the summary. */
    void finish(String attention, long parameters, OptionalDouble floor) throws IOException {
        if (last == null || lastValidation == null) {
            console.message(
                    "no summary: "
                            + folder.metrics()
                            + " does not hold the steps before this run went on");
            return;
        }
        Summary summary =
                new Summary(
                        attention,
                        config.training().seed(),
                        parameters,
                        Summary.Validation.of(lastValidation),
                        new Summary.Train(
                                last.tokens(),
                                last.seconds(),
                                last.tokens() / last.seconds(),
                                last.step()),
                        floor.isPresent() ? new Summary.EntropyFloor(floor.getAsDouble()) : null);
        folder.writeJson("summary.json", summary);
        drawLoss(attention, floor);
        console.summary(summary, folder);
    }

    private void drawLoss(String attention, OptionalDouble floor) throws IOException {
        Metrics points = MetricsLog.read(folder.metrics());
        String name = attention + " " + config.preset().label();
        LossChart.Builder chart =
                LossChart.builder()
                        .addRun(name, points)
                        .optTitle(folder.path().toString())
                        .optBytesPerToken(name, yardsticks.bytesPerToken());
        floor.ifPresent(chart::optEntropyFloor);
        LossChart drawn = chart.build();
        drawn.writePng(folder.lossPng());
        drawn.writeSvg(folder.lossSvg());
    }

    @Override
    public void close() {
        console.endProgress();
    }
}
