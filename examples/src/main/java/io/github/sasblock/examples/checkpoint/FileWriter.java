package io.github.sasblock.examples.checkpoint;

import io.github.sasblock.examples.storage.OutputFile;
import io.github.sasblock.examples.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** Writes a file of a checkpoint to the disk and computes its entry of the manifest. */
final class FileWriter implements WritableByteChannel {

    private final OutputFile file;
    private final Sha256Sum sum = new Sha256Sum();
    private long bytes;

    private FileWriter(OutputFile file) {
        this.file = file;
    }

    static Manifest.Entry write(Storage storage, Path path, CheckpointPart.Content content)
            throws IOException {
        try (OutputFile file = storage.create(path)) {
            FileWriter writer = new FileWriter(file);
            content.writeTo(writer);
            file.sync();
            writer.requireWhole(path);
            return new Manifest.Entry(writer.bytes, writer.sum.hex());
        }
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        ByteBuffer given = source.duplicate();
        int count = file.write(source);
        sum.add(given.limit(given.position() + count));
        bytes += count;
        return count;
    }

    /** Asks the disk once more, as some tell of less than they lost. */
    private void requireWhole(Path path) throws IOException {
        if (file.size() != bytes) {
            throw new IOException(
                    path.getFileName()
                            + " has "
                            + file.size()
                            + " bytes on the disk, expected the "
                            + bytes
                            + " that were written");
        }
    }

    @Override
    public boolean isOpen() {
        return file.isOpen();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
