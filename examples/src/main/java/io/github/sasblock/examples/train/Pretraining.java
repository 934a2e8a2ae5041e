package io.github.sasblock.examples.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.github.sasblock.examples.checkpoint.Checkpoint;
import io.github.sasblock.examples.checkpoint.CheckpointPart;
import io.github.sasblock.examples.checkpoint.TrainingState;
import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.tokens.Windows;
import io.github.sasblock.safetensors.BlockWeights;
import io.github.sasblock.safetensors.SafeTensors;
import io.github.sasblock.safetensors.SafeTensorsException;
import io.github.sasblock.transformer.CausalLanguageModel;
import io.github.sasblock.transformer.LanguageModelConfig;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The training of a causal language model on windows of text, from its first step, or from a
 * checkpoint, to its last.
 *
 * <p>What a step does depends on the settings, the step's number, weights, moments and a few counts
 * alone. So a training that goes on from a {@link Snapshot} takes the same steps, bit for bit, as
 * one that was never stopped, with the same number of threads on the same machine.
 */
public final class Pretraining implements AutoCloseable {

    private static final double NANOS = 1e9;
    private static final int MEASUREMENTS = 3;

    /** Scoring keeps nothing for a backward pass, so more windows fit in memory at once. */
    private static final int SCORED_TOKENS = 4096;

    private final NDManager manager;
    private final CausalLanguageModel model;
    private final StepRunner steps;
    private final TrainingSettings settings;
    private final Evaluator evaluator;
    private final long tokensPerStep;

    private long step;
    private Double validationLoss; // at this step, or null
    private TrainingState.Best best; // null before the first validation
    private double seconds;

    /**
     * Builds and initialises the model.
     *
     * @param config its sizes
     * @param settings how it is trained
     * @param training the windows to train on
     * @param validation the windows to score
     */
    public Pretraining(
            LanguageModelConfig config,
            TrainingSettings settings,
            Windows training,
            Windows validation) {
        this(config, settings, training, validation, GradientWorkers::new);
    }

    Pretraining(
            LanguageModelConfig config,
            TrainingSettings settings,
            Windows training,
            Windows validation,
            StepGradients.Factory factory) {
        this.settings = settings;
        manager = NDManager.newBaseManager();
        Threads.useReproducibleScripts();
        manager.getEngine().setRandomSeed((int) settings.seed());
        model = new CausalLanguageModel(config);
        Batches batches = new Batches(training, settings.seed());
        try {
            model.initialize(manager, DataType.FLOAT32, new Shape(1, training.length()));
            steps = new StepRunner(model, manager, settings, batches, training.length(), factory);
        } catch (RuntimeException | OutOfMemoryError e) {
            manager.close();
            if (OutOfMemoryException.isLackOfMemory(e)) {
                throw OutOfMemoryException.of("making the model", "its weights and moments", 1, e);
            }
            throw e;
        }
        int scoredAtOnce = Math.max(settings.microBatch(), SCORED_TOKENS / validation.length());
        ParameterStore store = new ParameterStore(manager, false);
        evaluator = new Evaluator(model, store, validation, settings.documents(), scoredAtOnce);
        tokensPerStep = (long) settings.batch() * training.length();
    }

    /**
     * Goes on from a checkpoint of a training with the same model and the same text.
     *
     * @param checkpoint the checkpoint
     * @param trainedSeconds how long the training took up to there; no checkpoint holds a time
     * @throws InvalidInputException if its tensors do not fit the model
     * @throws IOException if it cannot be read
     */
    public void restore(Checkpoint checkpoint, double trainedSeconds) throws IOException {
        try {
            BlockWeights.load(model, manager, checkpoint.file(Snapshot.WEIGHTS));
            restoreMoments(checkpoint);
        } catch (SafeTensorsException e) {
            throw new InvalidInputException(
                    "checkpoint " + checkpoint + " does not fit the model: " + e.getMessage(), e);
        }
        TrainingState state = checkpoint.state();
        steps.restore(state);
        step = state.step();
        validationLoss = state.validationLoss();
        best = state.best();
        seconds = trainedSeconds;
    }

    private void restoreMoments(Checkpoint checkpoint) throws IOException {
        try (SafeTensors saved = checkpoint.tensors(Snapshot.MOMENTS);
                NDManager scratch = manager.newSubManager()) {
            for (Map.Entry<String, NDArray> moment : steps.tensors().entrySet()) {
                NDArray value = saved.read(scratch, moment.getKey());
                InPlace.copy(moment.getValue(), value); // a view of the array of all moments
            }
        }
    }

    /**
     * Trains the model to the last step.
     *
     * @param listener is told of each step and validation
     * @throws IOException if the listener cannot record one
     * @throws TrainingStoppedException if a step cannot be taken
     */
    public void run(TrainingListener listener) throws IOException {
        run(listener, new StopRequest());
    }

