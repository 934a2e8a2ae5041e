package io.github.sasblock.safetensors;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file open for reading at any position, by several threads at once. */
record ByteSource(Path file, FileChannel channel) implements Closeable {

    static ByteSource open(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new SafeTensorsException(file, "is not a regular file");
        }
        return new ByteSource(file, FileChannel.open(file, StandardOpenOption.READ));
    }

    /** Fills what remains of the buffer from the given position on, and rewinds it. */
    void readFully(ByteBuffer target, long position) throws IOException {
        long next = position;
        while (target.hasRemaining()) {
            int count = channel.read(target, next);
            if (count < 0) {
                throw new SafeTensorsException(
                        file,
                        "ends at byte "
                                + next
                                + ", expected "
                                + target.remaining()
                                + " bytes more: it became shorter while it was read");
            }
            next += count;
        }
        target.rewind();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
