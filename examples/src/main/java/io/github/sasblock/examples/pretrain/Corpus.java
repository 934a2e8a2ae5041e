package io.github.sasblock.examples.pretrain;

import io.github.sasblock.examples.builtin.BuiltInText;
import io.github.sasblock.examples.builtin.DocumentKind;
import io.github.sasblock.examples.config.DataSettings;
import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.progress.Progress;
import io.github.sasblock.examples.text.ReadOptions;
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
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** The tokens of a run: those to train on and those to score. */
final class Corpus implements AutoCloseable {

    private static final long VALIDATION_BYTES = 100_000;

    /** Sets the seed of validation text apart from all seeds that a person would choose. */
    private static final long VALIDATION_SEED = 0x5EED_0F_7E57L << 24;

    private static final String PREPARED = "index.json";

    private final Text train;
    private final Text validation;
    private final int context;
    private final long validationTokens;

    /** A text, its tokens, and the entropy of its source where that is known. */
    private record Text(String description, TokenSequence tokens, OptionalDouble floor) {}

    private Corpus(Text train, Text validation, int context, long validationTokens) {
        this.train = train;
        this.validation = validation;
        this.context = context;
        this.validationTokens = validationTokens;
    }

    /** Opens both texts, and makes their tokens where that was not done before. */
    static Corpus open(
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
                    ? generated(VALIDATION_SEED + settings.seed(), VALIDATION_BYTES, true)
                    : read(settings.validation(), true);
        }

        private Text generated(long seed, long bytes, boolean scored) throws IOException {
            String kind = settings.train().get(0).substring(DataSettings.BUILT_IN.length());
            DocumentKind documents = DocumentKind.valueOf(kind.toUpperCase(Locale.ROOT));
            BuiltInText text = BuiltInText.of(documents, seed, bytes);
            TokenSequence tokens =
                    prepared(new BuiltInSource(text, bytes), text.fingerprint(), scored);
            OptionalDouble floor =
                    scored ? OptionalDouble.of(text.floorBitsPerByte()) : OptionalDouble.empty();
            return new Text(text.describe(), tokens, floor);
        }

        private Text read(List<String> names, boolean scored) throws IOException {
            List<Path> paths = names.stream().map(Path::of).toList();
            if (paths.size() == 1 && Files.exists(paths.get(0).resolve(PREPARED))) {
                TokenSequence tokens = TokenSequence.open(paths.get(0), tokenizer);
                return new Text("tokens in " + paths.get(0), tokens, OptionalDouble.empty());
            }
            TextSource source = TextFiles.of(names, ReadOptions.defaults());
            String key =
                    String.join("\n", paths.stream().map(p -> p.toAbsolutePath() + "").toList());
            return new Text(
                    source.describe(), prepared(source, key, scored), OptionalDouble.empty());
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

    String trainingDescription() {
        return train.description();
    }

    String validationDescription() {
        return validation.description();
    }

    /** Returns the windows to train on. */
    Windows trainingWindows() {
        return windows("--data", () -> Windows.training(train.tokens(), context));
    }

    /** Returns the windows to score: all, or as many as the settings allow, spread evenly. */
    Windows validationWindows() {
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

    /** Returns the entropy of the source of the validation text, in bits per byte, where known. */
    OptionalDouble floor() {
        return validation.floor();
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
