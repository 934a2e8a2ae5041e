package io.github.sasblock.examples.tokens;

import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.problem.Problems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/** Makes tokenizers of what users write. */
public final class Tokenizers {

    private static final List<String> NAMES = List.of(ByteTokenizer.ID, Gpt2Tokenizer.ID);

    private Tokenizers() {}

    /**
     * Makes a tokenizer.
     *
     * @param spec {@code bytes}, {@code gpt2}, or the path of a {@code tokenizer.json} or of the
     *     folder that it is in
     * @return the tokenizer
     * @throws InvalidInputException if it is none of these, or the file is not a tokenizer
     */
    public static Tokenizer of(String spec) {
        return switch (spec) {
            case ByteTokenizer.ID -> new ByteTokenizer();
            case Gpt2Tokenizer.ID -> new Gpt2Tokenizer();
            default -> HuggingFaceTokenizerFile.open(file(spec));
        };
    }

    private static Path file(String spec) {
        Path path;
        try {
            path = Path.of(spec);
        } catch (InvalidPathException e) {
            throw unknown(spec, e);
        }
        if (Files.isDirectory(path) && !spec.isEmpty()) {
            return path.resolve("tokenizer.json");
        }
        boolean meansAFile = spec.endsWith(".json") || path.getNameCount() > 1;
        if (!Files.exists(path) && !meansAFile || spec.isEmpty()) {
            throw unknown(spec, null);
        }
        return path;
    }

    private static InvalidInputException unknown(String spec, Exception cause) {
        String hint =
                Problems.nearest(spec, NAMES).map(n -> "; did you mean " + n + "?").orElse("");
        return new InvalidInputException(
                "tokenizer = "
                        + spec
                        + ": expected "
                        + String.join(", ", NAMES)
                        + " or the path of a tokenizer.json"
                        + hint,
                cause);
    }
}
