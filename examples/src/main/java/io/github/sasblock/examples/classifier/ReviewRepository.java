package io.github.sasblock.examples.classifier;

import ai.djl.repository.Artifact;
import ai.djl.repository.LocalRepository;
import ai.djl.repository.MRL;
import ai.djl.util.Hex;
import ai.djl.util.Utils;
import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;

/**
 * A local repository of movie reviews, in DJL's layout, that unpacks into a folder of its own.
 *
 * <p>{@link LocalRepository} unpacks into one cache shared by all repositories, remote ones too,
 * under a path made of the data set's name and version alone, and never unpacks a name twice. So
 * whichever repository came first would answer for every other.
 */
public final class ReviewRepository extends LocalRepository {

    /** Where DJL looks for the movie reviews, below a repository's folder. */
    public static final String HOME = "dataset/nlp/ai/djl/basicdataset/stanford-movie-review";

    /** Where DJL looks for their description, below a repository's folder. */
    public static final String METADATA = HOME + "/metadata.json";

    private final Path unpacked;

    /**
     * Opens a repository.
     *
     * @param folder the repository's folder, which contains {@link #METADATA}
     * @param unpacked the folder to unpack into; made if it does not exist
     * @throws InvalidInputException if the folder is no repository of movie reviews
     */
    public ReviewRepository(Path folder, Path unpacked) {
        super("reviews", folder.toAbsolutePath().toUri(), folder);
        if (!Files.isRegularFile(folder.resolve(METADATA))) {
            throw new InvalidInputException(
                    folder + ": expected a folder in DJL's repository layout, with " + METADATA);
        }
        this.unpacked = unpacked;
    }

    /**
     * Opens a repository that unpacks into a folder of DJL's cache, another one for every
     * repository folder and every change of its description.
     *
     * @param folder the repository's folder, which contains {@link #METADATA}
     * @return the repository
     * @throws InvalidInputException if the folder is no repository of movie reviews
     * @throws IOException if the description cannot be read
     */
    public static ReviewRepository open(Path folder) throws IOException {
        Path cache = Utils.getCacheDir().resolve("cache");
        return new ReviewRepository(folder, cache.resolve("reviews-" + fingerprint(folder)));
    }

    Path unpacked() {
        return unpacked;
    }

    private static String fingerprint(Path folder) throws IOException {
        Path metadata = folder.resolve(METADATA);
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(folder.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8));
            if (Files.isRegularFile(metadata)) {
                digest.update(Files.readAllBytes(metadata));
            }
            return Hex.toHexString(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** {@inheritDoc} */
    @Override
    public Path getCacheDirectory() throws IOException {
        return Files.createDirectories(unpacked);
    }

    /** {@inheritDoc} */
    @Override
    public Artifact resolve(MRL mrl, Map<String, String> filter) throws IOException {
        Artifact artifact = super.resolve(mrl, filter);
        if (artifact == null) {
            throw new IOException(METADATA + " lists no artifact of version " + mrl.getVersion());
        }
        return artifact;
    }
}
