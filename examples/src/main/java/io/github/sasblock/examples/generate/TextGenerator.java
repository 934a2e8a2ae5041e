package io.github.sasblock.examples.generate;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** Continues texts with a model, a token at a time. */
public final class TextGenerator {

    private static final double NANOS = 1e9;

    private final TrainedModel model;
    private final Consumer<String> warnings;
    private boolean warned;

    /**
     * Creates a generator.
     *
     * @param model what predicts
     * @param warnings is told once when a text outgrows what the model was trained on
     */
    public TextGenerator(TrainedModel model, Consumer<String> warnings) {
        this.model = model;
        this.warnings = warnings;
    }

    /**
     * Continues a text. It ends at the end-of-text token, at a stop string, or after as many tokens
     * as are wanted.
     *
     * @param prompt the text, at least one token long
     * @param settings how it is continued
     * @param text is given the continuation as it comes, whole characters, never empty
     * @return what was done
     * @throws InvalidInputException if the prompt is empty or not well-formed
     */
    public Generation.Result generate(String prompt, Generation settings, Consumer<String> text) {
        int[] tokens = model.tokenizer().encode(prompt).ids();
        if (tokens.length == 0) {
            throw new InvalidInputException("the prompt is empty, expected at least one token");
        }
        try (TrainedModel.Sequence sequence = model.newSequence(settings.cached())) {
            return generate(sequence, tokens, settings, text);
        }
    }

    private Generation.Result generate(
            TrainedModel.Sequence sequence,
            int[] prompt,
            Generation settings,
            Consumer<String> text) {
        RandomGenerator random = new SplittableRandom(settings.seed());
        TextDecoder decoder = new TextDecoder(model.tokenizer(), prompt);
        StopStrings stops = new StopStrings(settings.stops());
        long start = System.nanoTime();
        float[] logits = append(sequence, prompt);
        long promptRead = System.nanoTime();
        int count = 0;
        Generation.End end = Generation.End.MAX_TOKENS;
        while (true) {
            int token = settings.sampler().sample(logits, random);
            count++;
            if (token == model.tokenizer().endOfText()) {
                end = Generation.End.END_OF_TEXT;
                break;
            }
            show(stops.accept(decoder.accept(token)), text);
            if (stops.met()) {
                end = Generation.End.STOP;
                break;
            }
            if (count == settings.maxTokens()) {
                break;
            }
            logits = append(sequence, token);
        }
        show(stops.accept(decoder.end()) + stops.end(), text);
        long now = System.nanoTime();
        return new Generation.Result(
                prompt.length,
                count,
                (promptRead - start) / NANOS,
                (now - promptRead) / NANOS,
                end);
    }

    private float[] append(TrainedModel.Sequence sequence, int... tokens) {
        if (!warned && sequence.length() + tokens.length > model.context()) {
            warned = true;
            warnings.accept(
                    "the text is longer than the "
                            + model.context()
                            + " tokens that the model was trained on; it goes on, but expect less"
                            + " of it");
        }
        return sequence.append(tokens);
    }

    private static void show(String piece, Consumer<String> text) {
        if (!piece.isEmpty()) {
            text.accept(piece);
        }
    }
}
