package io.github.sasblock.examples.tokens;

import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.progress.Progress;
import io.github.sasblock.examples.storage.Storage;
import io.github.sasblock.examples.storage.StorageException;
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
 * changes: the source's {@linkplain TextSource#fingerprint() fingerprint}, the tokenizer, which
 * documents are taken, the files' format. Documents that are held out stand in a folder of their
 * own within.
 *
 * <p>The folder's {@code index.json} is written last and in one step, so an interrupted preparation
 * is never taken for a complete one, and leaves the tokens of an earlier one usable. The next one
 * keeps the files that it finished: it reads the text again, which is fast, and encodes only what
 * is not there. Processes that prepare the same folder wait for each other.
 */
public final class TokenShards {

    /** Where held-out documents stand in a folder of tokens. */
    public static final String HELD_OUT_FOLDER = "held-out";

    private static final Logger LOG = LoggerFactory.getLogger(TokenShards.class);
    private static final int SHARD_TOKENS = 1 << 26;
    private static final String LOCK_FILE = "prepare.lock";

    /** A file lock holds between processes only. */
    private static final Lock WITHIN_THIS_PROCESS = new ReentrantLock();

    private final TextSource source;
    private final Tokenizer tokenizer;
    private final Path folder;
    private final PreparationOptions options;
    private final String fingerprint;
    private final int shardTokens;
    private final int threads;

    private TokenShards(
            TextSource source,
            Tokenizer tokenizer,
            Path folder,
            PreparationOptions options,
            int shardTokens,
            int threads)
            throws IOException {
        this.threads = threads;
        this.source = source;
        this.tokenizer = tokenizer;
        this.folder = folder;
        this.options = options;
        this.shardTokens = shardTokens;
        this.fingerprint = source.fingerprint();
    }

    /**
     * Opens the source's tokens, after writing them unless they have been written before.
     *
     * @param source the text
     * @param tokenizer makes the tokens
     * @param folder where the tokens of this source are kept; made if it does not exist. Tokens of
     *     another source or tokenizer in it are replaced
     * @param options which documents are taken, and what is kept of them
     * @param progress shows how much of the source has been read
     * @return the tokens, and whether and why they were written
     * @throws InvalidInputException if the source is not what it should be, has no text, or changes
     *     while it is read
     * @throws IOException if a file cannot be read or written
     */
    public static Preparation prepare(
            TextSource source,
            Tokenizer tokenizer,
            Path folder,
            PreparationOptions options,
            Progress progress)
            throws IOException {
        int threads = Runtime.getRuntime().availableProcessors();
        return prepare(source, tokenizer, folder, options, progress, SHARD_TOKENS, threads);
    }

    /**
     * Opens the tokens of all documents of a source, after writing them unless they have been
     * written before.
     *
     * @param source the text
     * @param tokenizer makes the tokens
     * @param folder where the tokens of this source are kept
     * @param withByteLengths whether each token's byte length is needed
     * @param progress shows how much of the source has been read
     * @return the tokens, and whether and why they were written
     * @throws InvalidInputException if the source is not what it should be, or has no text
     * @throws IOException if a file cannot be read or written
     */
    public static Preparation prepare(
            TextSource source,
            Tokenizer tokenizer,
            Path folder,
            boolean withByteLengths,
            Progress progress)
            throws IOException {
        PreparationOptions options = PreparationOptions.everything(withByteLengths);
        return prepare(source, tokenizer, folder, options, progress);
    }

