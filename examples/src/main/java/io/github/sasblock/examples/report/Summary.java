package io.github.sasblock.examples.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The result of a run: the content of summary.json, under the names of the components in snake
 * case.
 *
 * @param attention the name of the attention, such as {@code sas}
 * @param seed the seed of the run
 * @param parameters how many parameters the model has
 * @param validation the last evaluation
 * @param train what training took
 * @param entropyFloor the entropy of the text's source; null, and absent from the file, where it is
 *     not known
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Summary(
        String attention,
        long seed,
        long parameters,
        Validation validation,
        Train train,
        @JsonInclude(JsonInclude.Include.NON_NULL) EntropyFloor entropyFloor) {

    private static final String ENTROPY_FLOOR = "entropy_floor";

    /**
     * The last evaluation.
     *
     * @param natsPerToken the mean loss, in nats per scored token
     * @param perplexity the exponential of that loss
     * @param bitsPerByte the total loss in bits, divided by the bytes scored
     * @param tokens how many tokens were scored
     * @param bytes how many bytes of text those tokens stand for
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Validation(
            double natsPerToken, double perplexity, double bitsPerByte, long tokens, long bytes) {

        /**
         * Takes the figures of an evaluation.
         *
         * @param point the evaluation
         * @return its figures
         */
        public static Validation of(ValidationPoint point) {
            return new Validation(
                    point.natsPerToken(),
                    point.perplexity(),
                    point.bitsPerByte(),
                    point.tokensScored(),
                    point.bytesScored());
        }
    }

    /**
     * What training took.
     *
     * @param tokens how many tokens were trained on
     * @param seconds the time spent in training, evaluations and checkpoints left out
     * @param tokensPerSecond the mean speed
     * @param steps how many optimizer steps were taken
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Train(long tokens, double seconds, double tokensPerSecond, long steps) {}

    /**
     * The entropy of the text's source, below which no model can come.
     *
     * @param bitsPerByte the entropy, in bits per byte
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record EntropyFloor(double bitsPerByte) {}

    /**
     * Reads a summary.json.
     *
     * @param file the file
     * @return its content
     * @throws IOException if it cannot be read
     * @throws InvalidInputException if it does not exist or is not a summary
     */
    public static Summary read(Path file) throws IOException {
        try {
            ObjectNode tree = Json.readObject(Files.readAllBytes(file), ObjectNode.class);
            if (!tree.has(ENTROPY_FLOOR)) {
                tree.putNull(ENTROPY_FLOOR);
            }
            return Json.MAPPER.treeToValue(tree, Summary.class);
        } catch (NoSuchFileException e) {
            throw new InvalidInputException(file + ": no such file; expected summary.json", e);
        } catch (JsonProcessingException e) {
            throw new InvalidInputException(
                    file + ": expected the summary of a run: " + e.getOriginalMessage(), e);
        }
    }
}
