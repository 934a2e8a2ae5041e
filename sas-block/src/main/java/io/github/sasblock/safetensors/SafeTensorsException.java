package io.github.sasblock.safetensors;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Thrown when a file is not a valid safetensors file, or does not hold what it is read for. The
 * message names the file, the tensor, what was found and what was expected.
 */
public final class SafeTensorsException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param file the file that was read
     * @param problem what was found and what was expected
     */
    public SafeTensorsException(Path file, String problem) {
        super(file + ": " + problem);
    }
}
