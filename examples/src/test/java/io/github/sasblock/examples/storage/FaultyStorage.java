package io.github.sasblock.examples.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A disk with faults: full, failing at chosen operations, writing less or other than it was given,
 * or dying at the n-th operation, with what was not synced lost in several ways.
 */
public final class FaultyStorage implements Storage {

    /** What a crash takes with it. */
    public enum Loss {
        /** Nothing: the process was killed, the system lives on. */
        NOTHING,
        /** All that was not synced: the power failed before anything else was written. */
        ALL_UNSYNCED,
        /** The content of files that were not synced, but no name. */
        UNSYNCED_CONTENT,
        /** As before, but the files keep their length, full of zeros. */
        ZEROED_CONTENT,
        /** The latest of what was not synced, as many changes as chance wills. */
        LATEST,
        /** All changes to the names in some folders, which chance picks, and none in others. */
        SOME_FOLDERS
    }

    /** What was asked of the disk. */
    public enum Kind {
        CREATE,
        WRITE,
        TRUNCATE,
        SYNC,
        CREATE_FOLDER,
        SYNC_FOLDER,
        MOVE,
        DELETE
    }

    /** An operation that changes the disk. */
    public record Operation(Kind kind, Path path) {

        public boolean is(Kind expected, String name) {
            return kind == expected && path.getFileName().toString().equals(name);
        }
    }

    /**
     * A change of a name that is not synced yet.
     *
     * @param kind of the change
     * @param path the name that was made or deleted
     * @param other where the moved was before, where the deleted is now; null for what was created
     */
    private record Change(Kind kind, Path path, Path other) {

        Path folder() {
            return path.getParent();
        }

        Change moved(Path from, Path to) {
            return path.startsWith(from)
                    ? new Change(kind, to.resolve(from.relativize(path)), other)
                    : this;
        }
    }

    private final Storage disk = Storage.disk();
    private final Path graveyard;
    private final List<Change> unsyncedNames = new ArrayList<>();
    private final Map<Path, Long> syncedLengths = new TreeMap<>(); // of files not wholly synced

    private int operations;
    private int crashAt = Integer.MAX_VALUE;
    private Loss loss = Loss.NOTHING;
    private boolean dead;
    private int buried;

    private Predicate<Operation> failing = operation -> false;
    private String failure = "Input/output error";
    private long capacity = Long.MAX_VALUE;
    private int longestWrite = Integer.MAX_VALUE;
    private Predicate<Operation> flipping = operation -> false;
    private Predicate<Operation> lying = operation -> false;

    /** Creates a disk without faults; what it deletes goes to the graveyard, an empty folder. */
    public FaultyStorage(Path graveyard) {
        this.graveyard = graveyard;
    }

    /** Dies at the n-th operation, counted from 1, in the middle of it. */
    public void crashAt(int n, Loss whatIsLost) {
        crashAt = n;
        loss = whatIsLost;
    }

    /** Fails at all operations that are chosen. */
    public void failAt(Predicate<Operation> chosen, String message) {
        failing = chosen;
        failure = message;
    }

    /** Has room for so many bytes more. */
    public void setCapacity(long bytes) {
        capacity = bytes;
    }

    /** Writes no more than so many bytes at a call, and says so. */
    public void setLongestWrite(int bytes) {
        longestWrite = bytes;
    }

    /** Flips a bit of what is written by the chosen operations. */
    public void flipBitAt(Predicate<Operation> chosen) {
        flipping = chosen;
    }

    /** Drops what is written by the chosen operations, and says that it was written. */
    public void lieAt(Predicate<Operation> chosen) {
        lying = chosen;
    }

    /** Returns how many operations there were. */
    public int operations() {
        return operations;
    }

    private void operate(Kind kind, Path path) throws IOException {
        if (dead) {
            throw new SimulatedCrash();
        }
        operations++;
        if (operations == crashAt) {
            crash();
        }
        if (failing.test(new Operation(kind, path))) {
            throw new IOException(failure);
        }
    }

    private void crash() throws IOException {
        dead = true;
        switch (loss) {
            case NOTHING -> {}
            case ALL_UNSYNCED -> {
                loseContent(false);
                undo(List.copyOf(unsyncedNames));
            }
            case UNSYNCED_CONTENT -> loseContent(false);
            case ZEROED_CONTENT -> loseContent(true);
            case LATEST -> {
                Random random = new Random(operations);
                loseContent(random.nextBoolean());
                int size = unsyncedNames.size();
                undo(List.copyOf(unsyncedNames.subList(random.nextInt(size + 1), size)));
            }
            case SOME_FOLDERS -> {
                Random random = new Random(operations);
                loseContent(random.nextBoolean());
                Set<Path> folders = new TreeSet<>();
                unsyncedNames.forEach(change -> folders.add(change.folder()));
                folders.removeIf(folder -> random.nextBoolean());
                undo(unsyncedNames.stream().filter(c -> folders.contains(c.folder())).toList());
            }
        }
        throw new SimulatedCrash();
    }

