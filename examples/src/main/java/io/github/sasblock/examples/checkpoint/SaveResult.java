package io.github.sasblock.examples.checkpoint;

import io.github.sasblock.examples.storage.StorageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What came of saving a checkpoint. */
public sealed interface SaveResult {

    /**
     * The checkpoint is on the disk.
     *
     * @param path its folder
     * @param pruned the folders of older ones that were deleted
     * @param warnings lines to show: what could not be deleted and why
     */
    record Saved(Path path, List<Path> pruned, List<String> warnings) implements SaveResult {

        /**
         * Copies the lists.
         *
         * @param path its folder
         * @param pruned the folders of older ones that were deleted
         * @param warnings lines to show
         */
        public Saved {
            pruned = List.copyOf(pruned);
            warnings = List.copyOf(warnings);
        }

        @Override
        public List<String> messages() {
            return warnings;
        }

        @Override
        public Path requireSaved() {
            return path;
        }
    }

    /**
     * The checkpoint is not on the disk. Those that were there still are, and nothing of the new
     * one is left.
     *
     * @param problem why; {@link StorageException#isDiskFull()} tells whether room is what lacks
     * @param previous the folder of the newest checkpoint, if there is one
     */
    record NotSaved(StorageException problem, Optional<Path> previous) implements SaveResult {

        @Override
        public List<String> messages() {
            String kept =
                    previous.map(path -> path + " is kept")
                            .orElse("there is no earlier checkpoint");
            String advice =
                    problem.isDiskFull()
                            ? "; free space on that disk"
                            : "; see to it that the folder can be written";
            return List.of(problem.getMessage() + "; " + kept + advice);
        }

        @Override
        public Path requireSaved() throws StorageException {
            throw problem;
        }
    }

    /**
     * Returns what the person who runs the training should read.
     *
     * @return lines to show; none if all went well
     */
    List<String> messages();

    /**
     * Ends the run where going on without this checkpoint is not wanted.
     *
     * @return the checkpoint's folder
     * @throws StorageException if it was not saved
     */
    Path requireSaved() throws StorageException;
}
