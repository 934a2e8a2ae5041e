package io.github.sasblock.examples.problem;

/**
 * A fault in what the user gave: an option, a file, a configuration.
 *
 * <p>The message is shown as it is, without a stack trace, and the program ends with exit code 2.
 * It names the value, where it came from, and what was expected.
 */
public final class InvalidInputException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what the user reads
     */
    public InvalidInputException(String message) {
        super(message);
    }

    /**
     * Creates the exception.
     *
     * @param message what the user reads
     * @param cause what led to it; kept for the log, not shown
     */
    public InvalidInputException(String message, Throwable cause) {
        super(message, cause);
    }
}
