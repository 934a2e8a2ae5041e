package io.github.sasblock.examples.benchmark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a benchmark found. Other programs may write the same JSON.
 *
 * @param program who measured
 * @param time when, in ISO 8601
 * @param machine where
 * @param settings sizes and repetitions, by name
 * @param measurements every case with every sample
 * @param checks what must hold for them to mean what they say
 */
public record BenchmarkReport(
        String program,
        String time,
        Machine machine,
        Map<String, Object> settings,
        List<Measurement> measurements,
        List<Check> checks) {

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build();

    /**
     * Copies the lists.
     *
     * @param program who measured
     * @param time when, in ISO 8601
     * @param machine where
     * @param settings sizes and repetitions, by name
     * @param measurements every case with every sample
     * @param checks what must hold for them to mean what they say
     */
    public BenchmarkReport {
        settings = Map.copyOf(settings);
        measurements = List.copyOf(measurements);
        checks = List.copyOf(checks);
    }

    /**
     * Writes the report as JSON.
     *
     * @param file the file, which is replaced
     * @throws IOException if it cannot be written
     */
    public void write(Path file) throws IOException {
        Files.write(file, JSON.writeValueAsBytes(this));
    }

    /**
     * Reads a report.
     *
     * @param file JSON, as {@link #write} makes it
     * @return the report
     * @throws InvalidInputException if there is no such file, or it is no such JSON
     * @throws IOException if the file cannot be read
     */
    public static BenchmarkReport read(Path file) throws IOException {
        try {
            BenchmarkReport report =
                    JSON.readValue(Files.readAllBytes(file), BenchmarkReport.class);
            if (report == null
                    || report.measurements().stream().anyMatch(m -> m.samples().isEmpty())) {
                throw new InvalidInputException(
                        file + ": expected a report with samples for each measurement");
            }
            return report;
        } catch (NoSuchFileException e) {
            throw new InvalidInputException(file + ": no such file", e);
        } catch (JsonProcessingException e) {
            throw new InvalidInputException(
                    file + ": not the JSON of a benchmark: " + e.getOriginalMessage(), e);
        }
    }
}
