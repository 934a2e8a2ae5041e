package io.github.sasblock.examples.tokens;

import io.github.sasblock.examples.fuzz.Fuzzing;
import io.github.sasblock.examples.fuzz.Mutations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damaged headers of files of tokens. */
@Timeout(3600)
class ShardFuzzTest {

    @TempDir Path folder;

    @Test
    void refusesDamagedHeaders() throws IOException {
        fuzz(1, 3000);
    }

    @Test
    @Tag("slow")
    void refusesVeryManyDamagedHeaders() throws IOException {
        fuzz(2, 100_000);
    }

    private void fuzz(long seed, int count) throws IOException {
        FixedText.of("abcdef").tokens(folder).close();
        Path file;
        try (Stream<Path> files = Files.list(folder)) {
            file = files.filter(path -> path.toString().endsWith(".bin")).findAny().orElseThrow();
        }
        byte[] shard = Files.readAllBytes(file);
        ShardIndex.Shard entry = ShardIndex.read(folder).shards().get(0);
        Fuzzing.run(
                new Mutations(seed, shard, Arrays.copyOf(shard, ShardHeader.BYTES)),
                count,
                bytes -> {
                    ShardHeader.parse(file, ByteBuffer.wrap(bytes));
                    Files.write(file, bytes);
                    MappedShard.open(folder, entry);
                });
    }
}
