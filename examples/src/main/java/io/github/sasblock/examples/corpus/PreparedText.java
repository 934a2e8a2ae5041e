package io.github.sasblock.examples.corpus;

import io.github.sasblock.examples.lab.LabText;
import io.github.sasblock.examples.tokens.Preparation;
import io.github.sasblock.examples.tokens.TokenSequence;
import io.github.sasblock.examples.tokens.Windows;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The tokens of a text, from one place or several.
 *
 * @param parts the tokens of each place
 * @param tokens all of them, one after the other
 * @param floor the entropy of the source in bits per byte, where that is known
 * @param laboratory the documents, where the text is a task of the laboratory
 */
public record PreparedText(
        List<Part> parts, TokenSequence tokens, OptionalDouble floor, Optional<LabText> laboratory)
        implements AutoCloseable {

    /**
     * The tokens of a place.
     *
     * @param description the place, for people
     * @param weight its share of training relative to the others', if it has one
     * @param folder where the tokens are; such a folder can be given as text
     * @param tokens the tokens
     * @param preparation what was done to make them; empty if they were given as tokens
     */
    public record Part(
            String description,
            OptionalDouble weight,
            Path folder,
            TokenSequence tokens,
            Optional<Preparation> preparation) {}

    static PreparedText read(List<Part> parts) {
        List<TokenSequence> sequences = parts.stream().map(Part::tokens).toList();
        TokenSequence all =
                sequences.size() == 1 ? sequences.get(0) : TokenSequence.joined(sequences);
        return new PreparedText(List.copyOf(parts), all, OptionalDouble.empty(), Optional.empty());
    }

    static PreparedText generated(Part part, OptionalDouble floor, Optional<LabText> laboratory) {
        return new PreparedText(List.of(part), part.tokens(), floor, laboratory);
    }

    /**
     * Names the text for people.
     *
     * @return the places, with their weights
     */
    public String description() {
        return String.join(", ", parts.stream().map(PreparedText::describe).toList());
    }

    private static String describe(Part part) {
        return part.description()
                + (part.weight().isPresent() ? "@" + part.weight().getAsDouble() : "");
    }

    /**
     * Returns the windows to train on: of all tokens one after the other, or by the weights.
     *
     * @param length T
     * @return the windows
     * @throws io.github.sasblock.examples.problem.InvalidInputException if there are too few tokens
     */
    public Windows trainingWindows(int length) {
        if (parts.get(0).weight().isEmpty()) {
            return Windows.training(tokens, length);
        }
        return Windows.mixture(
                parts.stream().map(part -> Windows.training(part.tokens(), length)).toList(),
                parts.stream().map(part -> part.weight().orElseThrow()).toList());
    }

    /**
     * Returns how much text a token of training stands for, on average, by the weights.
     *
     * @return bytes of UTF-8 per token
     */
    public double bytesPerToken() {
        double bytes = 0;
        double weights = 0;
        for (Part part : parts) {
            double weight = part.weight().orElse(part.tokens().size());
            bytes += weight * part.tokens().textBytes() / part.tokens().size();
            weights += weight;
        }
        return bytes / weights;
    }

    /** Lets go of the files. */
    @Override
    public void close() {
        parts.forEach(part -> part.tokens().close());
        tokens.close();
    }
}
