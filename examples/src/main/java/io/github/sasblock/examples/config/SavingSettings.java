package io.github.sasblock.examples.config;

/**
 * What a run keeps on the disk.
 *
 * @param kept how many of the newest checkpoints are kept; the best is kept besides
 * @param onFailure what happens where a checkpoint or a line of the log cannot be written
 */
public record SavingSettings(int kept, OnFailure onFailure) {

    /** What happens where something cannot be written. */
    public enum OnFailure {
        /** Training goes on, and the next is written if that is possible again. */
        CONTINUE,
        /** Training stops. */
        STOP
    }
}
