package io.github.sasblock.examples.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.ZstdOutputStream;
import io.github.sasblock.examples.builtin.BuiltInText;
import io.github.sasblock.examples.builtin.DocumentKind;
import io.github.sasblock.examples.builtin.GeneratedDocument;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Makes corpora of any size: documents of very different length, each the built-in texts in an
 * order of its own, as compressed JSON lines.
 */
final class LargeCorpus {

    /** The last document. */
    static final String END = "That was all.\n\nTHE END\n";

    private static final int POOL_BYTES = 8_000_000;
    private static final int MOST_DOUBLINGS = 9; // of a few thousand characters
    private static final ObjectMapper JSON = new ObjectMapper();

    private LargeCorpus() {}

    /**
     * Writes a corpus.
     *
     * @param file where to; {@code .jsonl.zst}
     * @param bytes how much text it has at least
     * @return how much text it has
     */
    static long write(Path file, long bytes) throws IOException {
        List<String> pool =
                Stream.of(DocumentKind.BOOKS, DocumentKind.ARXIV)
                        .flatMap(kind -> BuiltInText.of(kind, 1, POOL_BYTES).documents())
                        .map(GeneratedDocument::text)
                        .toList();
        SplittableRandom random = new SplittableRandom(1);
        long written = 0;
        try (OutputStream out =
                new BufferedOutputStream(new ZstdOutputStream(Files.newOutputStream(file), 1))) {
            for (long i = 0; written < bytes; i++) {
                written += write(out, document(i, pool, random));
            }
            return written + write(out, END);
        }
    }

    private static long write(OutputStream out, String text) throws IOException {
        out.write(JSON.writeValueAsBytes(Map.of("text", text)));
        out.write('\n');
        return text.getBytes(UTF_8).length;
    }

    private static String document(long number, List<String> pool, SplittableRandom random) {
        StringBuilder text = new StringBuilder("Document ").append(number).append("\n\n");
        for (int n = 1 << random.nextInt(MOST_DOUBLINGS + 1); n > 0; n--) {
            text.append(pool.get(random.nextInt(pool.size()))).append('\n');
        }
        return text.toString();
    }
}
