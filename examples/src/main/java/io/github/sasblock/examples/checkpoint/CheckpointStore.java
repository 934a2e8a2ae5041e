package io.github.sasblock.examples.checkpoint;

import io.github.sasblock.examples.storage.Storage;
import io.github.sasblock.examples.storage.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves the checkpoints of a run and prunes them, so that from the first on there is no moment
 * without one that can be loaded, whatever fails and whenever the process or the machine dies.
 *
 * <pre>{@code
 * try (RunLock lock = RunLock.acquire(run)) {
 *     CheckpointStore store = CheckpointStore.open(run.resolve("checkpoints"), 2);
 *     Checkpoint start = store.newestLoadable().require();
 *     ...
 *     SaveResult result =
 *             store.save(
 *                     state,
 *                     List.of(
 *                             CheckpointPart.tensors("model.safetensors", weights),
 *                             CheckpointPart.tensors("optimizer.safetensors", moments)));
 *     result.messages().forEach(console::message);
 * }
 * }</pre>
 *
 * <p>Kept are the newest few and the best. One process at a time may have a folder's store: hold
 * its {@link RunLock}.
 */
public final class CheckpointStore {

    private static final Logger LOG = LoggerFactory.getLogger(CheckpointStore.class);

    /** How many of the newest checkpoints are kept where nothing else is said. */
    public static final int DEFAULT_KEPT = 2;

    private final Checkpoints checkpoints;
    private final Storage storage;
    private final int kept;
    private final Set<Path> damaged = new HashSet<>();

    private CheckpointStore(Path folder, int kept, Storage storage) {
        this.checkpoints = new Checkpoints(folder, storage);
        this.kept = kept;
        this.storage = storage;
    }

    /**
     * Opens a folder of checkpoints, and deletes what a process that died left unfinished there.
     *
     * @param folder the folder; it is made when the first checkpoint is saved
     * @param kept how many of the newest checkpoints to keep, at least 1; the best is kept besides
     * @return the store
     * @throws IOException if the folder cannot be listed, or something unfinished not be deleted
     */
    public static CheckpointStore open(Path folder, int kept) throws IOException {
        return open(folder, kept, Storage.disk());
    }

    /**
     * Opens a folder of checkpoints on a file system.
     *
     * @param folder the folder; it is made when the first checkpoint is saved
     * @param kept how many of the newest checkpoints to keep, at least 1
     * @param storage the file system
     * @return the store
     * @throws IOException if the folder cannot be listed, or something unfinished not be deleted
     */
    public static CheckpointStore open(Path folder, int kept, Storage storage) throws IOException {
        if (kept < 1) {
            throw new IllegalArgumentException(
                    "checkpoints to keep = " + kept + ": expected at least 1");
        }
        CheckpointStore store = new CheckpointStore(folder.toAbsolutePath(), kept, storage);
        store.deleteTemporaries();
        return store;
    }

    private void deleteTemporaries() throws IOException {
        for (String name : storage.list(folder())) {
            if (CheckpointName.isTemporary(name)) {
                storage.deleteTree(folder().resolve(name));
            }
        }
    }

    /**
     * Finds the checkpoint to continue from. Those that are newer and damaged stay until the next
     * one is saved.
     *
     * @return the newest that can be loaded, and what is wrong with those that are newer
     * @throws io.github.sasblock.examples.problem.InvalidInputException if one that is whole is of
     *     another version of the format
     * @throws IOException if the folder cannot be listed
     */
    public NewestCheckpoint newestLoadable() throws IOException {
        NewestCheckpoint newest = checkpoints.newestLoadable();
        newest.rejected().forEach(bad -> damaged.add(bad.path()));
        return newest;
    }

    /**
     * Finds the checkpoint with the lowest validation loss.
     *
     * @return the checkpoint; nothing if none was saved at a step that was validated
     * @throws IOException if the folder cannot be listed
     */
    public Optional<Checkpoint> best() throws IOException {
        return checkpoints.best();
    }

    /**
     * Saves a checkpoint, then deletes those that are no longer kept: all but the newest few and
     * the best, and those of later steps, which the run has gone back behind.
     *
     * @param state what determines the rest of the run
     * @param parts the files with the tensors, at least one, written in this order
     * @return whether it was saved; if not, nothing of it is left and no other was touched
     * @throws IllegalArgumentException if two parts have the same name, or there is none
     */
    public SaveResult save(TrainingState state, List<CheckpointPart> parts) {
        requireDistinct(parts);
        try {
            CheckpointName name = write(state, parts);
            Pruning pruning = prune(name);
            return new SaveResult.Saved(
                    checkpoints.path(name), pruning.deleted(), pruning.warnings());
        } catch (IOException e) {
            String problem = "the checkpoint of step " + state.step() + " was not saved";
            return new SaveResult.NotSaved(
                    StorageException.of(problem, nearestFolder(), e, storage), newest());
        }
    }

    private static void requireDistinct(List<CheckpointPart> parts) {
        List<String> names = parts.stream().map(CheckpointPart::fileName).toList();
        if (names.isEmpty() || new HashSet<>(names).size() < names.size()) {
            throw new IllegalArgumentException(
                    "files of a checkpoint = " + names + ": expected at least one, each once");
        }
    }

