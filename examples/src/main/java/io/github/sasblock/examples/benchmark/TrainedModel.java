package io.github.sasblock.examples.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.examples.tokens.ByteTokenizer;
import io.github.sasblock.examples.train.AdamW;
import io.github.sasblock.examples.train.Batch;
import io.github.sasblock.examples.train.Computation;
import io.github.sasblock.examples.train.GradientWorkers;
import io.github.sasblock.examples.train.TrainingSettings;
import io.github.sasblock.transformer.CausalLanguageModel;
import io.github.sasblock.transformer.DocumentMask;
import io.github.sasblock.transformer.LanguageModelConfig;
import java.util.List;
import java.util.Random;

/** A model with its optimizer, trained on random tokens in any form. */
final class TrainedModel {

    private static final int SEED = 1;

    private final NDManager manager;
    private final RunConfig run;
    private final CausalLanguageModel model;
    private final AdamW optimizer;
    private final long[] tokens;

    TrainedModel(NDManager manager, RunConfig run) {
        this.manager = manager;
        this.run = run;
        manager.getEngine().setRandomSeed(SEED);
        model = new CausalLanguageModel(config(run));
        model.initialize(manager, DataType.FLOAT32, new Shape(1, length()));
        optimizer = new AdamW(manager, parameters(), run.training().adam());
        long vocabulary = model.config().vocabularySize();
        tokens =
                new Random(SEED)
                        .ints(run.training().batch() * (length() + 1L), 0, (int) vocabulary)
                        .asLongStream()
                        .toArray();
    }

    /** The model of a run on bytes. */
    static LanguageModelConfig config(RunConfig run) {
        try (ByteTokenizer tokenizer = new ByteTokenizer()) {
            return run.languageModel(tokenizer.vocabularySize());
        }
    }

    CausalLanguageModel model() {
        return model;
    }

    List<NDArray> parameters() {
        return model.getParameters().values().stream().map(Parameter::getArray).toList();
    }

    int length() {
        return run.data().context();
    }

    int windowsOfStep() {
        return run.training().batch();
    }

    int windowsAtOnce() {
        return run.training().microBatch();
    }

    double tokensOfStep() {
        return (double) windowsOfStep() * length();
    }

    double operationsOfStep() {
        return tokensOfStep() * model.counts().trainingOperationsPerToken(length());
    }

    /** Makes the gradients of a form of computation. */
    GradientWorkers gradients(Computation computation) {
        return new GradientWorkers(
                model,
                manager,
                computation,
                DocumentMask.NONE,
                run.training().microBatch(),
                run.data().context());
    }

    /** Makes a whole step: loss, gradients, clipping, update. */
    void step(GradientWorkers gradients) {
        TrainingSettings settings = run.training();
        gradients.add(this::read, 0, settings.batch(), 1 / tokensOfStep());
        optimizer.update(
                gradients.buffers(), settings.learningRate().peak() / 100, settings.clip(), 1);
    }

    private Batch read(NDManager scratch, long place, int size) {
        int length = length();
        long[] inputs = new long[size * length];
        long[] targets = new long[size * length];
        for (int row = 0; row < size; row++) {
            int start = Math.toIntExact((place + row) * (length + 1));
            System.arraycopy(tokens, start, inputs, row * length, length);
            System.arraycopy(tokens, start + 1, targets, row * length, length);
        }
        Shape shape = new Shape(size, length);
        return new Batch(scratch.create(inputs, shape), scratch.create(targets, shape));
    }
}
