package io.github.sasblock.examples.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * What is asked of a file system. A change lasts through a loss of power only once it was synced: a
 * file's content by {@link OutputFile#sync()}, its name by {@link #syncFolder} of its folder.
 */
public interface Storage {

    /**
     * Returns the file system of this machine.
     *
     * @return the storage that writes to disk
     */
    static Storage disk() {
        return DiskStorage.INSTANCE;
    }

    /**
     * Makes a file.
     *
     * @param file a path that nothing lies at
     * @return the empty file, open
     * @throws IOException if something lies there, or it cannot be made
     */
    OutputFile create(Path file) throws IOException;

    /**
     * Opens a file to write on at its end.
     *
     * @param file a file; it is made if it does not exist
     * @return the file, open
     * @throws IOException if it cannot be opened or made
     */
    OutputFile append(Path file) throws IOException;

    /**
     * Opens a file to read.
     *
     * @param file a file
     * @return its content, unbuffered
     * @throws java.nio.file.NoSuchFileException if it does not exist
     * @throws IOException if it cannot be opened
     */
    InputStream read(Path file) throws IOException;

    /**
     * Lists a folder.
     *
     * @param folder a folder
     * @return the names in it, sorted; none if it does not exist
     * @throws IOException if it cannot be read
     */
    List<String> list(Path folder) throws IOException;

    /**
     * Tells whether a folder lies at a path.
     *
     * @param path a path
     * @return true for a folder; false for a link, even one that leads to a folder
     */
    boolean isFolder(Path path);

    /**
     * Makes a folder.
     *
     * @param folder a path that nothing lies at, in a folder that exists
     * @throws IOException if it cannot be made
     */
    void createFolder(Path folder) throws IOException;

    /**
     * Waits until the names in a folder are on the disk as they are now.
     *
     * @param folder a folder
     * @throws IOException if the disk refuses
     */
    void syncFolder(Path folder) throws IOException;

    /**
     * Renames a file or a folder, at once: there is no moment at which it has neither name.
     *
     * @param from what to rename
     * @param to its new path; a file that lies there is replaced
     * @throws IOException if that fails; nothing has then changed
     */
    void move(Path from, Path to) throws IOException;

    /**
     * Deletes a file, a link, or an empty folder.
     *
     * @param path what to delete
     * @throws IOException if that fails
     */
    void delete(Path path) throws IOException;

    /**
     * Returns how much room a disk has.
     *
     * @param path a path on the disk that exists
     * @return the free bytes that this program may use
     * @throws IOException if it cannot be told
     */
    long freeBytes(Path path) throws IOException;

    /**
     * Deletes a folder and what is in it. Links are deleted, not followed.
     *
     * @param folder a folder
     * @throws IOException if something in it cannot be deleted; part of it may then be gone
     */
    default void deleteTree(Path folder) throws IOException {
        if (isFolder(folder)) {
            for (String name : list(folder)) {
                deleteTree(folder.resolve(name));
            }
        }
        delete(folder);
    }
}
