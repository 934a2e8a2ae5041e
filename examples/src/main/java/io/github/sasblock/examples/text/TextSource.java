package io.github.sasblock.examples.text;

import java.io.IOException;

/** Documents in a fixed order, read as a stream: memory does not grow with their number. */
public interface TextSource {

    /**
     * Names the source for people.
     *
     * @return a few words, such as a file's name
     */
    String describe();

    /**
     * Identifies the content without reading it.
     *
     * @return a string that changes with whatever determines the content: a file's absolute path,
     *     size and modification time, a generator's parameters
     * @throws IOException if a file's attributes cannot be read
     */
    String fingerprint() throws IOException;

    /**
     * Reads all documents, from the first one. Documents of an empty text may be among them.
     *
     * @param consumer takes each document
     * @param listener is told how far reading has come, and what was passed over
     * @throws IOException if reading fails, or the consumer
     * @throws io.github.sasblock.examples.problem.InvalidInputException if the content is not what
     *     it should be
     */
    void forEach(DocumentConsumer consumer, ReadingListener listener) throws IOException;

    /**
     * Reads all documents, from the first one.
     *
     * @param consumer takes each document
     * @throws IOException if reading fails, or the consumer
     * @throws io.github.sasblock.examples.problem.InvalidInputException if the content is not what
     *     it should be
     */
    default void forEach(DocumentConsumer consumer) throws IOException {
        forEach(consumer, ReadingListener.NONE);
    }

    /**
     * Tells how much there is to read, for a progress bar.
     *
     * @return the number of bytes, of a compressed file as it is stored; -1 if it is not known
     * @throws IOException if a file's attributes cannot be read
     */
    long approximateBytes() throws IOException;
}
