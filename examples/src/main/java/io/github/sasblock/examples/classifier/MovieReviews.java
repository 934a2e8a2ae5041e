package io.github.sasblock.examples.classifier;

import ai.djl.basicdataset.nlp.StanfordMovieReview;
import ai.djl.basicdataset.utils.TextData;
import ai.djl.modality.nlp.Vocabulary;
import ai.djl.modality.nlp.preprocess.LowerCaseConvertor;
import ai.djl.modality.nlp.preprocess.PunctuationSeparator;
import ai.djl.modality.nlp.preprocess.SimpleTokenizer;
import ai.djl.modality.nlp.preprocess.TextTerminator;
import ai.djl.modality.nlp.preprocess.TextTruncator;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.repository.Repository;
import ai.djl.training.dataset.Dataset;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.translate.Batchifier;
import ai.djl.translate.PaddingStackBatchifier;
import ai.djl.translate.TranslateException;
import ai.djl.util.Progress;
import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * The movie reviews of a repository, to train and to test with.
 *
 * <p>Batches hold word indices [B, T], INT64, the shorter reviews filled up with {@link
 * MovieReviewClassifier#PADDING}, and labels [B], INT32, 1 for positive. Every review begins with
 * the word {@code <bos>}, so that none is empty. A word that occurs less than three times in the
 * reviews to train with is unknown.
 */
public final class MovieReviews {

    private final Options options;
    private final NDManager manager;
    private final StanfordMovieReview train;
    private final StanfordMovieReview test;

    /**
     * How reviews are read.
     *
     * @param batchSize reviews in a batch
     * @param maxLength words of a review that are kept, counted from its beginning
     * @param limit the most reviews to train with, and the most to test with
     * @param seed decides which reviews a limit keeps
     */
    public record Options(int batchSize, int maxLength, int limit, long seed) {}

    private MovieReviews(
            Repository repository, Options options, NDManager manager, Progress progress)
            throws IOException, TranslateException {
        this.options = options;
        this.manager = manager;
        train = reviews(repository, Dataset.Usage.TRAIN, null);
        train.prepare(progress);
        test = reviews(repository, Dataset.Usage.TEST, vocabulary());
        test.prepare(progress);
    }

    /**
     * Reads the reviews, after downloading or unpacking them if need be.
     *
     * @param repository where {@link StanfordMovieReview} finds its archive
     * @param options how to read them
     * @param manager keeps the reviews until it is closed
     * @param progress told of a download's progress; may be null
     * @return the reviews
     * @throws InvalidInputException if the repository has no readable reviews
     */
    public static MovieReviews load(
            Repository repository, Options options, NDManager manager, Progress progress) {
        try {
            return new MovieReviews(repository, options, manager, progress);
        } catch (IOException | TranslateException | RuntimeException e) {
            // What is wrong with an archive's files surfaces as whatever parsing them threw.
            throw new InvalidInputException(
                    "cannot read the movie reviews of "
                            + repository.getBaseUri()
                            + ", expected as an archive of"
                            + " aclImdb/{train,test}/{pos,neg}/<number>_<score>.txt: "
                            + e,
                    e);
        }
    }

    /**
     * Returns the words known, in the order of their indices.
     *
     * @return the vocabulary of the reviews to train with
     */
    public Vocabulary vocabulary() {
        return train.getVocabulary(true);
    }

    /**
     * Returns the reviews to train with.
     *
     * @return batches in another random order each time
     */
    public RandomAccessDataset train() {
        return sample(train);
    }

    /**
     * Returns the reviews to test with.
     *
     * @return batches in a fixed order
     */
    public RandomAccessDataset test() {
        return sample(test);
    }

    /**
     * Returns the size of all batches but the last.
     *
     * @return reviews in a batch
     */
    public int batchSize() {
        return options.batchSize();
    }

    private StanfordMovieReview reviews(
            Repository repository, Dataset.Usage usage, Vocabulary vocabulary) {
        TextData.Configuration text =
                new TextData.Configuration()
                        .setVocabulary(vocabulary)
                        .setTextProcessors(
                                List.of(
                                        new SimpleTokenizer(),
                                        new LowerCaseConvertor(Locale.ENGLISH),
                                        new PunctuationSeparator(),
                                        new TextTruncator(options.maxLength()),
                                        new TextTerminator(true, false)));
        return StanfordMovieReview.builder()
                .optRepository(repository)
                .optManager(manager)
                .optUsage(usage)
                .setSourceConfiguration(text)
                .setSampling(options.batchSize(), usage == Dataset.Usage.TRAIN)
                .optDataBatchifier(padToLongest())
                .build();
    }

    private Batchifier padToLongest() {
        return PaddingStackBatchifier.builder().addPad(0, 0, this::padding).build();
    }

    private NDArray padding(NDManager batch) {
        return batch.create(new long[] {vocabulary().getIndex(MovieReviewClassifier.PADDING)});
    }

    // DJL lists the files as the file system does, the positive ones first, and its own limit keeps
    // the first ones: sort, so that the file system does not matter, and shuffle before limiting.
    private RandomAccessDataset sample(StanfordMovieReview reviews) {
        List<Long> order =
                LongStream.range(0, reviews.size())
                        .boxed()
                        .sorted(Comparator.comparing(index -> reviews.getRawText(index, true)))
                        .collect(Collectors.toList());
        Collections.shuffle(order, new Random(options.seed()));
        return reviews.subDataset(order.subList(0, Math.min(options.limit(), order.size())));
    }
}
