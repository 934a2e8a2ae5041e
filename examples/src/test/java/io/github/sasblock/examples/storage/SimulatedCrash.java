package io.github.sasblock.examples.storage;

/**
 * The end of the process or of the power. No handler of exceptions may take it for a failure that
 * can be dealt with, so it is an error; and after it every operation throws it again.
 */
public final class SimulatedCrash extends Error {

    private static final long serialVersionUID = 1L;
}
