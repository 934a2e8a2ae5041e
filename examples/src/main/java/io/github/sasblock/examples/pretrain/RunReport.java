package io.github.sasblock.examples.pretrain;

import ai.djl.nn.Block;
import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.examples.report.Console;
import io.github.sasblock.examples.report.LossChart;
import io.github.sasblock.examples.report.Metrics;
import io.github.sasblock.examples.report.MetricsLog;
import io.github.sasblock.examples.report.MetricsPoint;
import io.github.sasblock.examples.report.Progress;
import io.github.sasblock.examples.report.RunFolder;
import io.github.sasblock.examples.report.Summary;
import io.github.sasblock.examples.report.TensorBoardWriter;
import io.github.sasblock.examples.report.TrainPoint;
import io.github.sasblock.examples.report.ValidationPoint;
import io.github.sasblock.examples.train.TrainingListener;
import io.github.sasblock.safetensors.BlockWeights;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Shows and records a run: console, metrics, TensorBoard, checkpoints, and at its end the charts.
 */
final class RunReport implements TrainingListener, Closeable {

    private final RunConfig config;
    private final RunFolder folder;
    private final Console console;
    private final MetricsLog metrics;
    private final TensorBoardWriter tensorBoard; // null unless wanted
    private final double operationsPerToken;
    private final double matrixProductRate;
    private final double bytesPerToken;

    private double bestNats = Double.POSITIVE_INFINITY;
    private Step previous;
    private Step last;
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

    RunReport(RunConfig config, RunFolder folder, Console console, Yardsticks yardsticks)
            throws IOException {
        this.config = config;
        this.folder = folder;
        this.console = console;
        operationsPerToken = yardsticks.operationsPerToken();
        matrixProductRate = yardsticks.matrixProductRate();
        bytesPerToken = yardsticks.bytesPerToken();
        metrics = MetricsLog.create(folder.metrics());
        tensorBoard = config.tensorBoard() ? TensorBoardWriter.create(folder.path()) : null;
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
                        speed * operationsPerToken / matrixProductRate,
                        step.seconds());
        record(point);
        if (tensorBoard != null) {
            tensorBoard.append(point);
        }
        long steps = config.training().steps();
        double left = (steps - step.step()) * step.seconds() / step.step();
        console.progress(new Progress(point, steps, bitsPerByte(step.loss()), left));
        previous = last;
        last = step;
        validationStart = System.nanoTime();
    }

    /**
     * Returns the speed over the last two steps, so that one slow step does not look like a trend.
     */
    private static double speedSince(Step earlier, Step now) {
        double tokens = now.tokens() - (earlier == null ? 0 : earlier.tokens());
        double seconds = now.seconds() - (earlier == null ? 0 : earlier.seconds());
        return tokens / seconds;
    }

    private double bitsPerByte(double nats) {
        return nats / Math.log(2) / bytesPerToken;
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
        record(lastValidation);
        if (tensorBoard != null) {
            tensorBoard.append(lastValidation);
        }
        console.validation(lastValidation, config.training().steps());
        if (validation.step() > 0) {
            saveCheckpoints(validation, model);
        }
    }

    private void record(MetricsPoint point) throws IOException {
        metrics.append(point);
    }

    private void saveCheckpoints(Validation validation, Block model) throws IOException {
        save("last", validation, model);
        if (validation.natsPerToken() < bestNats) {
            bestNats = validation.natsPerToken();
            save("best", validation, model);
        }
    }

    private void save(String name, Validation validation, Block model) throws IOException {
        Path checkpoint = Files.createDirectories(folder.checkpoints().resolve(name));
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("step", String.valueOf(validation.step()));
        metadata.put("nats_per_token", String.valueOf(validation.natsPerToken()));
        metadata.put("model", model.toString());
        BlockWeights.save(model, checkpoint.resolve("model.safetensors"), metadata);
    }

    /** Writes the summary and the charts, and shows the summary. */
    Summary finish(String attention, long parameters, OptionalDouble floor) throws IOException {
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
        return summary;
    }

    private void drawLoss(String attention, OptionalDouble floor) throws IOException {
        Metrics points = MetricsLog.read(folder.metrics());
        String name = attention + " " + config.preset().label();
        LossChart.Builder chart =
                LossChart.builder()
                        .addRun(name, points)
                        .optTitle(folder.path().toString())
                        .optBytesPerToken(name, bytesPerToken);
        floor.ifPresent(chart::optEntropyFloor);
        LossChart drawn = chart.build();
        drawn.writePng(folder.lossPng());
        drawn.writeSvg(folder.lossSvg());
    }

    @Override
    public void close() throws IOException {
        console.endProgress();
        metrics.close();
        if (tensorBoard != null) {
            tensorBoard.close();
        }
    }
}
