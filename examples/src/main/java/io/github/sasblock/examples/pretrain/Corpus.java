package io.github.sasblock.examples.pretrain;

import io.github.sasblock.examples.config.DataSettings;
import io.github.sasblock.examples.corpus.CorpusPreparation;
import io.github.sasblock.examples.lab.LabText;
import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.progress.Progress;
import io.github.sasblock.examples.tokens.TokenSequence;
import io.github.sasblock.examples.tokens.Tokenizer;
import io.github.sasblock.examples.tokens.Windows;
import io.github.sasblock.transformer.DocumentMask;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The windows of a run: those to train on and those to score. */
public final class Corpus implements AutoCloseable {

    /** The name of the text to train on, among fingerprints. */
    static final String TRAINING = "training";

    /** The name of the text to score, among fingerprints. */
    static final String VALIDATION = "validation";

    private final CorpusPreparation texts;
    private final int context;
    private final long validationTokens;
    private final DocumentMask documents;

    private Corpus(CorpusPreparation texts, DataSettings settings, Tokenizer tokenizer) {
        this.texts = texts;
        context = settings.context();
        validationTokens = settings.validationTokens();
        documents =
                settings.documentMask()
                        ? new DocumentMask(tokenizer.endOfText())
                        : DocumentMask.NONE;
    }

    /**
     * Opens both texts, and makes their tokens where that was not done before.
     *
     * @param settings which texts
     * @param tokenizer makes their tokens
     * @param progress shows how far a text has been read
     * @param messages takes what was done, for people
     * @return the corpus, to be closed
     * @throws InvalidInputException if a text is not what it must be
     * @throws IOException if reading or writing fails
     */
    public static Corpus open(
            DataSettings settings,
            Tokenizer tokenizer,
            Progress progress,
            Consumer<String> messages)
            throws IOException {
        return new Corpus(
                CorpusPreparation.open(settings, tokenizer, progress, messages),
                settings,
                tokenizer);
    }

    TokenSequence trainingTokens() {
        return texts.train().tokens();
    }

    TokenSequence validationTokens() {
        return texts.validation().tokens();
    }

    /**
     * Tells the tokens from all others, wherever they lie.
     *
     * @return the fingerprints of the text to train on and of the text to score, by name
     */
    SortedMap<String, String> fingerprints() {
        return new TreeMap<>(
                Map.of(
                        TRAINING, trainingTokens().fingerprint(),
                        VALIDATION, validationTokens().fingerprint()));
    }

    /**
     * Describes the text to train on.
     *
     * @return a few words
     */
    public String trainingDescription() {
        return texts.train().description();
    }

    /**
     * Describes the text to score.
     *
     * @return a few words
     */
    public String validationDescription() {
        return texts.validation().description();
    }

    /**
     * Returns which tokens of a window see each other.
     *
     * @return those of a document, or all
     */
    public DocumentMask documents() {
        return documents;
    }

    /**
     * Returns the windows to train on.
     *
     * @return whole windows
     * @throws InvalidInputException if the text is shorter than a window
     */
    public Windows trainingWindows() {
        return windows("--data", () -> texts.train().trainingWindows(context));
    }

    /**
     * Returns the windows to score.
     *
     * @return all, or as many as the settings allow, spread evenly
     * @throws InvalidInputException if the text is too short
     */
    public Windows validationWindows() {
        return windows(
                "--validation",
                () -> {
                    Windows all = Windows.validation(texts.validation().tokens(), context);
                    boolean limited = validationTokens > 0 && floor().isEmpty();
                    return limited ? all.validationSubset(validationTokens) : all;
                });
    }

    private static Windows windows(String name, Supplier<Windows> windows) {
        try {
            return windows.get();
        } catch (InvalidInputException e) {
            throw new InvalidInputException(name + ": " + e.getMessage(), e);
        }
    }

    /**
     * Returns the entropy of the source of the validation text.
     *
     * @return bits per byte, where known
     */
    public OptionalDouble floor() {
        return texts.validation().floor();
    }

    /**
     * Returns the documents of the validation text where it is a task of the laboratory: document w
     * is window w.
     *
     * @return the documents
     */
    public Optional<LabText> laboratory() {
        return texts.validation().laboratory();
    }

    double bytesPerTrainingToken() {
        return texts.train().bytesPerToken();
    }

    @Override
    public void close() {
        texts.close();
    }
}
