package io.github.sasblock.examples.train;

/**
 * Training cannot go on. The message tells a person what happened and what to do; the parameters
 * are as before the step, and the checkpoints as they were.
 */
public class TrainingStoppedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what happened, where, and what to do
     * @param cause what was thrown, or null
     */
    public TrainingStoppedException(String message, Throwable cause) {
        super(message, cause);
    }
}
