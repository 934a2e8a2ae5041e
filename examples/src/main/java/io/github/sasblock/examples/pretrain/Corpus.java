package io.github.sasblock.examples.pretrain;

import io.github.sasblock.examples.builtin.BuiltInText;
import io.github.sasblock.examples.builtin.DocumentKind;
import io.github.sasblock.examples.config.DataSettings;
import io.github.sasblock.examples.lab.LabTask;
import io.github.sasblock.examples.lab.LabText;
import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.progress.Progress;
import io.github.sasblock.examples.text.Sha256;
import io.github.sasblock.examples.text.TextFiles;
import io.github.sasblock.examples.text.TextSource;
import io.github.sasblock.examples.tokens.Preparation;
import io.github.sasblock.examples.tokens.TokenSequence;
import io.github.sasblock.examples.tokens.TokenShards;
import io.github.sasblock.examples.tokens.Tokenizer;
import io.github.sasblock.examples.tokens.Windows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** The tokens of a run: those to train on and those to score. */
public final class Corpus implements AutoCloseable {

    /** The length of validation text that is made here, unless less is wanted. */
    private static final long VALIDATION_BYTES = 100_000;

    /** Sets the seed of validation text apart from all seeds that a person would choose. */
    private static final long VALIDATION_SEED = 0x5EED_0F_7E57L << 24;

    private static final String PREPARED = "index.json";

    private final Text train;
    private final Text validation;
    private final int context;
    private final long validationTokens;

    /**
     * A text, its tokens, the entropy of its source where that is known, and its documents where it
     * is a task's.
     */
    private record Text(
            String description,
            TokenSequence tokens,
            OptionalDouble floor,
            Optional<LabText> laboratory) {

        static Text of(String description, TokenSequence tokens) {
            return new Text(description, tokens, OptionalDouble.empty(), Optional.empty());
        }
    }

    private Corpus(Text train, Text validation, int context, long validationTokens) {
        this.train = train;
        this.validation = validation;
        this.context = context;
        this.validationTokens = validationTokens;
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
        Opener opener = new Opener(settings, tokenizer, progress, messages);
        Text train = opener.train();
        try {
            return new Corpus(
                    train, opener.validation(), settings.context(), settings.validationTokens());
        } catch (IOException | RuntimeException e) {
            train.tokens().close();
            throw e;
        }
    }

    private record Opener(
            DataSettings settings,
            Tokenizer tokenizer,
            Progress progress,
            Consumer<String> messages) {

        Text train() throws IOException {
            return settings.isBuiltIn()
                    ? generated(settings.seed(), settings.builtInBytes(), false)
                    : read(settings.train(), false);
        }

        Text validation() throws IOException {
            return settings.isBuiltIn()
                    ? generated(VALIDATION_SEED + settings.seed(), validationBytes(), true)
                    : read(settings.validation(), true);
        }

        private long validationBytes() {
            long wanted = settings.validationTokens();
            return wanted > 0 ? Math.min(wanted, VALIDATION_BYTES) : VALIDATION_BYTES;
        }

        private Text generated(long seed, long bytes, boolean scored) throws IOException {
            String name = settings.train().get(0);
            return name.startsWith(LabTask.PREFIX)
                    ? laboratory(
                            new LabText(LabTask.of(name), seed, bytes, settings.context()), scored)
                    : builtIn(name, seed, bytes, scored);
        }

        private Text laboratory(LabText text, boolean scored) throws IOException {
            TokenSequence tokens = prepared(new LabSource(text), text.fingerprint(), scored);
            OptionalDouble floor =
                    scored ? OptionalDouble.of(text.floorBitsPerByte()) : OptionalDouble.empty();
            return new Text(text.describe(), tokens, floor, Optional.of(text));
        }

        private Text builtIn(String name, long seed, long bytes, boolean scored)
                throws IOException {
            String kind = name.substring(DataSettings.BUILT_IN.length());
            DocumentKind documents = DocumentKind.valueOf(kind.toUpperCase(Locale.ROOT));
            BuiltInText text = BuiltInText.of(documents, seed, bytes);
            TokenSequence tokens =
                    prepared(new BuiltInSource(text, bytes), text.fingerprint(), scored);
            OptionalDouble floor =
                    scored ? OptionalDouble.of(text.floorBitsPerByte()) : OptionalDouble.empty();
            return new Text(text.describe(), tokens, floor, Optional.empty());
        }

        private Text read(List<String> names, boolean scored) throws IOException {
            List<Path> paths = names.stream().map(Path::of).toList();
            if (paths.size() == 1 && Files.exists(paths.get(0).resolve(PREPARED))) {
                TokenSequence tokens = TokenSequence.open(paths.get(0), tokenizer);
                return Text.of("tokens in " + paths.get(0), tokens);
            }
            TextSource source = TextFiles.of(paths);
            String key =
                    String.join("\n", paths.stream().map(p -> p.toAbsolutePath() + "").toList());
            return Text.of(source.describe(), prepared(source, key, scored));
        }

        private TokenSequence prepared(TextSource source, String key, boolean scored)
                throws IOException {
            String identity = tokenizer.id() + "\n" + scored + "\n" + key;
            Path folder = settings.cacheFolder().resolve(Sha256.hex(identity).substring(0, 16));
            Preparation preparation =
                    TokenShards.prepare(source, tokenizer, folder, scored, progress);
            messages.accept(
                    source.describe()
                            + ": tokens "
                            + preparation.outcome().name().toLowerCase(Locale.ROOT)
                            + " ("
                            + preparation.reason()
                            + "), "
                            + folder);
            return preparation.tokens();
        }
    }

    TokenSequence trainingTokens() {
        return train.tokens();
    }

    TokenSequence validationTokens() {
        return validation.tokens();
    }

    /**
     * Describes the text to train on.
     *
     * @return a few words
     */
    public String trainingDescription() {
        return train.description();
    }

    /**
     * Describes the text to score.
     *
     * @return a few words
     */
    public String validationDescription() {
        return validation.description();
    }

    /**
     * Returns the windows to train on.
     *
     * @return whole windows
     * @throws InvalidInputException if the text is shorter than a window
     */
    public Windows trainingWindows() {
        return windows("--data", () -> Windows.training(train.tokens(), context));
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
                    Windows all = Windows.validation(validation.tokens(), context);
                    boolean limited = validationTokens > 0 && floor().isEmpty();
                    return limited ? all.validationSubset(validationTokens) : all;
                });
    }

    private static Windows windows(String name, java.util.function.Supplier<Windows> windows) {
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
        return validation.floor();
    }

    /**
     * Returns the documents of the validation text where it is a task of the laboratory: document w
     * is window w.
     *
     * @return the documents
     */
    public Optional<LabText> laboratory() {
        return validation.laboratory();
    }

    double bytesPerTrainingToken() {
        return (double) train.tokens().textBytes() / train.tokens().size();
    }

    @Override
    public void close() {
        train.tokens().close();
        validation.tokens().close();
    }
}
