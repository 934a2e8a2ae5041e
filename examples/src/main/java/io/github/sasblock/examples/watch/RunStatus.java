package io.github.sasblock.examples.watch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.sasblock.examples.checkpoint.RunLock;
import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.report.MetricsPoint;
import io.github.sasblock.examples.report.MetricsTail;
import io.github.sasblock.examples.report.RunFolder;
import io.github.sasblock.examples.report.TrainPoint;
import io.github.sasblock.examples.report.ValidationPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Follows a run by what it leaves in its folder; nothing there is changed. */
public final class RunStatus {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final RunFolder folder;
    private final MetricsTail log;
    private final JsonNode settings;
    private final Curve train = new Curve();
    private final Curve validation = new Curve();
    private TrainPoint lastTrain;
    private ValidationPoint lastValidation;
    private ValidationPoint bestValidation;

    /** Whether a run goes on. */
    public enum Phase {
        /** A process holds the lock of the folder. */
        RUNNING,
        /** The result is written. */
        FINISHED,
        /** Neither: it was stopped, or died. */
        STOPPED
    }

    /**
     * What a run is at a moment.
     *
     * @param phase whether it goes on
     * @param process who holds the lock; nothing unless it is running
     * @param steps how many steps it is to take; 0 where its configuration does not tell
     * @param train the last step that was logged, null before the first
     * @param validation the last evaluation, null before the first
     * @param best the evaluation with the lowest loss, null before the first
     * @param sinceLogged how long ago the log was written to; null where there is none
     * @param damagedLines how many lines of the log could not be read
     */
    public record State(
            Phase phase,
            Optional<String> process,
            long steps,
            TrainPoint train,
            ValidationPoint validation,
            ValidationPoint best,
            Duration sinceLogged,
            long damagedLines) {}

    private RunStatus(RunFolder folder, JsonNode settings) {
        this.folder = folder;
        this.settings = settings;
        log = new MetricsTail(folder.metrics());
    }

    /**
     * Opens the folder of a run.
     *
     * @param path the folder
     * @return its status, to be read
     * @throws InvalidInputException if it is not the folder of a run, or its config.json is not
     *     what a run writes
     * @throws IOException if config.json cannot be read
     */
    public static RunStatus open(Path path) throws IOException {
        RunFolder folder = RunFolder.open(path);
        try {
            JsonNode settings = JSON.readTree(Files.readAllBytes(folder.config()));
            if (settings.isObject()) {
                return new RunStatus(folder, settings);
            }
        } catch (JsonProcessingException e) {
            throw notSettings(folder, e);
        }
        throw notSettings(folder, null);
    }

    private static InvalidInputException notSettings(RunFolder folder, Exception cause) {
        return new InvalidInputException(
                folder.config() + ": expected a JSON object with the settings of a run", cause);
    }

    /**
     * Looks at the run now.
     *
     * @return its state
     * @throws IOException if its files cannot be read
     */
    public synchronized State read() throws IOException {
        // The lock first: a run that ends meanwhile is then seen to run once more, with a last look
        // at its log to come.
        Optional<String> process = RunLock.holder(folder.path());
        log.read(new Points());
        long steps = settings.path("steps").asLong(0);
        return new State(
                phase(process),
                process,
                steps,
                lastTrain,
                lastValidation,
                bestValidation,
                sinceLogged(),
                log.damagedLines());
    }

    private Phase phase(Optional<String> process) throws IOException {
        if (process.isPresent()) {
            return Phase.RUNNING;
        }
        return isFinished() ? Phase.FINISHED : Phase.STOPPED;
    }

    /** A result of fewer steps than were logged is that of an earlier, shorter part of the run. */
    private synchronized boolean isFinished() throws IOException {
        if (!Files.isRegularFile(folder.summary())) {
            return false;
        }
        try {
            JsonNode summary = JSON.readTree(Files.readAllBytes(folder.summary()));
            long steps = summary.at("/train/steps").asLong(-1);
            return lastTrain == null || steps >= lastTrain.step();
        } catch (JsonProcessingException e) {
            return false; // it is written whole or not at all, so this is none
        }
    }

    private Duration sinceLogged() throws IOException {
        if (!Files.exists(folder.metrics())) {
            return null;
        }
        FileTime written = Files.getLastModifiedTime(folder.metrics());
        Duration since = Duration.between(written.toInstant(), Instant.now());
        return since.isNegative() ? Duration.ZERO : since;
    }

    private final class Points implements MetricsTail.Reader {

        @Override
        public void restarted() {
            forget();
        }

        @Override
        public void point(MetricsPoint point) {
            add(point);
        }
    }

    private synchronized void forget() {
        train.clear();
        validation.clear();
        lastTrain = null;
        lastValidation = null;
        bestValidation = null;
    }

    private synchronized void add(MetricsPoint point) {
        if (point instanceof TrainPoint step) {
            lastTrain = step;
            train.add(step.step(), step.loss());
        } else if (point instanceof ValidationPoint evaluation) {
            lastValidation = evaluation;
            validation.add(evaluation.step(), evaluation.natsPerToken());
            if (bestValidation == null
                    || evaluation.natsPerToken() < bestValidation.natsPerToken()) {
                bestValidation = evaluation;
            }
        }
    }

    /**
     * Returns the run's folder.
     *
     * @return the folder
     */
    public RunFolder folder() {
        return folder;
    }

    /**
     * Describes what is trained.
     *
     * @return for example {@code sas, preset tiny, seed 1, on builtin:books}
     */
    public String title() {
        List<String> parts = new ArrayList<>();
        addSetting("", "attention", parts);
        addSetting("preset ", "preset", parts);
        addSetting("seed ", "seed", parts);
        JsonNode data = settings.path("data");
        if (data.isArray() && !data.isEmpty()) {
            String more = data.size() > 1 ? " and " + (data.size() - 1) + " more" : "";
            parts.add("on " + data.get(0).asText() + more);
        }
        return parts.isEmpty() ? "a run" : String.join(", ", parts);
    }

    private void addSetting(String label, String name, List<String> parts) {
        if (settings.path(name).isValueNode()) {
            parts.add(label + settings.path(name).asText());
        }
    }

    /** Returns the training loss as rows of mean step, mean, lowest and highest. */
    synchronized double[][] trainCurve() {
        return train.rows();
    }

    /** Returns the validation loss, likewise. */
    synchronized double[][] validationCurve() {
        return validation.rows();
    }
}
