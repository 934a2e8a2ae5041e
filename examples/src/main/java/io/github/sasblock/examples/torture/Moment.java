package io.github.sasblock.examples.torture;

/** What a process was doing when it was killed, as the folder of its run shows. */
public enum Moment {
    /** Nothing that the folder shows: it was starting, or reading its text or its checkpoint. */
    STARTING,
    /** Taking a step, or scoring. */
    STEP,
    /** Writing a checkpoint. */
    SAVE,
    /** Deleting a checkpoint that is no longer kept. */
    PRUNING
}
