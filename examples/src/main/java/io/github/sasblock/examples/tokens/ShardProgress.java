package io.github.sasblock.examples.tokens;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code progress.json} beside the shards of an unfinished preparation: which shards are
 * finished, and where the next one begins in the source.
 *
 * @param formatVersion the version of the files' layout
 * @param stamp tells apart preparations of other text, tokenizers and options
 * @param finished the finished shards, in order
 */
record ShardProgress(int formatVersion, String stamp, List<Finished> finished) {

    static final String FILE = "progress.json";

    private static final Logger LOG = LoggerFactory.getLogger(ShardProgress.class);
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                    .build();

    /**
     * A finished shard and what follows it.
     *
     * @param shard the shard
     * @param document which of the source's documents comes next, from 0
     * @param tokens how many of its tokens are written already
     * @param empty how many documents without a token there were before
     */
    record Finished(ShardIndex.Shard shard, long document, long tokens, long empty) {}

    static ShardProgress none(String stamp) {
        return new ShardProgress(ShardFormat.VERSION, stamp, List.of());
    }

    ShardProgress with(Finished next) {
        List<Finished> more = new ArrayList<>(finished);
        more.add(next);
        return new ShardProgress(formatVersion, stamp, List.copyOf(more));
    }

    List<ShardIndex.Shard> shards() {
        return finished.stream().map(Finished::shard).toList();
    }

    long document() {
        return finished.isEmpty() ? 0 : last().document();
    }

    long tokens() {
        return finished.isEmpty() ? 0 : last().tokens();
    }

    long empty() {
        return finished.isEmpty() ? 0 : last().empty();
    }

    private Finished last() {
        return finished.get(finished.size() - 1);
    }

    void write(Path folder) throws IOException {
        Path unfinished = folder.resolve(FILE + ".tmp");
        JSON.writeValue(unfinished.toFile(), this);
        Files.move(
                unfinished,
                folder.resolve(FILE),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** Reads how far an earlier preparation came, up to the first shard that is not as it was. */
    static ShardProgress read(Path folder, String stamp) throws IOException {
        try {
            byte[] json = Files.readAllBytes(folder.resolve(FILE));
            ShardProgress progress = JSON.readValue(json, ShardProgress.class);
            boolean same =
                    progress.formatVersion == ShardFormat.VERSION && progress.stamp.equals(stamp);
            return same ? progress.checked(folder) : none(stamp);
        } catch (NoSuchFileException e) {
            return none(stamp);
        } catch (JsonProcessingException e) {
            LOG.debug("{} cannot be used", folder.resolve(FILE), e);
            return none(stamp);
        }
    }

    private ShardProgress checked(Path folder) throws IOException {
        ShardProgress kept = none(stamp);
        for (int i = 0; i < finished.size(); i++) {
            Finished next = finished.get(i);
            if (!next.shard().file().equals(ShardNames.shard(stamp, i))) {
                return kept;
            }
            try {
                MappedShard.open(folder, next.shard());
            } catch (InvalidInputException e) {
                LOG.debug("{} is written anew", next.shard().file(), e);
                return kept;
            }
            kept = kept.with(next);
        }
        return kept;
    }
}
