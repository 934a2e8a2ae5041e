package io.github.sasblock.examples.tokens;

import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.progress.Progress;
import io.github.sasblock.examples.text.Sha256;
import io.github.sasblock.examples.text.TextSource;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Text as tokens in a folder of files, written once and used as long as nothing that they depend on
 * changes: the source's {@linkplain TextSource#fingerprint() fingerprint}, the tokenizer, the
 * files' format.
 *
 * <p>The folder's {@code index.json} is written last and in one step, so an interrupted preparation
 * is never taken for a complete one, and leaves the tokens of an earlier one usable. Processes that
 * prepare the same folder wait for each other.
 */
public final class TokenShards {

    private static final Logger LOG = LoggerFactory.getLogger(TokenShards.class);
    private static final int SHARD_TOKENS = 1 << 28;
    private static final String LOCK_FILE = "prepare.lock";

    /** A file lock holds between processes only. */
    private static final Lock WITHIN_THIS_PROCESS = new ReentrantLock();

    private final TextSource source;
    private final Tokenizer tokenizer;
    private final Path folder;
    private final boolean withByteLengths;
    private final String fingerprint;
    private final int shardTokens;

    private TokenShards(
            TextSource source,
            Tokenizer tokenizer,
            Path folder,
            boolean withByteLengths,
            int shardTokens)
            throws IOException {
        this.source = source;
        this.tokenizer = tokenizer;
        this.folder = folder;
        this.withByteLengths = withByteLengths;
        this.shardTokens = shardTokens;
        // Taken before the text is read: a change while it is read is then found the next time.
        this.fingerprint = source.fingerprint();
    }

    /**
     * Opens the source's tokens, after writing them unless they have been written before.
     *
     * @param source the text
     * @param tokenizer makes the tokens
     * @param folder where the tokens of this source are kept; made if it does not exist. Tokens of
     *     another source or tokenizer in it are replaced
     * @param withByteLengths whether each token's byte length is needed, for {@link
     *     TokenSequence#textBytes(long, long)}
     * @param progress shows how much of the source has been read
     * @return the tokens, and whether and why they were written
     * @throws InvalidInputException if the source is not what it should be, or has no text
     * @throws IOException if writing fails
     */
    public static Preparation prepare(
            TextSource source,
            Tokenizer tokenizer,
            Path folder,
            boolean withByteLengths,
            Progress progress)
            throws IOException {
        return prepare(source, tokenizer, folder, withByteLengths, progress, SHARD_TOKENS);
    }

    static Preparation prepare(
            TextSource source,
            Tokenizer tokenizer,
            Path folder,
            boolean withByteLengths,
            Progress progress,
            int shardTokens)
            throws IOException {
        return new TokenShards(source, tokenizer, folder, withByteLengths, shardTokens)
                .prepare(progress);
    }

    private Preparation prepare(Progress progress) throws IOException {
        Attempt first = reuse();
        if (first.tokens().isPresent()) {
            return first.reused();
        }
        WITHIN_THIS_PROCESS.lock();
        try (FileChannel channel = openLockFile()) {
            channel.lock(); // until the channel is closed
            Attempt second = reuse(); // another process may have written them meanwhile
            if (second.tokens().isPresent()) {
                return second.reused();
            }
            write(progress);
            return new Preparation(
                    Preparation.Outcome.WRITTEN,
                    second.obstacle(),
                    TokenSequence.open(folder, tokenizer));
        } finally {
            WITHIN_THIS_PROCESS.unlock();
        }
    }

    private FileChannel openLockFile() throws IOException {
        try {
            Files.createDirectories(folder);
            return FileChannel.open(
                    folder.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (FileSystemException e) {
            throw new InvalidInputException(
                    folder + ": expected a folder in which tokens can be written: " + e, e);
        }
    }

    /** Earlier tokens, or why they cannot be used. */
    private record Attempt(Optional<TokenSequence> tokens, String obstacle) {

        static Attempt failed(String obstacle) {
            return new Attempt(Optional.empty(), obstacle);
        }

        Preparation reused() {
            return new Preparation(
                    Preparation.Outcome.REUSED, "nothing has changed", tokens.orElseThrow());
        }
    }

    private Attempt reuse() throws IOException {
        if (!Files.exists(folder.resolve(ShardIndex.FILE))) {
            return Attempt.failed("no tokens were there");
        }
        try {
            ShardIndex index = ShardIndex.read(folder);
            Optional<String> change = change(index);
            if (change.isPresent()) {
                return Attempt.failed(change.get());
            }
            return new Attempt(Optional.of(TokenSequence.open(folder, tokenizer)), "");
        } catch (InvalidInputException e) {
            return Attempt.failed("the tokens there cannot be used: " + e.getMessage());
        }
    }

    private Optional<String> change(ShardIndex index) {
        if (!index.source().fingerprint().equals(fingerprint)) {
            return Optional.of(
                    "the tokens there are of another text, "
                            + index.source().description()
                            + ", or the text has changed");
        }
        if (!index.tokenizer().equals(tokenizer.id())) {
            return Optional.of("the tokens there are of the tokenizer " + index.tokenizer());
        }
        if (withByteLengths && !index.byteLengths()) {
            return Optional.of("the tokens there are without byte lengths");
        }
        return Optional.empty();
    }

    private void write(Progress progress) throws IOException {
        ShardFormat format = ShardFormat.of(tokenizer, withByteLengths);
        try (TokenShardWriter writer =
                new TokenShardWriter(folder, stamp(), tokenizer, format, shardTokens)) {
            readSource(writer, progress);
            List<ShardIndex.Shard> shards = writer.finish();
            if (shards.isEmpty()) {
                throw new InvalidInputException(source.describe() + ": has no text");
            }
            new ShardIndex(
                            ShardFormat.VERSION,
                            tokenizer.id(),
                            tokenizer.vocabularySize(),
                            new ShardIndex.Source(source.describe(), fingerprint),
                            withByteLengths,
                            writer.emptyDocuments(),
                            shards)
                    .write(folder);
            deleteOthers(shards);
        }
    }

    private void readSource(TokenShardWriter writer, Progress progress) throws IOException {
        try (Progress.Task task =
                progress.begin(
                        "Tokenising " + source.describe(),
                        source.approximateBytes(),
                        Progress.Unit.BYTES)) {
            source.forEach(writer::add, task::advanceTo);
        }
    }

    /** Keeps the names of these shards apart from those that an index in the folder names. */
    private String stamp() {
        String facts =
                String.join("\n", fingerprint, tokenizer.id(), String.valueOf(withByteLengths));
        return Sha256.hex(facts).substring(0, ShardNames.STAMP_HEX_DIGITS);
    }

    private void deleteOthers(List<ShardIndex.Shard> kept) throws IOException {
        Set<String> keptNames =
                kept.stream().map(ShardIndex.Shard::file).collect(Collectors.toSet());
        for (String name : filesOfShards()) {
            if (!keptNames.contains(name)) {
                deleteIfPossible(folder.resolve(name));
            }
        }
    }

    private List<String> filesOfShards() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> folder.relativize(file).toString())
                    .filter(name -> ShardNames.isShard(name) || ShardNames.isUnfinished(name))
                    .toList();
        }
    }

    private static void deleteIfPossible(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            // Windows keeps files that are mapped; the next preparation tries again.
            LOG.debug("Cannot delete {}", file, e);
        }
    }
}
