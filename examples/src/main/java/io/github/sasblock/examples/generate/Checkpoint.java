package io.github.sasblock.examples.generate;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the files of a trained model lie.
 *
 * @param config the {@code config.json} of its run
 * @param weights its {@code model.safetensors}
 */
public record Checkpoint(Path config, Path weights) {

    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.safetensors";
    private static final String CHECKPOINTS = "checkpoints";

    /**
     * Finds a model's files.
     *
     * @param folder the folder of a run; or of one of its checkpoints, {@code
     *     RUN/checkpoints/NAME}; or any that holds both files
     * @param which the checkpoint of a run: best or last
     * @return the files, which exist
     * @throws InvalidInputException if they are not there
     */
    public static Checkpoint find(Path folder, String which) {
        if (!Files.isDirectory(folder)) {
            throw refused(folder, Files.exists(folder) ? "is not a folder" : "does not exist");
        }
        boolean isCheckpoint = Files.isRegularFile(folder.resolve(WEIGHTS));
        Path weights =
                isCheckpoint
                        ? folder.resolve(WEIGHTS)
                        : folder.resolve(CHECKPOINTS).resolve(which).resolve(WEIGHTS);
        if (!Files.isRegularFile(weights)) {
            boolean isRun = Files.isRegularFile(folder.resolve(CONFIG));
            throw refused(
                    folder,
                    isRun
                            ? "is a run without " + folder.relativize(weights)
                            : "holds neither " + WEIGHTS + " nor " + CONFIG);
        }
        Path config = folder.resolve(CONFIG);
        Path ofRun = folder.toAbsolutePath().normalize().resolve("../../" + CONFIG).normalize();
        if (isCheckpoint && !Files.isRegularFile(config)) {
            config = ofRun;
        }
        if (!Files.isRegularFile(config)) {
            throw refused(
                    folder,
                    "has no " + CONFIG + (isCheckpoint ? ", and there is no " + ofRun : ""));
        }
        return new Checkpoint(config, weights);
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
