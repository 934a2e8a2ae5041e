package io.github.sasblock.examples.corpus;

import io.github.sasblock.examples.builtin.BuiltInText;
import io.github.sasblock.examples.builtin.GeneratedDocument;
import io.github.sasblock.examples.text.Document;
import io.github.sasblock.examples.text.DocumentConsumer;
import io.github.sasblock.examples.text.ReadingListener;
import io.github.sasblock.examples.text.TextSource;
import java.io.IOException;

/**
 * The built-in text as a source of documents.
 *
 * @param text the generated text
 * @param bytes its length, about
 */
record BuiltInSource(BuiltInText text, long bytes) implements TextSource {

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
        return bytes;
    }

    @Override
    public void forEach(DocumentConsumer consumer, ReadingListener listener) throws IOException {
        long index = 0;
        long read = 0;
        for (GeneratedDocument document : text) {
            consumer.accept(new Document(document.text(), text.describe() + ":" + index++));
            read += document.text().length();
            listener.bytesRead(read);
        }
    }
}
