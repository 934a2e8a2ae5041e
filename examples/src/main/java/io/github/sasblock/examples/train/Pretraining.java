package io.github.sasblock.examples.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.github.sasblock.examples.tokens.Windows;
import io.github.sasblock.transformer.CausalLanguageModel;
import io.github.sasblock.transformer.LanguageModelConfig;
import java.io.IOException;
import java.util.List;

/** The training of a causal language model on windows of text, from its first step to its last. */
public final class Pretraining implements AutoCloseable {

    private static final double NANOS = 1e9;
    private static final int MEASUREMENTS = 3;

    /** Scoring keeps nothing for a backward pass, so more windows fit in memory at once. */
    private static final int SCORED_TOKENS = 4096;

    private final NDManager manager;
    private final CausalLanguageModel model;
    private final ParameterStore store;
    private final AdamW optimizer;
    private final GradientWorkers gradients;
    private final LossScale lossScale;
    private final TrainingSettings settings;
    private final Batches batches;
    private final Evaluator evaluator;
    private final long tokensPerStep;
    private long trainingNanos;

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
        this.settings = settings;
        manager = NDManager.newBaseManager();
        seedEngine(settings.seed());
        model = new CausalLanguageModel(config);
        model.initialize(manager, DataType.FLOAT32, new Shape(1, training.length()));
        store = new ParameterStore(manager, false);
        List<NDArray> parameters =
                model.getParameters().values().stream().map(Parameter::getArray).toList();
        optimizer = new AdamW(manager, parameters, settings.adam());
        gradients =
                new GradientWorkers(
                        model,
                        manager,
                        settings.computation(),
                        settings.microBatch(),
                        training.length());
        lossScale = LossScale.of(settings.computation().precision());
        batches = new Batches(training, settings.seed());
        int scoredAtOnce = Math.max(settings.microBatch(), SCORED_TOKENS / validation.length());
        evaluator = new Evaluator(model, store, validation, scoredAtOnce);
        tokensPerStep = (long) settings.batch() * training.length();
        seedEngine(settings.seed() + 1);
    }

    /**
     * Trains the model, and scores it before the first step, at intervals, and after the last.
     *
     * @param listener is told of each step and validation
     * @throws IOException if the listener cannot record one
     * @throws NonFiniteLossException if a loss or gradient is not finite; the model is then as
     *     before that step
     */
    public void run(TrainingListener listener) throws IOException {
        validate(0, listener);
        for (long step = 1; step <= settings.steps(); step++) {
            listener.onStep(step(step));
            if (step % settings.validateEvery() == 0 || step == settings.steps()) {
                validate(step, listener);
            }
        }
    }

    /**
     * Measures how long a step takes, by passes that leave the model as it is.
     *
     * @return seconds of a step
     */
    public double measureStep() {
        double fastest = Double.POSITIVE_INFINITY;
        for (int i = 0; i < MEASUREMENTS; i++) {
            long start = System.nanoTime();
            gradients.add(batches::batch, 0, settings.batch(), 0);
            fastest = Math.min(fastest, (System.nanoTime() - start) / NANOS);
        }
        seedEngine(settings.seed() + 1);
        return fastest;
    }

    /**
     * Makes whole steps at a learning rate of zero, which leave the model as it is.
     *
     * @param count the number of steps
     * @return seconds of all of them
     */
    public double timeSteps(int count) {
        long start = System.nanoTime();
        for (int step = 1; step <= count; step++) {
            addGradients(step);
            optimizer.update(gradients.buffers(), 0, settings.clip(), lossScale.factor());
        }
        return (System.nanoTime() - start) / NANOS;
    }

    private void seedEngine(long seed) {
        manager.getEngine().setRandomSeed((int) seed);
    }

    private TrainingListener.Step step(long step) {
        long start = System.nanoTime();
        double rate = settings.learningRate().at(step);
        double loss;
        double norm;
        do {
            loss = addGradients(step);
            norm = optimizer.update(gradients.buffers(), rate, settings.clip(), lossScale.factor());
        } while (lossScale.repeats(norm));
        requireFinite(step, loss, norm);
        trainingNanos += System.nanoTime() - start;
        return new TrainingListener.Step(
                step,
                step * tokensPerStep,
                loss,
                rate,
                norm,
                seconds(),
                manager.getManagedArrays().size());
    }

    /** Adds the gradients of the step's mean loss, and returns that loss. */
    private double addGradients(long step) {
        long place = (step - 1) * settings.batch();
        double scale = lossScale.factor() / tokensPerStep;
        return gradients.add(batches::batch, place, settings.batch(), scale) / tokensPerStep;
    }

    private static void requireFinite(long step, double loss, double norm) {
        if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
            throw new NonFiniteLossException(step, loss, norm);
        }
    }

    private void validate(long step, TrainingListener listener) throws IOException {
        Evaluator.Score score = evaluator.score(manager);
        listener.onValidation(
                new TrainingListener.Validation(
                        step,
                        step * tokensPerStep,
                        score.natsPerToken(),
                        score.perplexity(),
                        score.bitsPerByte(),
                        score.tokens(),
                        score.bytes(),
                        seconds()),
                model);
    }

    private double seconds() {
        return trainingNanos / NANOS;
    }

    /**
     * Returns the model.
     *
     * @return the model with its present parameters
     */
    public CausalLanguageModel model() {
        return model;
    }

    /** Frees the model and all that belongs to its training. */
    @Override
    public void close() {
        gradients.close();
        manager.close();
    }
}
