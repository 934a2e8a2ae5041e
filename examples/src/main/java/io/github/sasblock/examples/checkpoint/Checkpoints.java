package io.github.sasblock.examples.checkpoint;

import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeSet;

/** The checkpoints of a run, to be read. Nothing here changes the disk. */
public final class Checkpoints {

    private final Path folder;
    private final Storage storage;

    /**
     * Creates a view of a folder, which need not exist.
     *
     * @param folder the folder of the checkpoints
     */
    public Checkpoints(Path folder) {
        this(folder, Storage.disk());
    }

    Checkpoints(Path folder, Storage storage) {
        this.folder = folder;
        this.storage = storage;
    }

    /**
     * Finds the newest checkpoint of which every byte is as it was written. The newest is the one
     * of the highest step, whatever the clock said when it was saved.
     *
     * @return the checkpoint, and what is wrong with those that are newer
     * @throws InvalidInputException if a checkpoint that is whole is of another version of the
     *     format: going back behind it would lose work without need
     * @throws IOException if the folder cannot be listed
     */
    public NewestCheckpoint newestLoadable() throws IOException {
        List<NewestCheckpoint.Rejected> rejected = new ArrayList<>();
        for (CheckpointName name : names().descendingSet()) {
            try {
                Checkpoint checkpoint = verify(name);
                return new NewestCheckpoint(folder, Optional.of(checkpoint), rejected);
            } catch (DamagedException e) {
                rejected.add(new NewestCheckpoint.Rejected(path(name), e.getMessage()));
            }
        }
        return new NewestCheckpoint(folder, Optional.empty(), rejected);
    }

    /**
     * Finds the checkpoint with the lowest validation loss that can be loaded.
     *
     * @return the checkpoint; nothing if none was saved at a step that was validated
     * @throws InvalidInputException if it is of another version of the format
     * @throws IOException if the folder cannot be listed
     */
    public Optional<Checkpoint> best() throws IOException {
        List<CheckpointName> remaining = new ArrayList<>(names());
        for (Optional<CheckpointName> next = best(remaining);
                next.isPresent();
                next = best(remaining)) {
            try {
                return Optional.of(verify(next.get()));
            } catch (DamagedException e) {
                remaining.remove(next.get()); // the next best, which newestLoadable may explain
            }
        }
        return Optional.empty();
    }

    /**
     * Lists the folders of checkpoints, loadable or not.
     *
     * @return their paths, the oldest first
     * @throws IOException if the folder cannot be listed
     */
    public List<Path> paths() throws IOException {
        return names().stream().map(this::path).toList();
    }

    private Checkpoint verify(CheckpointName name) throws DamagedException {
        try {
            return Verification.verify(storage, path(name), name);
        } catch (UnsupportedVersionException e) {
            throw new InvalidInputException("checkpoint " + path(name) + " " + e.getMessage(), e);
        }
    }

    NavigableSet<CheckpointName> names() throws IOException {
        NavigableSet<CheckpointName> names = new TreeSet<>();
        for (String name : storage.list(folder)) {
            CheckpointName.parse(name)
                    .filter(parsed -> storage.isFolder(path(parsed)))
                    .ifPresent(names::add);
        }
        return names;
    }

    /** Returns the one with the lowest loss by its manifest, the earliest among equals. */
    Optional<CheckpointName> best(Collection<CheckpointName> names) {
        return names.stream()
                .sorted()
                .filter(name -> validationLoss(name).isPresent())
                .min(Comparator.comparingDouble(name -> validationLoss(name).getAsDouble()));
    }

    private OptionalDouble validationLoss(CheckpointName name) {
        try {
            Double loss = Verification.manifest(storage, path(name)).validationLoss();
            return loss == null ? OptionalDouble.empty() : OptionalDouble.of(loss);
        } catch (DamagedException | UnsupportedVersionException e) {
            return OptionalDouble.empty(); // such a one is the best of nothing
        }
    }

    Path path(CheckpointName name) {
        return folder.resolve(name.toString());
    }

    Path folder() {
        return folder;
    }
}
