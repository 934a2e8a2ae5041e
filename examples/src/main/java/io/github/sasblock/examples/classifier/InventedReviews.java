package io.github.sasblock.examples.classifier;

import ai.djl.util.Hex;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Makes up short movie reviews whose sentiment only a model that relates words can tell.
 *
 * <p>Reviews come in pairs, one positive and one negative. About half of the pairs praise or blame
 * plainly: "the plot was really dull". In the other half both reviews praise and blame, and what
 * decides is which of the two they negate: "the plot was not dull and the music felt fresh", "the
 * plot was dull and the music felt not fresh". These two have the same words, so that whoever
 * counts words, in whatever way, gets exactly one of them right, and three quarters of all reviews.
 */
public final class InventedReviews {

    private static final String[] SUBJECTS = {
        "the plot", "the acting", "the music", "the ending", "the camera work", "the dialogue"
    };
    private static final String[] VERBS = {"was", "seemed", "felt"};
    private static final String[] NEGATIONS = {"not", "never", "hardly"};
    private static final String[] DEGREES = {"", "", "very ", "really "};
    private static final String[] PRAISE = {
        "good", "great", "funny", "clever", "moving", "brilliant", "charming", "fresh"
    };
    private static final String[] BLAME = {
        "bad", "awful", "boring", "weak", "silly", "clumsy", "dull", "flat"
    };
    private static final String[] ASIDES = {
        "we saw it on a rainy evening",
        "my brother came along",
        "it runs for two hours",
        "half of the seats were taken"
    };
    private static final String[] LINKS = {" and ", " but ", ", ", ". "};

    private static final String VERSION = "1.0";
    private static final String ARCHIVE = VERSION + "/aclImdb.zip";
    private static final int GOOD_SCORE = 8;
    private static final int BAD_SCORE = 3;

    private final Random random;
    private final Set<String> made = new HashSet<>();

    private InventedReviews(long seed) {
        random = new Random(seed);
    }

    /**
     * A review and its sentiment.
     *
     * @param text the words, on one line
     * @param positive whether it recommends the movie
     */
    public record Review(String text, boolean positive) {}

    /**
     * Makes up pairs of reviews, the positive one first; no text occurs twice.
     *
     * @param count how many, an even number
     * @param seed the random seed; the same seed gives the same reviews
     * @return the reviews, as many positive as negative ones
     * @throws IllegalArgumentException if the count is negative or odd
     */
    public static List<Review> make(int count, long seed) {
        requireEven("count", count);
        InventedReviews reviews = new InventedReviews(seed);
        return Stream.generate(reviews::nextPair).limit(count / 2).flatMap(List::stream).toList();
    }

    /**
     * Writes a repository of invented reviews in the layout that DJL's {@code StanfordMovieReview}
     * reads.
     *
     * @param folder the repository's folder; made if it does not exist
     * @param trainCount how many reviews to train with, an even number
     * @param testCount how many other reviews to test with, an even number
     * @param seed the random seed
     * @throws IllegalArgumentException if a count is negative or odd
     * @throws IOException if the repository cannot be written
     */
    public static void writeRepository(Path folder, int trainCount, int testCount, long seed)
            throws IOException {
        requireEven("trainCount", trainCount);
        requireEven("testCount", testCount);
        List<Review> reviews = make(Math.addExact(trainCount, testCount), seed);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            addReviews(zip, "train", reviews.subList(0, trainCount));
            addReviews(zip, "test", reviews.subList(trainCount, reviews.size()));
        }
        byte[] archive = bytes.toByteArray();

        Path home = folder.resolve(ReviewRepository.HOME);
        Files.createDirectories(home.resolve(VERSION));
        Files.write(home.resolve(ARCHIVE), archive);
        Files.writeString(folder.resolve(ReviewRepository.METADATA), describe(archive));
    }

    private static void requireEven(String name, int count) {
        if (count < 0 || count % 2 != 0) {
            throw new IllegalArgumentException(
                    name + " = " + count + ": expected an even number, zero or more");
        }
    }

    private List<Review> nextPair() {
        List<Review> pair;
        do {
            pair = pair();
        } while (pair.stream().anyMatch(review -> made.contains(review.text())));
        pair.forEach(review -> made.add(review.text()));
        return pair;
    }

    private List<Review> pair() {
        List<Clause> clauses = new ArrayList<>(random.nextBoolean() ? mixed() : plain());
        if (random.nextBoolean()) {
            String aside = pick(ASIDES);
            clauses.add(new Clause(aside, aside));
        }
        Collections.shuffle(clauses, random);

        StringBuilder positive = new StringBuilder();
        StringBuilder negative = new StringBuilder();
        for (Clause clause : clauses) {
            String link = positive.length() == 0 ? "" : pick(LINKS);
            positive.append(link).append(clause.whenPositive());
            negative.append(link).append(clause.whenNegative());
        }
        return List.of(
                new Review(positive.append('.').toString(), true),
                new Review(negative.append('.').toString(), false));
    }

    private record Clause(String whenPositive, String whenNegative) {}

    // Praise and blame: the positive review negates the blame, the negative one the praise.
    private List<Clause> mixed() {
        String negation = pick(NEGATIONS) + ' ';
        String praised = pick(SUBJECTS) + ' ' + pick(VERBS) + ' ';
        String praise = pick(DEGREES) + pick(PRAISE);
        String blamed = pick(SUBJECTS) + ' ' + pick(VERBS) + ' ';
        String blame = pick(DEGREES) + pick(BLAME);
        return List.of(
                new Clause(praised + praise, praised + negation + praise),
                new Clause(blamed + negation + blame, blamed + blame));
    }

    // Nothing but praise, or nothing but blame.
    private List<Clause> plain() {
        return Stream.generate(this::verdict).limit(1 + random.nextInt(2)).toList();
    }

    private Clause verdict() {
        String subject = pick(SUBJECTS) + ' ' + pick(VERBS) + ' ' + pick(DEGREES);
        return new Clause(subject + pick(PRAISE), subject + pick(BLAME));
    }

    private String pick(String[] choices) {
        return choices[random.nextInt(choices.length)];
    }

    // StanfordMovieReview expects aclImdb/train/pos/0_8.txt: a number of its own, and the score.
    private static void addReviews(ZipOutputStream zip, String usage, List<Review> reviews)
            throws IOException {
        for (int i = 0; i < reviews.size(); i++) {
            Review review = reviews.get(i);
            String label = review.positive() ? "pos" : "neg";
            int score = review.positive() ? GOOD_SCORE : BAD_SCORE;
            String file = i + "_" + score + ".txt";
            zip.putNextEntry(new ZipEntry(String.join("/", "aclImdb", usage, label, file)));
            zip.write(review.text().getBytes(StandardCharsets.UTF_8));
            zip.closeEntry();
        }
    }

    private static String describe(byte[] archive) {
        ObjectNode metadata =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("metadataVersion", "0.2")
                        .put("resourceType", "dataset")
                        .put("application", "nlp")
                        .put("groupId", "ai.djl.basicdataset")
                        .put("artifactId", "stanford-movie-review")
                        .put("name", "invented movie reviews");
        metadata.putArray("artifacts")
                .addObject()
                .put("version", VERSION)
                .putObject("files")
                .putObject("aclImdb")
                .put("uri", ARCHIVE)
                .put("sha1Hash", sha1(archive))
                .put("size", archive.length);
        return metadata.toPrettyString();
    }

    // DJL checks an archive by its SHA-1.
    private static String sha1(byte[] bytes) {
        try {
            return Hex.toHexString(MessageDigest.getInstance("SHA-1").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
