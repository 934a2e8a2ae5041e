package io.github.sasblock.examples.train;

import io.github.sasblock.examples.progress.Progress;
import io.github.sasblock.examples.text.TextFiles;
import io.github.sasblock.examples.tokens.ByteTokenizer;
import io.github.sasblock.examples.tokens.TokenSequence;
import io.github.sasblock.examples.tokens.TokenShards;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** A text that is soon learnt: which of two sentences comes next is all that it leaves open. */
final class CatsAndDogs {

    private CatsAndDogs() {}

    /** Writes a text of so many sentences to a folder, and opens its bytes as tokens. */
    static TokenSequence tokens(Path folder, int sentences) throws IOException {
        Random random = new Random(1);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < sentences; i++) {
            text.append(random.nextBoolean() ? "the cat sat " : "a dog ran ");
        }
        Path file = Files.writeString(folder.resolve("text.txt"), text);
        return TokenShards.prepare(
                        TextFiles.of(file),
                        new ByteTokenizer(),
                        folder.resolve("tokens"),
                        true,
                        Progress.NONE)
                .tokens();
    }
}
