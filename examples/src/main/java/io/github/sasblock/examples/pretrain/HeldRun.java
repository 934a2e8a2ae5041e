package io.github.sasblock.examples.pretrain;

import io.github.sasblock.examples.checkpoint.Checkpoint;
import io.github.sasblock.examples.checkpoint.CheckpointStore;
import io.github.sasblock.examples.checkpoint.NewestCheckpoint;
import io.github.sasblock.examples.checkpoint.ResumeCheck;
import io.github.sasblock.examples.checkpoint.RunLock;
import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.report.RunFolder;
import io.github.sasblock.examples.storage.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Consumer;

/**
 * The folder of a run, which no other process writes into meanwhile.
 *
 * @param folder where its files lie
 * @param lock the right to write them
 * @param checkpoints its checkpoints
 * @param start the checkpoint that it goes on from; nothing at its beginning
 */
record HeldRun(
        RunFolder folder, RunLock lock, CheckpointStore checkpoints, Optional<Checkpoint> start)
        implements Closeable {

    /** They say where things lie, so that equal runs in two folders have equal checkpoints. */
    private static final Set<String> PLACES = Set.of("out", "cache-dir");

    /** Makes the folder of a new run. */
    static HeldRun create(RunConfig config, Storage storage) throws IOException {
        RunFolder folder = RunFolder.create(config.out());
        RunLock lock = RunLock.acquire(folder.path());
        return closedOnFailure(
                lock,
                () -> new HeldRun(folder, lock, open(folder, config, storage), Optional.empty()));
    }

    /**
     * Opens the folder of a run to go on from its newest checkpoint; from its beginning, where it
     * died before the first.
     */
    static HeldRun resume(RunConfig config, Storage storage, Consumer<String> messages)
            throws IOException {
        RunFolder folder = RunFolder.resume(config.out());
        RunLock lock = RunLock.acquire(folder.path());
        return closedOnFailure(
                lock,
                () -> {
                    CheckpointStore store = open(folder, config, storage);
                    return new HeldRun(folder, lock, store, start(store, config, messages));
                });
    }

    private static CheckpointStore open(RunFolder folder, RunConfig config, Storage storage)
            throws IOException {
        return CheckpointStore.open(folder.checkpoints(), config.saving().kept(), storage);
    }

    private static Optional<Checkpoint> start(
            CheckpointStore store, RunConfig config, Consumer<String> messages) throws IOException {
        NewestCheckpoint newest = store.newestLoadable();
        if (newest.checkpoint().isEmpty() && newest.rejected().isEmpty()) {
            messages.accept(newest.folder() + ": no checkpoint yet, starting at the beginning");
            return Optional.empty();
        }
        newest.messages().forEach(messages);
        Checkpoint start = newest.require();
        ResumeCheck.of(start.state().configuration(), settings(config))
                .requireCompatible()
                .messages()
                .forEach(messages);
        Versions.changes(start.state().versions()).forEach(messages);
        messages.accept("going on after step " + start.step() + ", from " + start.folder());
        return Optional.of(start);
    }

    /** Returns the settings that a checkpoint holds. */
    static Map<String, Object> settings(RunConfig config) {
        Map<String, Object> settings = new LinkedHashMap<>(config.settings());
        settings.keySet().removeAll(PLACES);
        return settings;
    }

    /** Refuses to go on with other texts than those before. */
    void requireTexts(SortedMap<String, String> present) {
        if (start.isEmpty() || start.get().state().texts().equals(present)) {
            return;
        }
        Map<String, String> saved = start.get().state().texts();
        String changed =
                present.get(Corpus.TRAINING).equals(saved.get(Corpus.TRAINING))
                        ? "the text to score is not the one that was scored"
                        : "the text to train on is not the one that was trained on";
        throw new InvalidInputException(
                "the run cannot continue from "
                        + start.get().folder()
                        + ": "
                        + changed
                        + " before; restore the files that --data and --validation name, or start a"
                        + " new run");
    }

    private interface Opening {
        HeldRun open() throws IOException;
    }

    private static HeldRun closedOnFailure(RunLock lock, Opening opening) throws IOException {
        try {
            return opening.open();
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
