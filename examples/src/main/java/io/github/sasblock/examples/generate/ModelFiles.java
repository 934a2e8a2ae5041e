package io.github.sasblock.examples.generate;

import io.github.sasblock.examples.checkpoint.Checkpoint;
import io.github.sasblock.examples.checkpoint.Checkpoints;
import io.github.sasblock.examples.checkpoint.NewestCheckpoint;
import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where the files of a trained model lie.
 *
 * @param config the {@code config.json} of its run
 * @param weights its {@code model.safetensors}
 * @param messages what the person should know: newer checkpoints that are damaged
 */
public record ModelFiles(Path config, Path weights, List<String> messages) {

    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.safetensors";
    private static final String CHECKPOINTS = "checkpoints";

    /** Which checkpoint of a run. */
    public enum Which {
        /** That of the lowest validation loss; the last where none was validated. */
        BEST,
        /** The newest that can be loaded. */
        LAST
    }

    /**
     * Copies the list.
     *
     * @param config the {@code config.json} of its run
     * @param weights its {@code model.safetensors}
     * @param messages what the person should know
     */
    public ModelFiles {
        messages = List.copyOf(messages);
    }

    /**
     * Finds a model's files. Those of a run's checkpoint are verified.
     *
     * @param folder the folder of a run; or of one of its checkpoints, {@code
     *     RUN/checkpoints/NAME}; or any that holds both files
     * @param which the checkpoint of a run
     * @return the files, which exist
     * @throws InvalidInputException if they are not there, or damaged
     * @throws IOException if a folder cannot be listed
     */
    public static ModelFiles find(Path folder, Which which) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw refused(folder, Files.exists(folder) ? "is not a folder" : "does not exist");
        }
        if (Files.isRegularFile(folder.resolve(WEIGHTS))) {
            return new ModelFiles(configBeside(folder), folder.resolve(WEIGHTS), List.of());
        }
        if (!Files.isRegularFile(folder.resolve(CONFIG))) {
            throw refused(folder, "holds neither " + WEIGHTS + " nor " + CONFIG);
        }
        return ofRun(folder, which);
    }

    private static ModelFiles ofRun(Path run, Which which) throws IOException {
        Checkpoints checkpoints = new Checkpoints(run.resolve(CHECKPOINTS));
        Optional<Checkpoint> best = which == Which.BEST ? checkpoints.best() : Optional.empty();
        if (best.isPresent()) {
            return new ModelFiles(run.resolve(CONFIG), best.get().file(WEIGHTS), List.of());
        }
        NewestCheckpoint newest = checkpoints.newestLoadable();
        if (newest.checkpoint().isEmpty() && newest.rejected().isEmpty()) {
            throw refused(run, "is a run without a checkpoint yet");
        }
        return new ModelFiles(
                run.resolve(CONFIG), newest.require().file(WEIGHTS), newest.messages());
    }

    private static Path configBeside(Path folder) {
        Path beside = folder.resolve(CONFIG);
        Path ofRun = folder.toAbsolutePath().normalize().resolve("../../" + CONFIG).normalize();
        Path config = Files.isRegularFile(beside) ? beside : ofRun;
        if (!Files.isRegularFile(config)) {
            throw refused(folder, "has no " + CONFIG + ", and there is no " + ofRun);
        }
        return config;
    }

    private static InvalidInputException refused(Path folder, String problem) {
        return new InvalidInputException(
                "--checkpoint = "
                        + folder
                        + ": "
                        + problem
                        + "; expected the folder of a run (with "
                        + CONFIG
                        + " and "
                        + CHECKPOINTS
                        + "), or of one of its checkpoints");
    }
}
