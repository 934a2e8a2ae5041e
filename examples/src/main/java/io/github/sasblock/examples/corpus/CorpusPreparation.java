package io.github.sasblock.examples.corpus;

import io.github.sasblock.examples.builtin.BuiltInText;
import io.github.sasblock.examples.builtin.DocumentKind;
import io.github.sasblock.examples.config.DataSettings;
import io.github.sasblock.examples.config.DataSource;
import io.github.sasblock.examples.lab.LabTask;
import io.github.sasblock.examples.lab.LabText;
import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.progress.Progress;
import io.github.sasblock.examples.text.ReadOptions;
import io.github.sasblock.examples.text.Sha256;
import io.github.sasblock.examples.text.TextFiles;
import io.github.sasblock.examples.text.TextSource;
import io.github.sasblock.examples.tokens.Preparation;
import io.github.sasblock.examples.tokens.PreparationOptions;
import io.github.sasblock.examples.tokens.TokenSequence;
import io.github.sasblock.examples.tokens.TokenShards;
import io.github.sasblock.examples.tokens.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The texts of a run as tokens: those to train on and those to score.
 *
 * @param train what is trained on
 * @param validation what is scored
 * @param shared how many documents to train on are also scored, byte for byte
 */
public record CorpusPreparation(PreparedText train, PreparedText validation, long shared)
        implements AutoCloseable {

    /** The length of validation text that is made here, unless less is wanted. */
    private static final long VALIDATION_BYTES = 100_000;

    /** Sets the seed of validation text apart from all seeds that a person would choose. */
    private static final long VALIDATION_SEED = 0x5EED_0F_7E57L << 24;

    private static final String PREPARED = "index.json";
    private static final int FOLDER_DIGITS = 16;

    /**
     * Opens both texts, and makes their tokens where that was not done before.
     *
     * @param settings what the texts are
     * @param tokenizer makes the tokens
     * @param progress shows how far a text has been read
     * @param messages takes what was done, in a line each
     * @return the tokens, to be closed
     * @throws InvalidInputException if a text is not what it should be
     * @throws IOException if reading or writing fails
     */
    public static CorpusPreparation open(
            DataSettings settings,
            Tokenizer tokenizer,
            Progress progress,
            Consumer<String> messages)
            throws IOException {
        Opener opener = new Opener(settings, tokenizer, progress, messages);
        PreparedText train = opener.train();
        try {
            PreparedText validation = opener.validation(train);
            long shared = settings.isBuiltIn() ? 0 : shared(train, validation);
            if (shared > 0) {
                messages.accept(
                        "warning: "
                                + shared
                                + " of the documents to train on are also in the validation text;"
                                + " its score will be too good");
            }
            return new CorpusPreparation(train, validation, shared);
        } catch (IOException | RuntimeException e) {
            train.close();
            throw e;
        }
    }

    private static long shared(PreparedText train, PreparedText validation) throws IOException {
        return train.tokens().sharedDocuments(validation.tokens());
    }

    /** Lets go of the files. */
    @Override
    public void close() {
        train.close();
        validation.close();
    }

    private record Opener(
            DataSettings settings,
            Tokenizer tokenizer,
            Progress progress,
            Consumer<String> messages) {

        PreparedText train() throws IOException {
            if (settings.isBuiltIn()) {
                return generated(settings.seed(), settings.builtInBytes(), false);
            }
            PreparationOptions options =
                    new PreparationOptions(false, settings.dropDuplicates(), settings.heldOut());
            return read(settings.sources(), options);
        }

        PreparedText validation(PreparedText train) throws IOException {
            if (settings.isBuiltIn()) {
                return generated(VALIDATION_SEED + settings.seed(), validationBytes(), true);
            }
            if (settings.heldOut() > 0) {
                return heldOut(train);
            }
            List<DataSource> sources =
                    settings.validation().stream()
                            .map(place -> new DataSource(place, OptionalDouble.empty()))
                            .toList();
            return read(sources, PreparationOptions.everything(true));
        }

        private long validationBytes() {
            long wanted = settings.validationTokens();
            return wanted > 0 ? Math.min(wanted, VALIDATION_BYTES) : VALIDATION_BYTES;
        }

        private PreparedText generated(long seed, long bytes, boolean scored) throws IOException {
            String name = settings.train().get(0);
            return name.startsWith(LabTask.PREFIX)
                    ? laboratory(
                            new LabText(LabTask.of(name), seed, bytes, settings.context()), scored)
                    : builtIn(name, seed, bytes, scored);
        }

        private PreparedText laboratory(LabText text, boolean scored) throws IOException {
            PreparedText.Part part = generated(new LabSource(text), text.fingerprint(), scored);
            OptionalDouble floor =
                    scored ? OptionalDouble.of(text.floorBitsPerByte()) : OptionalDouble.empty();
            return PreparedText.generated(part, floor, Optional.of(text));
        }

        private PreparedText builtIn(String name, long seed, long bytes, boolean scored)
                throws IOException {
            String kind = name.substring(DataSettings.BUILT_IN.length());
            DocumentKind documents = DocumentKind.valueOf(kind.toUpperCase(Locale.ROOT));
            BuiltInText text = BuiltInText.of(documents, seed, bytes);
            PreparedText.Part part =
                    generated(new BuiltInSource(text, bytes), text.fingerprint(), scored);
            OptionalDouble floor =
                    scored ? OptionalDouble.of(text.floorBitsPerByte()) : OptionalDouble.empty();
            return PreparedText.generated(part, floor, Optional.empty());
        }

        private PreparedText.Part generated(TextSource source, String key, boolean scored)
                throws IOException {
            return prepared(
                    source, key, OptionalDouble.empty(), PreparationOptions.everything(scored));
        }

        /** Sources without weights are one text; of those with weights each is one. */
        private PreparedText read(List<DataSource> sources, PreparationOptions options)
                throws IOException {
            List<PreparedText.Part> parts = new ArrayList<>();
            boolean apart = sources.get(0).weight().isPresent() || sources.size() == 1;
            if (apart || sources.stream().anyMatch(source -> isPrepared(source.place()))) {
                for (DataSource source : sources) {
                    parts.add(part(List.of(source.place()), source.weight(), options));
                }
            } else {
                List<String> places = sources.stream().map(DataSource::place).toList();
                parts.add(part(places, OptionalDouble.empty(), options));
            }
            return PreparedText.read(parts);
        }

        private PreparedText.Part part(
                List<String> places, OptionalDouble weight, PreparationOptions options)
                throws IOException {
            if (places.size() == 1 && isPrepared(places.get(0))) {
                return given(Path.of(places.get(0)), weight, options);
            }
            List<String> files = places.stream().map(this::file).toList();
            TextSource source = TextFiles.of(files, ReadOptions.of(settings.textField()));
            String key =
                    String.join("\n", files.stream().map(Opener::absolute).toList())
                            + "\n"
                            + settings.textField();
            return prepared(source, key, weight, options);
        }

        private static boolean isPrepared(String place) {
            return Files.exists(Path.of(place).resolve(PREPARED));
        }

        private PreparedText.Part given(
                Path folder, OptionalDouble weight, PreparationOptions options) throws IOException {
            if (options.heldOut() > 0) {
                throw new InvalidInputException(
                        "--held-out = "
                                + options.heldOut()
                                + ": expected none, since "
                                + folder
                                + " holds tokens; give their "
                                + TokenShards.HELD_OUT_FOLDER
                                + " folder as --validation if they have one");
            }
            TokenSequence tokens = TokenSequence.open(folder, tokenizer);
            return new PreparedText.Part(
                    "tokens in " + folder, weight, folder, tokens, Optional.empty());
        }

        private String file(String place) {
            return place.startsWith(WikiTextRepository.PREFIX)
                    ? WikiTextRepository.file(place, settings.repository()).toString()
                    : place;
        }

        private static String absolute(String place) {
            return place.startsWith(TextFiles.STANDARD_INPUT)
                    ? place
                    : Path.of("").toAbsolutePath().resolve(place).toString();
        }

        private PreparedText.Part prepared(
                TextSource source, String key, OptionalDouble weight, PreparationOptions options)
                throws IOException {
            String identity =
                    String.join(
                            "\n",
                            tokenizer.id(),
                            String.valueOf(options.byteLengths()),
                            String.valueOf(options.dropDuplicates()),
                            String.valueOf(options.heldOut()),
                            key);
            Path folder =
                    settings.cacheFolder()
                            .resolve(Sha256.hex(identity).substring(0, FOLDER_DIGITS));
            Preparation preparation =
                    TokenShards.prepare(source, tokenizer, folder, options, progress);
            messages.accept(
                    source.describe()
                            + ": tokens "
                            + preparation.outcome().name().toLowerCase(Locale.ROOT)
                            + " ("
                            + preparation.reason()
                            + "), "
                            + folder);
            return new PreparedText.Part(
                    source.describe(),
                    weight,
                    folder,
                    preparation.tokens(),
                    Optional.of(preparation));
        }

        private static PreparedText heldOut(PreparedText train) {
            Function<PreparedText.Part, PreparedText.Part> held =
                    part ->
                            new PreparedText.Part(
                                    "held out of " + part.description(),
                                    OptionalDouble.empty(),
                                    part.folder().resolve(TokenShards.HELD_OUT_FOLDER),
                                    part.preparation().orElseThrow().heldOut().orElseThrow(),
                                    Optional.empty());
            return PreparedText.read(train.parts().stream().map(held).toList());
        }
    }
}
