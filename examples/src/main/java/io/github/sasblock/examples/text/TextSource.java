package io.github.sasblock.examples.text;

import java.io.IOException;
import java.util.function.LongConsumer;

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
     * @throws IOException if reading fails, or the consumer
     * @throws io.github.sasblock.examples.problem.InvalidInputException if the content is not what
     *     it should be
     */
    void forEach(DocumentConsumer consumer) throws IOException;

    /**
     * Reads all documents, and tells how far it has come on the scale of {@link
     * #approximateBytes()}. A source that does not say otherwise counts its documents' characters.
     *
     * @param consumer takes each document
     * @param bytesRead takes the number of bytes read so far, now and then
     * @throws IOException if reading fails, or the consumer
     */
    default void forEach(DocumentConsumer consumer, LongConsumer bytesRead) throws IOException {
        long[] read = {0};
        forEach(
                document -> {
                    consumer.accept(document);
                    read[0] += document.text().length();
                    bytesRead.accept(read[0]);
                });
    }

    /**
     * Tells how much there is to read, for a progress bar.
     *
     * @return the number of bytes, of a compressed file as it is stored; -1 if it is not known
     * @throws IOException if a file's attributes cannot be read
     */
    long approximateBytes() throws IOException;
}
