package io.github.sasblock.examples.checkpoint;

/** Thrown when a checkpoint is not as it was written; the message says what differs. */
final class DamagedException extends Exception {

    private static final long serialVersionUID = 1L;

    DamagedException(String message) {
        super(message);
    }

    DamagedException(String message, Throwable cause) {
        super(message, cause);
    }
}