    private CheckpointName write(TrainingState state, List<CheckpointPart> parts)
            throws IOException {
        createFolder();
        CheckpointName name = freeName(state.step());
        Path temporary = folder().resolve(name.temporary());
        boolean saved = false;
        try {
            storage.createFolder(temporary);
            writeFiles(temporary, state, parts);
            storage.move(temporary, checkpoints.path(name));
            storage.syncFolder(folder());
            saved = true;
            return name;
        } finally {
            if (!saved) {
                discard(name);
            }
        }
    }

    private void createFolder() throws IOException {
        if (!storage.isFolder(folder())) {
            storage.createFolder(folder());
            Path parent = folder().getParent();
            if (parent != null) {
                storage.syncFolder(parent);
            }
        }
    }

    private CheckpointName freeName(long step) throws IOException {
        SortedSet<CheckpointName> ofStep =
                checkpoints
                        .names()
                        .subSet(new CheckpointName(step, 0), new CheckpointName(step + 1, 0));
        return new CheckpointName(step, ofStep.isEmpty() ? 0 : ofStep.last().revision() + 1);
    }

    private void writeFiles(Path folder, TrainingState state, List<CheckpointPart> parts)
            throws IOException {
        SortedMap<String, Manifest.Entry> files = new TreeMap<>();
        for (CheckpointPart part : parts) {
            Path file = folder.resolve(part.fileName());
            files.put(part.fileName(), FileWriter.write(storage, file, part.content()));
        }
        files.put(
                TrainingState.FILE,
                write(folder.resolve(TrainingState.FILE), CheckpointJson.write(state)));
        write(folder.resolve(Manifest.FILE), Manifest.of(state, files).toJson());
        storage.syncFolder(folder);
    }

    private Manifest.Entry write(Path file, byte[] bytes) throws IOException {
        return FileWriter.write(storage, file, channel -> writeFully(channel, bytes));
    }

    private static void writeFully(WritableByteChannel channel, byte[] bytes) throws IOException {
        ByteBuffer source = ByteBuffer.wrap(bytes);
        while (source.hasRemaining()) {
            channel.write(source);
        }
    }

    /** What cannot be deleted now, the next start deletes; the first problem is the one to tell. */
    private void discard(CheckpointName name) {
        Path temporary = folder().resolve(name.temporary());
        try {
            if (storage.isFolder(checkpoints.path(name))) {
                storage.move(checkpoints.path(name), temporary);
            }
            if (storage.isFolder(temporary)) {
                storage.deleteTree(temporary);
            }
        } catch (IOException e) {
            LOG.warn("{} is left, and is deleted at the next start", temporary, e);
        }
    }

    /** What was deleted, and what could not be. */
    private record Pruning(List<Path> deleted, List<String> warnings) {}

    private Pruning prune(CheckpointName saved) {
        List<Path> deleted = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        try {
            Set<CheckpointName> superfluous = new TreeSet<>(checkpoints.names());
            superfluous.removeAll(toKeep(saved));
            List<Path> temporaries = new ArrayList<>();
            for (CheckpointName name : superfluous) {
                // Renamed first: a checkpoint that is half deleted must not look like a whole one.
                Path temporary = folder().resolve(name.temporary());
                storage.move(checkpoints.path(name), temporary);
                temporaries.add(temporary);
                deleted.add(checkpoints.path(name));
            }
            if (!temporaries.isEmpty()) {
                storage.syncFolder(folder());
            }
            for (Path temporary : temporaries) {
                storage.deleteTree(temporary);
            }
            damaged.removeAll(deleted);
        } catch (IOException e) {
            warnings.add(
                    StorageException.of("an older checkpoint was not deleted", folder(), e, storage)
                            .getMessage());
        }
        return new Pruning(deleted, warnings);
    }

    /** Those of later steps belong to a course of the run that this one has gone back behind. */
    private Set<CheckpointName> toKeep(CheckpointName saved) throws IOException {
        NavigableSet<CheckpointName> candidates = new TreeSet<>(checkpoints.names().headSet(saved));
        candidates.removeIf(
                name -> name.step() == saved.step() || damaged.contains(checkpoints.path(name)));
        candidates.add(saved);
        Set<CheckpointName> keep = new HashSet<>();
        checkpoints.best(candidates).ifPresent(keep::add);
        candidates.descendingSet().stream().limit(kept).forEach(keep::add);
        return keep;
    }

    private Optional<Path> newest() {
        try {
            SortedSet<CheckpointName> names = checkpoints.names();
            names.removeIf(name -> damaged.contains(checkpoints.path(name)));
            return names.isEmpty() ? Optional.empty() : Optional.of(checkpoints.path(names.last()));
        } catch (IOException e) {
            LOG.warn("{} cannot be listed", folder(), e);
            return Optional.empty();
        }
    }

    private Path nearestFolder() {
        Path parent = folder().getParent();
        return storage.isFolder(folder()) || parent == null ? folder() : parent;
    }

    private Path folder() {
        return checkpoints.folder();
    }
}
