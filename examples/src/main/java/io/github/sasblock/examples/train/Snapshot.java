package io.github.sasblock.examples.train;

import io.github.sasblock.examples.checkpoint.CheckpointPart;
import io.github.sasblock.examples.checkpoint.TrainingState;
import java.util.List;

/**
 * All that determines the rest of a training, to be saved before its next step.
 *
 * @param state what is no tensor; the caller adds the configuration, the texts and the versions
 * @param tensors the weights and the moments, read when they are saved
 */
public record Snapshot(TrainingState.Builder state, List<CheckpointPart> tensors) {

    /** The file of the weights. */
    public static final String WEIGHTS = "model.safetensors";

    /** The file of the moments. */
    public static final String MOMENTS = "optimizer.safetensors";

    /**
     * Copies the list.
     *
     * @param state what is no tensor
     * @param tensors the weights and the moments
     */
    public Snapshot {
        tensors = List.copyOf(tensors);
    }
}
