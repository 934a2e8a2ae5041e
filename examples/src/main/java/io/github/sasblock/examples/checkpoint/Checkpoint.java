package io.github.sasblock.examples.checkpoint;

import io.github.sasblock.safetensors.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/** A checkpoint of which every byte was found to be as it was written. */
public final class Checkpoint {

    private final Path folder;
    private final TrainingState state;
    private final Set<String> files;

    Checkpoint(Path folder, TrainingState state, Set<String> files) {
        this.folder = folder;
        this.state = state;
        this.files = Collections.unmodifiableSet(new TreeSet<>(files));
    }

    /**
     * Returns the step.
     *
     * @return how many optimizer steps the run had taken
     */
    public long step() {
        return state.step();
    }

    /**
     * Returns where it lies.
     *
     * @return its folder
     */
    public Path folder() {
        return folder;
    }

    /**
     * Returns what determines the rest of the run, but for the tensors.
     *
     * @return the state
     */
    public TrainingState state() {
        return state;
    }

    /**
     * Returns the names of its files.
     *
     * @return what was saved, and state.json
     */
    public Set<String> files() {
        return files;
    }

    /**
     * Returns where a file lies.
     *
     * @param name one of {@link #files()}
     * @return its path
     * @throws IllegalArgumentException if the checkpoint has no such file
     */
    public Path file(String name) {
        if (!files.contains(name)) {
            throw new IllegalArgumentException(
                    folder + " has no file " + name + ", expected one of " + files);
        }
        return folder.resolve(name);
    }

    /**
     * Opens a file of tensors.
     *
     * @param name one of {@link #files()}, in the safetensors format
     * @return the open file, to be closed by the caller
     * @throws IllegalArgumentException if the checkpoint has no such file
     * @throws IOException if it cannot be read
     */
    public SafeTensors tensors(String name) throws IOException {
        return SafeTensors.open(file(name));
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
