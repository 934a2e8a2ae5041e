package io.github.sasblock.examples.classifier;

import ai.djl.basicdataset.BasicDatasets;
import ai.djl.ndarray.NDManager;
import ai.djl.repository.Repository;
import ai.djl.training.util.ProgressBar;
import ai.djl.translate.TranslateException;
import ai.djl.util.Utils;
import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.problem.Problems;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains the same sentiment classifier around one attention after another and compares them. */
@Command(
        name = "classify",
        sortOptions = false,
        description = {
            "Trains a DJL text classifier of movie reviews around each of the attentions given,"
                    + " with DJL's own training loop, and compares what they reach."
        })
public final class ClassifyCommand implements Callable<Integer> {

    private static final String REMOTE = "remote";
    private static final String INVENTED = "invented";
    private static final int INVENTED_TRAIN = 2000;
    private static final int INVENTED_TEST = 500;

    @Spec private CommandSpec spec;

    @Option(
            names = "--attention",
            split = ",",
            paramLabel = "NAME",
            defaultValue = "stock,sas",
            description =
                    "attentions to train with, separated by commas: stock (DJL's"
                            + " ScaledDotProductAttentionBlock), sas, mha"
                            + " (${DEFAULT-VALUE})")
    private List<String> attentions;

    @Option(
            names = "--repository",
            paramLabel = "WHERE",
            defaultValue = REMOTE,
            description =
                    "where the reviews come from: remote (the 50 000 reviews of the Large Movie"
                            + " Review Dataset, 117 MB, from DJL's repository), invented (2 500"
                            + " made-up ones, no download), or the folder of a local repository in"
                            + " DJL's layout (${DEFAULT-VALUE})")
    private String repository;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "the most reviews to train with, and the most to test with (all)")
    private Integer limit;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "6",
            description = "how often every review is seen (${DEFAULT-VALUE})")
    private int epochs;

    @Option(
            names = "--embedding-size",
            paramLabel = "E",
            defaultValue = "64",
            description = "embedding size, even (${DEFAULT-VALUE})")
    private int embeddingSize;

    @Option(
            names = "--heads",
            paramLabel = "H",
            defaultValue = "4",
            description = "heads, a divisor of the embedding size (${DEFAULT-VALUE})")
    private int headCount;

    @Option(
            names = "--max-length",
            paramLabel = "T",
            defaultValue = "256",
            description = "words of a review that are kept, from its beginning (${DEFAULT-VALUE})")
    private int maxLength;

    @Option(
            names = "--batch-size",
            paramLabel = "B",
            defaultValue = "32",
            description = "reviews in a batch (${DEFAULT-VALUE})")
    private int batchSize;

    @Option(
            names = "--learning-rate",
            paramLabel = "RATE",
            defaultValue = "0.003",
            description = "step size of Adam at first; it falls to a tenth (${DEFAULT-VALUE})")
    private float learningRate;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "seed of the initial weights, of the order of the reviews, and of their choice"
                            + " under --limit (${DEFAULT-VALUE})")
    private int seed;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    private boolean helpRequested;

    /** Creates the command; picocli fills in the options. */
    public ClassifyCommand() {}

    /**
     * Runs the command.
     *
     * @return 0
     * @throws InvalidInputException if an option or the repository is not valid
     * @throws IOException if reviews cannot be read or written
     * @throws TranslateException if a batch cannot be made
     */
    @Override
    public Integer call() throws IOException, TranslateException {
        checkOptions();
        try (NDManager manager = NDManager.newBaseManager()) {
            MovieReviews reviews = load(manager);
            print(
                    "%d reviews to train with, %d to test with, %d words known",
                    reviews.train().size(), reviews.test().size(), reviews.vocabulary().size());
            List<String> summary = new ArrayList<>();
            for (String name : attentions) {
                summary.add(train(AttentionChoice.of(name).orElseThrow(), reviews));
            }
            print("%n%-10s %10s %13s %8s", "attention", "parameters", "test accuracy", "seconds");
            summary.forEach(line -> print("%s", line));
        }
        return 0;
    }

    private String train(AttentionChoice choice, MovieReviews reviews)
            throws IOException, TranslateException {
        print("%n%s", choice.label());
        ClassifierTraining.Options options =
                new ClassifierTraining.Options(embeddingSize, epochs, learningRate, seed);
        ClassifierTraining.Result result =
                new ClassifierTraining(reviews, options, this::printEpoch)
                        .run(choice.create(embeddingSize, headCount));
        return format(
                "%-10s %10d %11.2f %% %8.1f",
                choice.label(),
                result.parameters(),
                100 * result.testAccuracy(),
                result.time().toMillis() / 1000.0);
    }

    private void printEpoch(ClassifierTraining.Epoch epoch) {
        print(
                "  epoch %2d: loss %.4f in training, %.4f in the test; test accuracy %6.2f %%",
                epoch.number(), epoch.trainLoss(), epoch.testLoss(), 100 * epoch.testAccuracy());
    }

    private MovieReviews load(NDManager manager) throws IOException {
        MovieReviews.Options options =
                new MovieReviews.Options(
                        batchSize, maxLength, limit == null ? Integer.MAX_VALUE : limit, seed);
        if (repository.equals(INVENTED)) {
            return invented(options, manager);
        }
        Repository chosen =
                repository.equals(REMOTE)
                        ? BasicDatasets.REPOSITORY
                        : ReviewRepository.open(folder());
        return MovieReviews.load(chosen, options, manager, new ProgressBar());
    }

    // The reviews stay the same whatever the seed: it is the training that varies with it.
    private static MovieReviews invented(MovieReviews.Options options, NDManager manager)
            throws IOException {
        Path folder = Files.createTempDirectory("invented-reviews");
        try {
            InventedReviews.writeRepository(folder, INVENTED_TRAIN, INVENTED_TEST, 0);
            ReviewRepository repository = new ReviewRepository(folder, folder.resolve("unpacked"));
            return MovieReviews.load(repository, options, manager, null);
        } finally {
            Utils.deleteQuietly(folder);
        }
    }

    private Path folder() {
        try {
            Path folder = Path.of(repository);
            if (Files.isDirectory(folder)) {
                return folder;
            }
        } catch (InvalidPathException e) {
            throw notARepository(e);
        }
        throw notARepository(null);
    }

    private InvalidInputException notARepository(InvalidPathException cause) {
        return new InvalidInputException(
                "--repository = "
                        + repository
                        + ": expected remote, invented or a folder that exists",
                cause);
    }

    private void checkOptions() {
        Problems problems = new Problems();
        for (String name : attentions) {
            if (AttentionChoice.of(name).isEmpty()) {
                problems.addUnknown("--attention", name, AttentionChoice.labels());
            }
        }
        problems.require(limit == null || limit > 0, "--limit", limit, "a positive number");
        problems.require(epochs > 0, "--epochs", epochs, "a positive number");
        problems.require(
                embeddingSize > 0 && embeddingSize % 2 == 0,
                "--embedding-size",
                embeddingSize,
                "a positive even number");
        problems.require(
                headCount > 0 && embeddingSize % headCount == 0,
                "--heads",
                headCount,
                "a positive divisor of the embedding size");
        problems.require(maxLength > 0, "--max-length", maxLength, "a positive number");
        problems.require(batchSize > 0, "--batch-size", batchSize, "a positive number");
        problems.require(
                learningRate > 0 && Float.isFinite(learningRate),
                "--learning-rate",
                learningRate,
                "a positive number");
        problems.throwIfAny();
    }

    private void print(String format, Object... arguments) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(format(format, arguments));
        out.flush();
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
