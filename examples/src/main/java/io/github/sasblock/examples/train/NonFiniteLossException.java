package io.github.sasblock.examples.train;

/**
 * Training met a loss or a gradient that is not a number; the parameters are as before the step.
 */
public final class NonFiniteLossException extends TrainingStoppedException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message at which step, in which batch and parameter, and what to do
     */
    public NonFiniteLossException(String message) {
        super(message, null);
    }
}
