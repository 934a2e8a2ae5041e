package io.github.sasblock.examples.corpus;

import ai.djl.basicdataset.BasicDatasets;
import ai.djl.basicdataset.nlp.WikiText2;
import ai.djl.repository.LocalRepository;
import ai.djl.repository.Repository;
import ai.djl.training.dataset.Dataset;
import ai.djl.util.Utils;
import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.problem.Problems;
import io.github.sasblock.examples.text.Sha256;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** WikiText-2 from a repository of DJL's data sets: a local folder, or an address. */
final class WikiTextRepository {

    /** What the name of a part of WikiText-2 begins with. */
    static final String PREFIX = "wikitext2:";

    /** Where DJL looks for the description of WikiText-2, below a repository's folder. */
    static final String METADATA = "dataset/nlp/ai/djl/basicdataset/wikitext-2/metadata.json";

    private static final List<String> PARTS = List.of("train", "validation", "test");

    private WikiTextRepository() {}

    /**
     * Returns the file of a part, after downloading or unpacking it if need be.
     *
     * @param place {@code wikitext2:} and the part
     * @param repository a folder or an address, or nothing for DJL's own
     */
    static Path file(String place, String repository) {
        Dataset.Usage usage = usage(place);
        try {
            WikiText2 text =
                    WikiText2.builder()
                            .optRepository(repository(repository))
                            .optUsage(usage)
                            .build();
            text.prepare(null);
            return text.getData();
        } catch (IOException | RuntimeException e) {
            if (e instanceof InvalidInputException problem) {
                throw problem;
            }
            throw new InvalidInputException(
                    place
                            + ": cannot be had from the repository "
                            + (repository.isEmpty() ? BasicDatasets.DJL_REPO_URL : repository)
                            + ": "
                            + e
                            + "; --repository names another",
                    e);
        }
    }

    private static Dataset.Usage usage(String place) {
        String part = place.substring(PREFIX.length());
        return switch (part) {
            case "train" -> Dataset.Usage.TRAIN;
            case "validation" -> Dataset.Usage.VALIDATION;
            case "test" -> Dataset.Usage.TEST;
            default -> {
                Problems problems = new Problems();
                problems.addUnknown("--data", place, PARTS.stream().map(PREFIX::concat).toList());
                problems.throwIfAny();
                throw new IllegalStateException(place);
            }
        };
    }

    private static Repository repository(String repository) {
        if (repository.isEmpty()) {
            return BasicDatasets.REPOSITORY;
        }
        if (repository.contains("://")) {
            return Repository.newInstance("wikitext", repository);
        }
        return new Local(Path.of(repository));
    }

    /**
     * A local repository that unpacks into a folder of its own. DJL's unpacks all into one cache
     * under the data set's name alone, so that whichever came first would answer for every other.
     */
    private static final class Local extends LocalRepository {

        private final Path unpacked;

        Local(Path folder) {
            super("wikitext", uri(folder), folder);
            Path metadata = folder.resolve(METADATA);
            if (!Files.isRegularFile(metadata)) {
                throw new InvalidInputException(
                        "--repository = "
                                + folder
                                + ": expected a folder in DJL's layout, with "
                                + METADATA);
            }
            unpacked = Utils.getCacheDir().resolve("cache").resolve("wikitext-" + identity(folder));
        }

        private static URI uri(Path folder) {
            return folder.toAbsolutePath().toUri();
        }

        private static String identity(Path folder) {
            try {
                String description = Files.readString(folder.resolve(METADATA));
                return Sha256.hex(folder.toAbsolutePath() + "\n" + description).substring(0, 16);
            } catch (IOException e) {
                throw new InvalidInputException(
                        folder.resolve(METADATA) + ": cannot be read: " + e, e);
            }
        }

        @Override
        public Path getCacheDirectory() throws IOException {
            return Files.createDirectories(unpacked);
        }
    }
}
