package io.github.sasblock.examples.checkpoint;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What was found among the checkpoints of a run.
 *
 * @param folder the folder of the checkpoints
 * @param checkpoint the newest that can be loaded, if there is one
 * @param rejected those that are newer and cannot, the newest first
 */
public record NewestCheckpoint(
        Path folder, Optional<Checkpoint> checkpoint, List<Rejected> rejected) {

    /**
     * A checkpoint that cannot be loaded.
     *
     * @param path its folder
     * @param reason what is wrong with it, naming the file
     */
    public record Rejected(Path path, String reason) {}

    /**
     * Copies the list.
     *
     * @param folder the folder of the checkpoints
     * @param checkpoint the newest that can be loaded
     * @param rejected those that cannot
     */
    public NewestCheckpoint {
        rejected = List.copyOf(rejected);
    }

    /**
     * Tells of what was rejected, and what is loaded instead.
     *
     * @return lines to show; none if the newest can be loaded, or there is none at all
     */
    public List<String> messages() {
        return rejected.stream()
                .map(bad -> "checkpoint " + bad.path() + " cannot be used: " + bad.reason())
                .map(
                        line ->
                                line
                                        + checkpoint
                                                .map(c -> "; going back to step " + c.step())
                                                .orElse(""))
                .toList();
    }

    /**
     * Returns the checkpoint.
     *
     * @return the newest that can be loaded
     * @throws InvalidInputException if there is none, with what is wrong with each
     */
    public Checkpoint require() {
        return checkpoint.orElseThrow(
                () ->
                        new InvalidInputException(
                                rejected.isEmpty()
                                        ? folder
                                                + ": holds no checkpoint to continue from; start"
                                                + " the run anew in another folder"
                                        : folder
                                                + ": no checkpoint can be used:\n  "
                                                + String.join("\n  ", messages())));
    }
}
