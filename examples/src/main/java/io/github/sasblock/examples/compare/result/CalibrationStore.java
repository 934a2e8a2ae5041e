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
import java.util.Optional;

/** The step times of a comparison: {@code calibration.json} in its folder. */
public final class CalibrationStore {

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private final Path folder;
    private final Path file;

    /**
     * Creates the store of a comparison.
     *
     * @param folder the comparison's folder, there or not
     */
    public CalibrationStore(Path folder) {
        this.folder = folder;
        file = folder.resolve("calibration.json");
    }

    /**
     * Reads what was measured.
     *
     * @return the step times, if they were measured
     * @throws InvalidInputException if the file is damaged
     * @throws IOException if it cannot be read
     */
    public Optional<Calibration> find() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            Calibration found = JSON.readValue(Files.readString(file), Calibration.class);
            if (found == null) {
                throw new InvalidInputException(damaged("null"));
            }
            return Optional.of(found);
        } catch (JsonProcessingException e) {
            throw new InvalidInputException(damaged(e.getOriginalMessage()), e);
        }
    }

    private String damaged(String how) {
        return file + ": holds no step times (" + how + "); delete it to measure them again";
    }

    /**
     * Keeps what was measured, in place of what was there.
     *
     * @param calibration the step times
     * @throws IOException if it cannot be written; the old file is then as it was
     */
    public void save(Calibration calibration) throws IOException {
        Files.createDirectories(folder);
        AtomicFile.write(file, (JSON.writeValueAsString(calibration) + "\n").getBytes(UTF_8));
    }
}
