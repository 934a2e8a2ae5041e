package io.github.sasblock.examples.tokens;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The file {@code index.json} beside the shards. It is written last, so that shards without it, or
 * that it does not name, are of an interrupted preparation and count for nothing.
 */
record ShardIndex(
        int formatVersion,
        String tokenizer,
        int vocabularySize,
        Source source,
        boolean byteLengths,
        String selection,
        PreparationReport report,
        List<Shard> shards) {

    static final String FILE = "index.json";

    private static final String VERSION_FIELD = "formatVersion";
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                    .build();

    /** What the tokens were made of. */
    record Source(String description, String fingerprint) {}

    /**
     * One file, with the CRC-32C of all that follows its header, and that of the file beside it
     * that holds its documents' hashes.
     */
    record Shard(String file, long tokens, long bytes, String crc32c, String documentsCrc32c) {}

    /** Writes the index beside its place and moves it there, as one step. */
    void write(Path folder) throws IOException {
        Path unfinished = folder.resolve(FILE + ".tmp");
        JSON.writeValue(unfinished.toFile(), this);
        Files.move(
                unfinished,
                folder.resolve(FILE),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    static ShardIndex read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        try {
            JsonNode json = JSON.readTree(Files.readAllBytes(file));
            int version = json.path(VERSION_FIELD).asInt();
            if (version != ShardFormat.VERSION) {
                throw new InvalidInputException(
                        file
                                + ": tokens of format version "
                                + version
                                + ", expected "
                                + ShardFormat.VERSION);
            }
            ShardIndex index = JSON.treeToValue(json, ShardIndex.class);
            index.shards.forEach(shard -> checkName(file, shard.file()));
            return index;
        } catch (NoSuchFileException e) {
            throw new InvalidInputException(
                    folder + ": holds no tokens that were prepared to the end (no " + FILE + ")",
                    e);
        } catch (JsonProcessingException e) {
            throw new InvalidInputException(
                    file + ": is not an index of tokens: " + e.getOriginalMessage(), e);
        }
    }

    private static void checkName(Path index, String name) {
        if (!ShardNames.isShard(name)) {
            throw new InvalidInputException(index + ": names a file that is no shard: " + name);
        }
    }
}
