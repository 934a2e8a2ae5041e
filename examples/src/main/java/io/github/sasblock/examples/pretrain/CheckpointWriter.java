package io.github.sasblock.examples.pretrain;

import io.github.sasblock.examples.checkpoint.CheckpointStore;
import io.github.sasblock.examples.checkpoint.SaveResult;
import io.github.sasblock.examples.checkpoint.TrainingState;
import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.examples.config.SavingSettings.OnFailure;
import io.github.sasblock.examples.storage.StorageException;
import io.github.sasblock.examples.train.Snapshot;
import java.util.SortedMap;
import java.util.function.Consumer;

/** Saves the checkpoints of a run, and tells of those that cannot be saved. */
final class CheckpointWriter {

    private final CheckpointStore store;
    private final RunConfig config;
    private final SortedMap<String, String> texts;
    private final Consumer<String> messages;
    private SaveResult last; // null before the first

    CheckpointWriter(
            CheckpointStore store,
            RunConfig config,
            SortedMap<String, String> texts,
            Consumer<String> messages) {
        this.store = store;
        this.config = config;
        this.texts = texts;
        this.messages = messages;
    }

    /**
     * Saves a checkpoint.
     *
     * @throws StorageException if it cannot be saved and the run is to stop then
     */
    void save(Snapshot snapshot) throws StorageException {
        TrainingState.Builder state = snapshot.state().optConfiguration(HeldRun.settings(config));
        texts.forEach(state::optText);
        Versions.present().forEach(state::optVersion);
        last = store.save(state.build(), snapshot.tensors());
        if (config.saving().onFailure() == OnFailure.STOP) {
            last.requireSaved();
        }
        last.messages().forEach(messages);
    }

    /**
     * Ends a run whose last checkpoint is missing, whatever was to happen with those before.
     *
     * @throws StorageException if the last that there was to save could not be saved
     */
    void requireLast() throws StorageException {
        if (last != null) {
            last.requireSaved();
        }
    }
}
