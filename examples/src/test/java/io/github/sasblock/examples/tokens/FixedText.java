package io.github.sasblock.examples.tokens;

import io.github.sasblock.examples.progress.Progress;
import io.github.sasblock.examples.text.Document;
import io.github.sasblock.examples.text.DocumentConsumer;
import io.github.sasblock.examples.text.ReadingListener;
import io.github.sasblock.examples.text.TextSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Documents in memory, for tests. */
record FixedText(String fingerprint, List<Document> documents) implements TextSource {

    static FixedText of(String... texts) {
        List<Document> documents =
                IntStream.range(0, texts.length)
                        .mapToObj(i -> new Document(texts[i], "fixed:" + (i + 1)))
                        .toList();
        return new FixedText(String.join("|", texts), documents);
    }

    /** Prepares the text as bytes in shards of seven tokens. */
    TokenSequence tokens(Path folder) throws IOException {
        return TokenShards.prepare(
                        this,
                        new ByteTokenizer(),
                        folder,
                        PreparationOptions.everything(true),
                        Progress.NONE,
                        7,
                        2)
                .tokens();
    }

    @Override
    public String describe() {
        return "fixed text";
    }

    @Override
    public void forEach(DocumentConsumer consumer, ReadingListener listener) throws IOException {
        long read = 0;
        for (Document document : documents) {
            consumer.accept(document);
            read += document.text().length();
            listener.bytesRead(read);
        }
    }

    @Override
    public long approximateBytes() {
        return documents.stream().mapToLong(document -> document.text().length()).sum();
    }
}