    /**
     * Trains the model, scores it before the first step, at intervals and after the last, and hands
     * out what is to be saved.
     *
     * @param listener is told of each step, validation and checkpoint
     * @param stop ends the training after the step that is being taken
     * @return whether the last step was taken and scored; if not, the training was asked to stop
     * @throws IOException if the listener cannot record something
     * @throws TrainingStoppedException if a step cannot be taken; the model is then as before it
     */
    public boolean run(TrainingListener listener, StopRequest stop) throws IOException {
        if (validateIfDue(listener, stop) && step > 0) {
            listener.onCheckpoint(snapshot()); // it was stopped before it was scored
        }
        while (step < settings.steps() && !stop.isRequested()) {
            takeStep(listener);
            boolean validated = validateIfDue(listener, stop);
            if (validated || isCheckpointDue() || stop.isRequested()) {
                listener.onCheckpoint(snapshot());
            }
        }
        return step >= settings.steps() && !isValidationDue();
    }

    private void takeStep(TrainingListener listener) throws IOException {
        long start = System.nanoTime();
        StepRunner.Result result = steps.take(step + 1, listener);
        step++;
        validationLoss = null;
        seconds += (System.nanoTime() - start) / NANOS;
        listener.onStep(
                new TrainingListener.Step(
                        step,
                        step * tokensPerStep,
                        result.loss(),
                        result.learningRate(),
                        result.norm(),
                        seconds,
                        manager.getManagedArrays().size()));
    }

    private boolean isCheckpointDue() {
        return step % settings.checkpointEvery() == 0;
    }

    private boolean isValidationDue() {
        boolean now = step % settings.validateEvery() == 0 || step == settings.steps();
        return now && validationLoss == null;
    }

    private boolean validateIfDue(TrainingListener listener, StopRequest stop) throws IOException {
        if (!isValidationDue()) {
            return false;
        }
        Optional<Evaluator.Score> score = score(stop);
        if (score.isPresent()) {
            takeNote(score.get().natsPerToken());
            listener.onValidation(validation(score.get()), model);
        }
        return score.isPresent();
    }

    private Optional<Evaluator.Score> score(StopRequest stop) {
        try {
            return evaluator.score(manager, stop);
        } catch (RuntimeException | OutOfMemoryError e) {
            if (OutOfMemoryException.isLackOfMemory(e)) {
                throw OutOfMemoryException.of(
                        "scoring after step " + step, steps.sizes(), steps.microBatch(), e);
            }
            throw e;
        }
    }

    private void takeNote(double nats) {
        validationLoss = nats;
        boolean counts = step > 0 && Double.isFinite(nats); // before the first step, none is saved
        if (counts && (best == null || nats < best.validationLoss())) {
            best = new TrainingState.Best(step, nats);
        }
    }

    private TrainingListener.Validation validation(Evaluator.Score score) {
        return new TrainingListener.Validation(
                step,
                step * tokensPerStep,
                score.natsPerToken(),
                score.perplexity(),
                score.bitsPerByte(),
                score.tokens(),
                score.bytes(),
                seconds);
    }

    private Snapshot snapshot() {
        TrainingState.Builder state = TrainingState.builder(step, step * tokensPerStep);
        state.optPosition("windows", step * settings.batch());
        if (validationLoss != null && Double.isFinite(validationLoss)) {
            state.optValidationLoss(validationLoss);
        }
        if (best != null) {
            state.optBest(best.step(), best.validationLoss());
        }
        steps.addTo(state);
        Map<String, NDArray> weights = new LinkedHashMap<>();
        BlockWeights.named(model).forEach((name, value) -> weights.put(name, value.getArray()));
        Map<String, String> description = Map.of("model", model.toString());
        return new Snapshot(
                state,
                List.of(
                        CheckpointPart.tensors(Snapshot.WEIGHTS, weights, description),
                        CheckpointPart.tensors(Snapshot.MOMENTS, steps.tensors())));
    }

    /**
     * Measures how long a step takes, by passes that leave the model as it is.
     *
     * @return seconds of a step; NaN where memory does not suffice for one
     */
    public double measureStep() {
        double fastest = Double.POSITIVE_INFINITY;
        try {
            for (int i = 0; i < MEASUREMENTS; i++) {
                long start = System.nanoTime();
                steps.rehearse();
                fastest = Math.min(fastest, (System.nanoTime() - start) / NANOS);
            }
            return fastest;
        } catch (RuntimeException | OutOfMemoryError e) {
            if (OutOfMemoryException.isLackOfMemory(e)) {
                return Double.NaN; // what is to be done about it, the first step decides
            }
            throw e;
        }
    }

    /**
     * Makes whole steps at a learning rate of zero, which leave the model as it is.
     *
     * @param count the number of steps
     * @return seconds of all of them
     */
    public double timeSteps(int count) {
        long start = System.nanoTime();
        for (int place = 1; place <= count; place++) {
            steps.rehearseWithUpdate(place);
        }
        return (System.nanoTime() - start) / NANOS;
    }

    /**
     * Returns the model.
     *
     * @return the model with its present parameters
     */
    public CausalLanguageModel model() {
        return model;
    }

    /**
     * Returns how many steps were taken.
     *
     * @return the step, counted from the training's beginning
     */
    public long step() {
        return step;
    }

    /** Frees the model and all that belongs to its training. */
    @Override
    public void close() {
        steps.close();
        manager.close();
    }
}
