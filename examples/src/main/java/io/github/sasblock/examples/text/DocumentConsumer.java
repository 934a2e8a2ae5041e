package io.github.sasblock.examples.text;

import java.io.IOException;

/** Takes the documents of a source, one after the other. */
@FunctionalInterface
public interface DocumentConsumer {

    /**
     * Takes a document.
     *
     * @param document the next document
     * @throws IOException if what is made of it cannot be written
     */
    void accept(Document document) throws IOException;
}
