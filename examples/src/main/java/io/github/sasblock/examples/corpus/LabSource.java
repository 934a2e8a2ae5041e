package io.github.sasblock.examples.corpus;

import io.github.sasblock.examples.lab.LabText;
import io.github.sasblock.examples.text.Document;
import io.github.sasblock.examples.text.DocumentConsumer;
import io.github.sasblock.examples.text.ReadingListener;
import io.github.sasblock.examples.text.TextSource;
import java.io.IOException;

/**
 * The text of a task of the laboratory as a source of documents.
 *
 * @param text the generated text
 */
record LabSource(LabText text) implements TextSource {

    @Override
    public String describe() {
        return text.describe();
    }

    @Override
    public String fingerprint() {
        return text.fingerprint();
    }

    @Override
    public long approximateBytes() {
        return text.byteCount();
    }

    @Override
    public void forEach(DocumentConsumer consumer, ReadingListener listener) throws IOException {
        long read = 0;
        for (long i = 0; i < text.documentCount(); i++) {
            String document = text.document(i).text();
            consumer.accept(new Document(document, text.describe() + ":" + i));
            read += document.length();
            listener.bytesRead(read);
        }
    }
}
