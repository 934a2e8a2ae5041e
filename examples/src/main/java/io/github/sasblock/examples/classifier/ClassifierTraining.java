package io.github.sasblock.examples.classifier;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.metric.Metrics;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.TrainingResult;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.evaluator.Accuracy;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.listener.TrainingListenerAdapter;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Adam;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

/** Trains a {@link MovieReviewClassifier} with DJL's {@link EasyTrain}. */
public final class ClassifierTraining {

    private static final String ACCURACY = "Accuracy";
    private static final float FINAL_SHARE = 0.1f;

    private final MovieReviews reviews;
    private final Options options;
    private final Consumer<Epoch> listener;

    /**
     * How a classifier is trained.
     *
     * @param embeddingSize the embedding size E
     * @param epochs how often every review is seen
     * @param learningRate the step size of Adam at first; it falls along a cosine to a tenth
     * @param seed the seed of the initial weights, the order of the reviews and the dropout
     */
    public record Options(int embeddingSize, int epochs, float learningRate, int seed) {}

    /**
     * What an epoch achieved.
     *
     * @param number its number, from 1
     * @param trainLoss the mean cross-entropy of the reviews trained with, in nats, while training
     * @param testLoss the cross-entropy of the reviews tested with, in nats, afterwards
     * @param testAccuracy the share of the reviews tested with that are classified rightly
     */
    public record Epoch(int number, float trainLoss, float testLoss, float testAccuracy) {}

    /**
     * What a training achieved.
     *
     * @param parameters the number of trainable values of the attention
     * @param testAccuracy the share of the reviews tested with that are classified rightly
     * @param time how long training and testing took
     */
    public record Result(long parameters, float testAccuracy, Duration time) {}

    /**
     * Creates a training.
     *
     * @param reviews the reviews to train and to test with
     * @param options how to train
     * @param listener told of every epoch
     */
    public ClassifierTraining(MovieReviews reviews, Options options, Consumer<Epoch> listener) {
        this.reviews = reviews;
        this.options = options;
        this.listener = listener;
    }

    /**
     * Trains a classifier. Every call starts from the same seed, so that two attentions see the
     * same reviews in the same order.
     *
     * @param attention the attention to build it around, not yet initialized; see {@link
     *     MovieReviewClassifier.Builder#setAttention}
     * @return what it achieved
     * @throws IOException if the reviews cannot be read
     * @throws TranslateException if a batch cannot be made
     */
    public Result run(Block attention) throws IOException, TranslateException {
        Engine.getInstance().setRandomSeed(options.seed());
        MovieReviewClassifier classifier =
                MovieReviewClassifier.builder()
                        .setVocabulary(reviews.vocabulary())
                        .setEmbeddingSize(options.embeddingSize())
                        .setAttention(attention)
                        .build();
        long start = System.nanoTime();
        try (Model model = Model.newInstance("movie-reviews")) {
            model.setBlock(classifier);
            float accuracy = fit(model);
            Duration time = Duration.ofNanos(System.nanoTime() - start);
            return new Result(parameterCount(attention), accuracy, time);
        }
    }

    private float fit(Model model) throws IOException, TranslateException {
        RandomAccessDataset train = reviews.train();
        try (Trainer trainer = model.newTrainer(config(train.size()))) {
            trainer.setMetrics(new Metrics());
            trainer.initialize(new Shape(1, 1)); // [B, T]; neither decides a parameter's shape
            EasyTrain.fit(trainer, options.epochs(), train, reviews.test());
            return trainer.getTrainingResult().getValidateEvaluation(ACCURACY);
        }
    }

    private DefaultTrainingConfig config(long trainSize) {
        long batches = (trainSize + reviews.batchSize() - 1) / reviews.batchSize();
        Tracker learningRate =
                Tracker.cosine()
                        .setBaseValue(options.learningRate())
                        .optFinalValue(FINAL_SHARE * options.learningRate())
                        .setMaxUpdates(Math.toIntExact(options.epochs() * batches))
                        .build();
        return new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(Adam.builder().optLearningRateTracker(learningRate).build())
                .optDevices(Engine.getInstance().getDevices(1))
                .addEvaluator(new Accuracy(ACCURACY))
                .addTrainingListeners(TrainingListener.Defaults.basic())
                .addTrainingListeners(new EpochReporter());
    }

    private static long parameterCount(Block block) {
        return block.getParameters().values().stream()
                .mapToLong(parameter -> parameter.getArray().size())
                .sum();
    }

    /** Tells the listener of every epoch; stands after the listeners that compute the values. */
    private final class EpochReporter extends TrainingListenerAdapter {

        /** {@inheritDoc} */
        @Override
        public void onEpoch(Trainer trainer) {
            TrainingResult result = trainer.getTrainingResult();
            listener.accept(
                    new Epoch(
                            result.getEpoch(),
                            result.getTrainLoss(),
                            result.getValidateLoss(),
                            result.getValidateEvaluation(ACCURACY)));
        }
    }
}
