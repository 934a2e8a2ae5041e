package io.github.sasblock.examples.compare.result;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.report.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The finished runs of a comparison: {@code runs/CORPUS/VARIANT/seed-N/result.json}.
 *
 * <p>The file appears whole, when its run has come to its end, so its presence is the mark of a
 * finished run, whatever happened to the program.
 */
public final class RunStore {

    private static final String RESULT = "result.json";
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private final Path folder;

    /**
     * Creates the store of a comparison.
     *
     * @param folder the comparison's folder, there or not
     */
    public RunStore(Path folder) {
        this.folder = folder;
    }

    /**
     * Returns where a run's result lies.
     *
     * @param corpus the corpus's name
     * @param variant the variant's name
     * @param seed the seed
     * @return the file, there or not
     */
    public Path file(String corpus, String variant, long seed) {
        return runFolder(corpus, variant, seed).resolve(RESULT);
    }

    private Path runFolder(String corpus, String variant, long seed) {
        return folder.resolve("runs").resolve(corpus).resolve(variant).resolve("seed-" + seed);
    }

    /**
     * Reads the result of a run.
     *
     * @param corpus the corpus's name
     * @param variant the variant's name
     * @param seed the seed
     * @param configuration what the run is to be
     * @return the result, if the run was finished
     * @throws InvalidInputException if the file is damaged, or of another configuration
     * @throws IOException if it cannot be read
     */
    public Optional<RunResult> find(
            String corpus, String variant, long seed, Map<String, Object> configuration)
            throws IOException {
        Path file = file(corpus, variant, seed);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        RunResult result = read(file);
        requireSame(file, configuration, result.configuration());
        return Optional.of(result);
    }

    private static RunResult read(Path file) throws IOException {
        try {
            RunResult result = JSON.readValue(Files.readString(file), RunResult.class);
            if (result == null || result.configuration() == null || result.curve() == null) {
                throw new InvalidInputException(file + ": is not the result of a run");
            }
            return result;
        } catch (JsonProcessingException e) {
            throw new InvalidInputException(
                    file
                            + ": is not the result of a run ("
                            + e.getOriginalMessage()
                            + "); delete it to repeat the run",
                    e);
        }
    }

    private static void requireSame(
            Path file, Map<String, Object> expected, Map<String, Object> found) {
        for (Map.Entry<String, Object> setting : expected.entrySet()) {
            String now = Objects.toString(setting.getValue());
            String then = Objects.toString(found.get(setting.getKey()));
            if (!now.equals(then)) {
                throw new InvalidInputException(
                        file
                                + ": is of a run with "
                                + setting.getKey()
                                + " = "
                                + then
                                + ", expected "
                                + now
                                + "; choose another --out, or delete that file");
            }
        }
    }

    /**
     * Keeps the result of a finished run.
     *
     * @param result the result
     * @throws IOException if it cannot be written; there is then no file
     */
    public void save(RunResult result) throws IOException {
        Path run = runFolder(result.corpus(), result.variant(), result.seed());
        Files.createDirectories(run);
        AtomicFile.write(
                run.resolve(RESULT), (JSON.writeValueAsString(result) + "\n").getBytes(UTF_8));
    }
}
