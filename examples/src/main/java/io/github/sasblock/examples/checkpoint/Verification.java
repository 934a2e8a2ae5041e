package io.github.sasblock.examples.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.sasblock.examples.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/** Compares what lies in a checkpoint's folder with its manifest, byte for byte. */
final class Verification {

    private static final int CHUNK = 1 << 16;

    private final Storage storage;
    private final Path folder;

    private Verification(Storage storage, Path folder) {
        this.storage = storage;
        this.folder = folder;
    }

    /** Returns the checkpoint if every byte of it is as it was written. */
    static Checkpoint verify(Storage storage, Path folder, CheckpointName name)
            throws DamagedException, UnsupportedVersionException {
        return new Verification(storage, folder).verify(name);
    }

    /** Reads the manifest alone, which tells the step and the loss without reading tensors. */
    static Manifest manifest(Storage storage, Path folder)
            throws DamagedException, UnsupportedVersionException {
        byte[] json = new Verification(storage, folder).read(Manifest.FILE);
        if (isZero(json, json.length) && json.length > 0) {
            throw new DamagedException(
                    Manifest.FILE + " holds nothing but zeros: its content never reached the disk");
        }
        return Manifest.parse(json);
    }

    private Checkpoint verify(CheckpointName name)
            throws DamagedException, UnsupportedVersionException {
        Manifest manifest = manifest(storage, folder);
        if (manifest.step() != name.step()) {
            throw new DamagedException(
                    Manifest.FILE
                            + " is of step "
                            + manifest.step()
                            + ", expected "
                            + name.step()
                            + " as the folder's name says");
        }
        if (!manifest.files().containsKey(TrainingState.FILE)) {
            throw new DamagedException(Manifest.FILE + " lists no " + TrainingState.FILE);
        }
        for (Map.Entry<String, Manifest.Entry> file : manifest.files().entrySet()) {
            verify(file.getKey(), file.getValue());
        }
        return new Checkpoint(folder, state(), manifest.files().keySet());
    }

    private void verify(String file, Manifest.Entry expected) throws DamagedException {
        long bytes = 0;
        boolean zero = true;
        Sha256Sum sum = new Sha256Sum();
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = storage.read(folder.resolve(file))) {
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                sum.add(ByteBuffer.wrap(chunk, 0, count));
                zero = zero && isZero(chunk, count);
                bytes += count;
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        String found = sum.hex();
        if (bytes != expected.bytes()) {
            throw new DamagedException(
                    file
                            + " has "
                            + bytes
                            + " bytes, expected "
                            + expected.bytes()
                            + (bytes < expected.bytes() ? ": it was cut off" : ": it grew"));
        }
        if (!found.equals(expected.sha256())) {
            throw new DamagedException(
                    zero
                            ? file + " holds nothing but zeros: its content never reached the disk"
                            : file
                                    + " has SHA-256 "
                                    + abbreviated(found)
                                    + ", expected "
                                    + abbreviated(expected.sha256())
                                    + ": its content changed after it was written");
        }
    }

    private static String abbreviated(String hash) {
        return hash.length() > 16 ? hash.substring(0, 16) + "..." : hash;
    }

    private static boolean isZero(byte[] bytes, int count) {
        for (int i = 0; i < count; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private TrainingState state() throws DamagedException {
        try {
            return CheckpointJson.MAPPER.readValue(read(TrainingState.FILE), TrainingState.class);
        } catch (JsonProcessingException e) {
            throw new DamagedException(
                    TrainingState.FILE + " is not valid: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw unreadable(TrainingState.FILE, e);
        }
    }

    private byte[] read(String file) throws DamagedException {
        try (InputStream in = storage.read(folder.resolve(file))) {
            byte[] content = in.readNBytes(Manifest.MOST_BYTES + 1);
            if (content.length > Manifest.MOST_BYTES) {
                throw new DamagedException(
                        file + " has more than " + Manifest.MOST_BYTES + " bytes: it grew");
            }
            return content;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static DamagedException unreadable(String file, IOException e) {
        return new DamagedException(
                e instanceof NoSuchFileException
                        ? file + " is missing"
                        : file + " cannot be read: " + e,
                e);
    }
}
