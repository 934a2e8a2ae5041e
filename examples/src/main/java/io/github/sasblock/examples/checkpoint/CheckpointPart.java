package io.github.sasblock.examples.checkpoint;

import ai.djl.ndarray.NDArray;
import io.github.sasblock.safetensors.SafeTensorsWriter;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A file of a checkpoint, written as a stream: no copy of it is made in memory.
 *
 * @param fileName its name in the checkpoint's folder: letters, digits, {@code .}, {@code _} and
 *     {@code -}, the first a letter or a digit
 * @param content writes its bytes, the same bytes for the same state
 */
public record CheckpointPart(String fileName, Content content) {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    /** Writes the content of a file. */
    @FunctionalInterface
    public interface Content {

        /**
         * Writes all bytes.
         *
         * @param channel where to write them
         * @throws IOException if the channel fails
         */
        void writeTo(WritableByteChannel channel) throws IOException;
    }

    /**
     * Checks the name.
     *
     * @param fileName its name
     * @param content writes its bytes
     * @throws IllegalArgumentException if the name has other characters, or is one of the files
     *     that every checkpoint has
     */
    public CheckpointPart {
        if (!isPlain(fileName)
                || fileName.equals(Manifest.FILE)
                || fileName.equals(TrainingState.FILE)) {
            throw new IllegalArgumentException(
                    "file name = "
                            + fileName
                            + ": expected letters, digits, '.', '_' and '-', and neither "
                            + Manifest.FILE
                            + " nor "
                            + TrainingState.FILE);
        }
    }

    /**
     * Returns a file of tensors.
     *
     * @param fileName its name, such as {@code model.safetensors}
     * @param tensors the arrays by name, in an order that does not change; they are read when the
     *     checkpoint is saved, one at a time
     * @return the file, in the safetensors format
     */
    public static CheckpointPart tensors(String fileName, Map<String, NDArray> tensors) {
        return tensors(fileName, tensors, Map.of());
    }

    /**
     * Returns a file of tensors that says what they are.
     *
     * @param fileName its name, such as {@code model.safetensors}
     * @param tensors the arrays by name, in an order that does not change
     * @param metadata texts by name
     * @return the file, in the safetensors format
     */
    public static CheckpointPart tensors(
            String fileName, Map<String, NDArray> tensors, Map<String, String> metadata) {
        return new CheckpointPart(
                fileName, channel -> SafeTensorsWriter.write(channel, tensors, metadata));
    }

    /** Tells whether a name leads to a file of its folder, and to no other. */
    static boolean isPlain(String name) {
        return PLAIN.matcher(name).matches();
    }
}
