package io.github.sasblock.examples.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The right to write into the folder of a run, which one process at a time has.
 *
 * <p>It is a lock of the operating system on the file {@code run.lock}, so it ends with its
 * process, however that ends; the file itself means nothing and stays. It holds the process and
 * host, for messages. On network file systems it is as good as their locks.
 */
public final class RunLock implements Closeable {

    /** The name of the file in the run's folder. */
    public static final String FILE = "run.lock";

    /** Far behind the text, which can so be read where locked bytes cannot, as on Windows. */
    private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

    private static final int ATTEMPTS = 10;
    private static final long PAUSE_MILLIS = 50;
    private static final int MOST_TEXT = 1000;

    /**
     * The locks of this process. POSIX takes all locks on a file from a process that closes the
     * file, through whatever channel; so a file that is locked here must not be opened here.
     */
    private static final Map<Path, String> HELD = new HashMap<>();

    private final Path file;
    private final FileChannel channel;

    private RunLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the lock.
     *
     * @param run the folder of a run, which exists
     * @return the lock, held until it is closed or the process ends
     * @throws InvalidInputException if another process has it, which the message names, or the
     *     folder cannot be written
     */
    public static RunLock acquire(Path run) {
        synchronized (HELD) {
            try {
                Path file = run.toRealPath().resolve(FILE);
                if (HELD.containsKey(file)) {
                    throw refused(run, Optional.of(HELD.get(file)));
                }
                RunLock lock = new RunLock(file, lock(run, file));
                HELD.put(file, lock.sign());
                return lock;
            } catch (IOException e) {
                throw new InvalidInputException(
                        "run folder "
                                + run
                                + ": cannot be locked ("
                                + e
                                + "); expected a folder that can be written",
                        e);
            }
        }
    }

    /** Tries for half a second, since who only asks for the lock has it for a moment. */
    private static FileChannel lock(Path run, Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS);
        boolean locked = false;
        try {
            for (int i = 0; i < ATTEMPTS && !locked; i++) {
                pause(i == 0 ? 0 : PAUSE_MILLIS);
                locked = channel.tryLock(LOCKED_BYTE, 1, false) != null;
            }
            if (!locked) {
                throw refused(run, Optional.of(text(channel)));
            }
            return channel;
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the next operation on the channel ends it
        }
    }

    private static InvalidInputException refused(Path run, Optional<String> holder) {
        return new InvalidInputException(
                "run folder "
                        + run
                        + ": "
                        + holder.filter(text -> !text.isEmpty()).orElse("another process")
                        + " is writing to it; wait until that has ended, end it, or choose another"
                        + " folder with --out");
    }

    private String sign() throws IOException {
        String text = "process " + ProcessHandle.current().pid() + " on " + hostName();
        channel.truncate(0);
        channel.write(ByteBuffer.wrap((text + "\n").getBytes(UTF_8)), 0);
        return text;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "this machine"; // it has no name that it knows itself
        }
    }

    private static String text(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MOST_TEXT);
        channel.read(bytes, 0);
        return new String(bytes.array(), 0, bytes.position(), UTF_8).strip();
    }

    /**
     * Tells who writes into the folder of a run, without taking its lock.
     *
     * @param run the folder of a run
     * @return the process and its host; nothing if no one does
     * @throws IOException if the lock cannot be asked for
     */
    public static Optional<String> holder(Path run) throws IOException {
        synchronized (HELD) {
            if (!Files.isRegularFile(run.resolve(FILE), LinkOption.NOFOLLOW_LINKS)) {
                return Optional.empty();
            }
            Path file = run.toRealPath().resolve(FILE);
            if (HELD.containsKey(file)) {
                return Optional.of(HELD.get(file));
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                    FileLock probe = channel.tryLock(LOCKED_BYTE, 1, true)) {
                return probe == null ? Optional.of(text(channel)) : Optional.empty();
            }
        }
    }

    /**
     * Gives the lock back.
     *
     * @throws IOException if the file cannot be closed
     */
    @Override
    public void close() throws IOException {
        synchronized (HELD) {
            if (HELD.remove(file) != null) {
                try (channel) {
                    channel.truncate(0);
                }
            }
        }
    }
}
