package io.github.sasblock.examples.selfcheck;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.sasblock.examples.train.AdamW;
import io.github.sasblock.examples.train.Batch;
import io.github.sasblock.examples.train.Computation;
import io.github.sasblock.examples.train.GradientWorkers;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import io.github.sasblock.transformer.AttentionConfig;
import io.github.sasblock.transformer.CausalLanguageModel;
import io.github.sasblock.transformer.DocumentMask;
import io.github.sasblock.transformer.LanguageModelConfig;
import io.github.sasblock.transformer.MultiHeadConfig;
import java.util.List;
import java.util.Locale;

/**
 * A short training on a text whose next token follows from the last: its loss must fall from that
 * of a guess to less than half of it.
 *
 * @param name what is checked
 * @param attention the attention of the model
 */
record TrainingCheck(String name, AttentionConfig attention) implements SelfCheck {

    private static final int STEPS = 30;
    private static final int VOCABULARY = 64;
    private static final int BATCH = 8;
    private static final int LENGTH = 32;
    private static final double LEARNING_RATE = 1e-2;

    static List<SelfCheck> all() {
        return List.of(
                new TrainingCheck("training, MHA", MultiHeadConfig.of(4, 4, 12)),
                new TrainingCheck(
                        "training, SAS", AttentionChecks.sas(HeadExpansionKind.CONVOLUTION, 5)));
    }

    @Override
    public Outcome run(Device device) {
        Engine.getInstance().setRandomSeed(5);
        try (NDManager manager = NDManager.newBaseManager(device)) {
            CausalLanguageModel model =
                    new CausalLanguageModel(LanguageModelConfig.of(VOCABULARY, 48, 2, attention));
            model.initialize(manager, DataType.FLOAT32, new Shape(1, LENGTH));
            List<NDArray> parameters =
                    model.getParameters().values().stream().map(Parameter::getArray).toList();
            AdamW.Settings settings = new AdamW.Settings(0.9, 0.95, 1e-8, 0, AdamW.Decay.MATRICES);
            try (GradientWorkers gradients =
                            new GradientWorkers(
                                    model,
                                    manager,
                                    Computation.usual(),
                                    DocumentMask.NONE,
                                    BATCH,
                                    LENGTH);
                    AdamW optimizer = new AdamW(manager, parameters, settings)) {
                double first = step(gradients, optimizer, 0);
                double last = first;
                for (int step = 1; step < STEPS; step++) {
                    last = step(gradients, optimizer, step);
                }
                return new Outcome(
                        last < first / 2,
                        String.format(
                                Locale.ROOT,
                                "loss %.2f to %.2f in %d steps%s",
                                first,
                                last,
                                STEPS,
                                last < first / 2 ? "" : ", expected less than half"));
            }
        }
    }

    private static double step(GradientWorkers gradients, AdamW optimizer, int step) {
        long place = (long) step * BATCH;
        double loss = gradients.add(TrainingCheck::batch, place, BATCH, 1.0 / (BATCH * LENGTH));
        optimizer.update(gradients.buffers(), LEARNING_RATE, 0, 1);
        return loss / (BATCH * LENGTH);
    }

    private static Batch batch(NDManager manager, long place, int size) {
        NDArray tokens = tokens(manager, place, size); // [B, T + 1]
        return new Batch(tokens.get(":, :{}", LENGTH), tokens.get(":, 1:"));
    }

    // Counts upwards by 5, from another token in each row.
    private static NDArray tokens(NDManager manager, long place, int size) {
        long[] tokens = new long[size * (LENGTH + 1)];
        for (int i = 0; i < tokens.length; i++) {
            long row = i / (LENGTH + 1);
            long t = i % (LENGTH + 1);
            tokens[i] = (7 * (place + row) + 5 * t) % VOCABULARY;
        }
        return manager.create(tokens, new Shape(size, LENGTH + 1)).toType(DataType.INT64, false);
    }
}
