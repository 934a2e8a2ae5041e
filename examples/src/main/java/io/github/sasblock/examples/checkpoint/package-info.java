/**
 * What a run needs to go on where it was stopped: its checkpoints, its lock, and what of its
 * configuration may change.
 *
 * <p>{@link io.github.sasblock.examples.checkpoint.CheckpointStore} saves and prunes, {@link
 * io.github.sasblock.examples.checkpoint.Checkpoints} finds and verifies. A checkpoint is a folder:
 *
 * <pre>
 * checkpoints/step-00000400/
 *     model.safetensors      what the caller gave
 *     optimizer.safetensors
 *     state.json             {@link io.github.sasblock.examples.checkpoint.TrainingState}
 *     manifest.json          the length and SHA-256 of each file, and its own
 * </pre>
 *
 * <p>It is written as {@code step-00000400.tmp}, synced, and renamed. No time of day is in it and
 * none is asked for, so equal states are equal bytes, and a clock that is set back changes nothing.
 */
package io.github.sasblock.examples.checkpoint;