    private void loseContent(boolean zeroed) throws IOException {
        for (Map.Entry<Path, Long> file : syncedLengths.entrySet()) {
            if (Files.exists(file.getKey())) {
                byte[] content = Files.readAllBytes(file.getKey());
                int kept = (int) (long) file.getValue();
                byte[] left = new byte[zeroed ? content.length : kept];
                System.arraycopy(content, 0, left, 0, kept);
                Files.write(file.getKey(), left);
            }
        }
    }

    private void undo(List<Change> changes) throws IOException {
        List<Change> latestFirst = new ArrayList<>(changes);
        Collections.reverse(latestFirst);
        while (!latestFirst.isEmpty()) {
            Change change = latestFirst.remove(0);
            switch (change.kind()) {
                case DELETE -> Files.move(change.other(), change.path());
                case MOVE -> {
                    Files.move(change.path(), change.other());
                    latestFirst.replaceAll(c -> c.moved(change.path(), change.other()));
                }
                default -> removeTree(change.path());
            }
        }
    }

    @Override
    public OutputFile create(Path file) throws IOException {
        operate(Kind.CREATE, file);
        OutputFile made = disk.create(file);
        unsyncedNames.add(new Change(Kind.CREATE, file, null));
        syncedLengths.put(file, 0L);
        return new FaultyFile(file, made);
    }

    @Override
    public OutputFile append(Path file) throws IOException {
        operate(Kind.CREATE, file);
        return new FaultyFile(file, disk.append(file));
    }

    @Override
    public InputStream read(Path file) throws IOException {
        requireAlive();
        return disk.read(file);
    }

    @Override
    public List<String> list(Path folder) throws IOException {
        requireAlive();
        return disk.list(folder);
    }

    @Override
    public boolean isFolder(Path path) {
        requireAlive();
        return disk.isFolder(path);
    }

    @Override
    public void createFolder(Path folder) throws IOException {
        operate(Kind.CREATE_FOLDER, folder);
        disk.createFolder(folder);
        unsyncedNames.add(new Change(Kind.CREATE_FOLDER, folder, null));
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        operate(Kind.SYNC_FOLDER, folder);
        List<Path> gone =
                unsyncedNames.stream()
                        .filter(change -> change.folder().equals(folder))
                        .filter(change -> change.kind() == Kind.DELETE)
                        .map(Change::path)
                        .toList();
        unsyncedNames.removeIf(
                change ->
                        change.folder().equals(folder)
                                || gone.stream().anyMatch(change.folder()::startsWith));
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        operate(Kind.MOVE, from);
        disk.move(from, to);
        unsyncedNames.replaceAll(change -> change.moved(from, to));
        unsyncedNames.add(new Change(Kind.MOVE, to, from));
        Map<Path, Long> moved = new TreeMap<>();
        syncedLengths.forEach(
                (file, length) ->
                        moved.put(
                                file.startsWith(from) ? to.resolve(from.relativize(file)) : file,
                                length));
        syncedLengths.clear();
        syncedLengths.putAll(moved);
    }

    @Override
    public void delete(Path path) throws IOException {
        operate(Kind.DELETE, path);
        if (disk.isFolder(path) && !disk.list(path).isEmpty()) {
            throw new IOException(path + ": folder not empty");
        }
        Path grave = graveyard.resolve("" + buried++);
        disk.move(path, grave);
        syncedLengths.remove(path);
        unsyncedNames.add(new Change(Kind.DELETE, path, grave));
    }

    @Override
    public long freeBytes(Path path) throws IOException {
        requireAlive();
        return capacity == Long.MAX_VALUE ? disk.freeBytes(path) : capacity;
    }

    private void requireAlive() {
        if (dead) {
            throw new SimulatedCrash();
        }
    }

    private static void removeTree(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            paths.sorted(Comparator.reverseOrder()).forEach(FaultyStorage::remove);
        }
    }

    private static void remove(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class FaultyFile implements OutputFile {

        private final Path path;
        private final OutputFile file;

        FaultyFile(Path path, OutputFile file) {
            this.path = path;
            this.file = file;
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            syncedLengths.putIfAbsent(path, file.size());
            Operation write = new Operation(Kind.WRITE, path);
            if (operations + 1 == crashAt) {
                file.write(head(source, source.remaining() / 2));
            }
            operate(Kind.WRITE, path);
            int count = (int) Math.min(source.remaining(), Math.min(capacity, longestWrite));
            if (count == 0 && source.hasRemaining()) {
                throw new IOException("No space left on device");
            }
            ByteBuffer given = head(source, count);
            source.position(source.position() + count);
            if (!lying.test(write)) {
                file.write(flipping.test(write) ? flipped(given) : given);
            }
            capacity -= capacity == Long.MAX_VALUE ? 0 : count;
            return count;
        }

        private static ByteBuffer head(ByteBuffer source, int count) {
            return source.slice(source.position(), count);
        }

        private static ByteBuffer flipped(ByteBuffer bytes) {
            ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
            copy.put(copy.limit() / 2, (byte) (copy.get(copy.limit() / 2) ^ 4));
            return copy;
        }

        @Override
        public long size() throws IOException {
            requireAlive();
            return file.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            operate(Kind.TRUNCATE, path);
            file.truncate(size);
        }

        @Override
        public void sync() throws IOException {
            operate(Kind.SYNC, path);
            syncedLengths.remove(path);
        }

        @Override
        public boolean isOpen() {
            return file.isOpen();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
