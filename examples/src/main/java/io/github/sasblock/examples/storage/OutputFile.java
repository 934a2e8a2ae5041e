package io.github.sasblock.examples.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** A file that is being written, at its end. */
public interface OutputFile extends WritableByteChannel {

    /**
     * Writes at the end of the file, possibly less than was given.
     *
     * @param source the bytes; its position moves on by as many as were written
     * @return how many bytes were written
     * @throws IOException if writing fails; some of the bytes may then be in the file
     */
    @Override
    int write(ByteBuffer source) throws IOException;

    /**
     * Writes all bytes at the end of the file.
     *
     * @param source the bytes
     * @throws IOException if writing fails; some of the bytes may then be in the file
     */
    default void writeFully(ByteBuffer source) throws IOException {
        while (source.hasRemaining()) {
            write(source);
        }
    }

    /**
     * Returns the length of the file.
     *
     * @return the bytes that the file holds
     * @throws IOException if it cannot be told
     */
    long size() throws IOException;

    /**
     * Cuts the end of the file off.
     *
     * @param size how many bytes to keep
     * @throws IOException if that fails
     */
    void truncate(long size) throws IOException;

    /**
     * Waits until what was written is on the disk.
     *
     * @throws IOException if the disk refuses; what was written may then be lost
     */
    void sync() throws IOException;
}
