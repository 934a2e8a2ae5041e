package io.github.sasblock.examples.tokens;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;

/** The file beside a shard with the hash of each document that ends in it, little-endian. */
final class DocumentHashes {

    private static final int BUFFER_BYTES = 1 << 16;

    private DocumentHashes() {}

    /** Reads the hashes of documents that can be compared. */
    static void read(Path folder, ShardIndex.Shard shard, LongConsumer consumer)
            throws IOException {
        Path file = folder.resolve(ShardNames.documents(shard.file()));
        CRC32C checksum = new CRC32C();
        try (InputStream stored =
                        new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
                DataInputStream in =
                        new DataInputStream(new CheckedInputStream(stored, checksum))) {
            for (long left = Files.size(file) / Long.BYTES; left > 0; left--) {
                long hash = Long.reverseBytes(in.readLong());
                if (hash != DocumentHash.NONE) {
                    consumer.accept(hash);
                }
            }
        } catch (NoSuchFileException e) {
            throw new InvalidInputException(
                    file + ": the file of documents is missing, so the text must be prepared again",
                    e);
        }
        String found = HexFormat.of().toHexDigits((int) checksum.getValue());
        if (!found.equals(shard.documentsCrc32c())) {
            throw new InvalidInputException(
                    file
                            + ": has the CRC-32C "
                            + found
                            + ", expected "
                            + shard.documentsCrc32c()
                            + "; the file is damaged, so the text must be prepared again");
        }
    }
}