    static Preparation prepare(
            TextSource source,
            Tokenizer tokenizer,
            Path folder,
            PreparationOptions options,
            Progress progress,
            int shardTokens,
            int threads)
            throws IOException {
        return new TokenShards(source, tokenizer, folder, options, shardTokens, threads)
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
            long start = System.nanoTime();
            int continued = write(progress);
            double seconds = (System.nanoTime() - start) / 1e9;
            return opened(Preparation.Outcome.WRITTEN, second.obstacle(), continued, seconds);
        } finally {
            WITHIN_THIS_PROCESS.unlock();
        }
    }

    private FileChannel openLockFile() throws IOException {
        try {
            Files.createDirectories(options.holdsOut() ? heldOutFolder() : folder);
            return FileChannel.open(
                    folder.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (FileSystemException e) {
            throw new InvalidInputException(
                    folder + ": expected a folder in which tokens can be written: " + e, e);
        }
    }

    private Path heldOutFolder() {
        return folder.resolve(HELD_OUT_FOLDER);
    }

    private Preparation opened(
            Preparation.Outcome outcome, String reason, int continued, double seconds)
            throws IOException {
        TokenSequence tokens = TokenSequence.open(folder, tokenizer);
        Optional<TokenSequence> heldOut =
                options.holdsOut()
                        ? Optional.of(TokenSequence.open(heldOutFolder(), tokenizer))
                        : Optional.empty();
        return new Preparation(outcome, reason, tokens, heldOut, continued, seconds);
    }

    /** Earlier tokens, or why they cannot be used. */
    private record Attempt(Optional<Preparation> tokens, String obstacle) {

        static Attempt failed(String obstacle) {
            return new Attempt(Optional.empty(), obstacle);
        }

        Preparation reused() {
            return tokens.orElseThrow();
        }
    }

    private Attempt reuse() throws IOException {
        if (!Files.exists(folder.resolve(ShardIndex.FILE))) {
            return Attempt.failed("no tokens were there");
        }
        try {
            Optional<String> change = change(ShardIndex.read(folder));
            if (change.isEmpty() && options.holdsOut()) {
                change = change(ShardIndex.read(heldOutFolder()));
            }
            if (change.isPresent()) {
                return Attempt.failed(change.get());
            }
            return new Attempt(
                    Optional.of(opened(Preparation.Outcome.REUSED, "nothing has changed", 0, 0)),
                    "");
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
        if (!index.selection().equals(options.selection())) {
            return Optional.of("the tokens there are of other documents: " + index.selection());
        }
        if (options.byteLengths() && !index.byteLengths()) {
            return Optional.of("the tokens there are without byte lengths");
        }
        return Optional.empty();
    }

    /** Writes all files and returns how many were there of an interrupted preparation. */
    private int write(Progress progress) throws StorageException {
        try {
            return writeFiles(progress);
        } catch (IOException e) {
            String problem =
                    "the tokens of "
                            + source.describe()
                            + " were not written; when prepared again, the files that are finished"
                            + " are kept";
            throw StorageException.of(problem, folder, e, Storage.disk());
        }
    }

    private int writeFiles(Progress progress) throws IOException {
        try (TokenShardWriter train = writer(folder, options.byteLengths());
                TokenShardWriter heldOut =
                        options.holdsOut() ? writer(heldOutFolder(), true) : null) {
            int continued = train.finished() + (heldOut == null ? 0 : heldOut.finished());
            DocumentSorter sorter = new DocumentSorter(options, train, heldOut);
            readSource(sorter, progress);
            requireUnchanged();
            PreparationReport report = sorter.report();
            if (heldOut != null) {
                finish(heldOut, heldOutFolder(), true, report);
            }
            finish(train, folder, options.byteLengths(), report);
            return continued;
        }
    }

    private TokenShardWriter writer(Path where, boolean byteLengths) throws IOException {
        ShardProgress begun = ShardProgress.read(where, stamp(byteLengths));
        ShardFormat format = ShardFormat.of(tokenizer, byteLengths);
        return new TokenShardWriter(where, begun, tokenizer, format, shardTokens);
    }

    private void readSource(DocumentSorter sorter, Progress progress) throws IOException {
        try (Progress.Task task =
                        progress.begin(
                                "Tokenising " + source.describe(),
                                source.approximateBytes(),
                                Progress.Unit.BYTES);
                DocumentPipeline pipeline = new DocumentPipeline(tokenizer, threads, sorter)) {
            source.forEach(pipeline::add, sorter.listener(task));
            pipeline.finish();
        }
    }

    private void requireUnchanged() throws IOException {
        if (!source.fingerprint().equals(fingerprint)) {
            throw new InvalidInputException(
                    source.describe()
                            + ": a file changed while it was read; prepare again once it is"
                            + " complete");
        }
    }

    private void finish(
            TokenShardWriter writer, Path where, boolean byteLengths, PreparationReport report)
            throws IOException {
        List<ShardIndex.Shard> shards = writer.finish();
        if (shards.isEmpty()) {
            throw new InvalidInputException(source.describe() + nothingOf(writer, report));
        }
        new ShardIndex(
                        ShardFormat.VERSION,
                        tokenizer.id(),
                        tokenizer.vocabularySize(),
                        new ShardIndex.Source(source.describe(), fingerprint),
                        byteLengths,
                        options.selection(),
                        report,
                        shards)
                .write(where);
        deleteOthers(where, shards);
    }

    private String nothingOf(TokenShardWriter writer, PreparationReport report) {
        if (!options.holdsOut()) {
            return ": has no text";
        }
        boolean isTraining = writer.folder().equals(folder);
        return ": of its "
                + report.documents()
                + " documents none is "
                + (isTraining ? "left to train on" : "held out")
                + " at a share of "
                + options.heldOut()
                + "; choose a "
                + (isTraining ? "smaller" : "larger")
                + " share, or give validation text";
    }

    /** Keeps the names of these shards apart from those that an index in the folder names. */
    private String stamp(boolean byteLengths) {
        String facts =
                String.join(
                        "\n",
                        fingerprint,
                        tokenizer.id(),
                        String.valueOf(byteLengths),
                        options.selection(),
                        String.valueOf(shardTokens));
        return Sha256.hex(facts).substring(0, ShardNames.STAMP_HEX_DIGITS);
    }

    private static void deleteOthers(Path where, List<ShardIndex.Shard> kept) throws IOException {
        Set<String> keptNames =
                kept.stream()
                        .map(ShardIndex.Shard::file)
                        .flatMap(name -> Stream.of(name, ShardNames.documents(name)))
                        .collect(Collectors.toSet());
        for (String name : filesOfShards(where)) {
            if (!keptNames.contains(name)) {
                deleteIfPossible(where.resolve(name));
            }
        }
        Files.deleteIfExists(where.resolve(ShardProgress.FILE));
    }

    private static List<String> filesOfShards(Path where) throws IOException {
        try (Stream<Path> files = Files.list(where)) {
            return files.map(file -> where.relativize(file).toString())
                    .filter(ShardNames::isOfAShard)
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
