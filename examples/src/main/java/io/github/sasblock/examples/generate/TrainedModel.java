package io.github.sasblock.examples.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.github.sasblock.attention.KeyValueCache;
import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.tokens.Tokenizer;
import io.github.sasblock.examples.tokens.Tokenizers;
import io.github.sasblock.examples.train.SmallWork;
import io.github.sasblock.safetensors.BlockWeights;
import io.github.sasblock.safetensors.SafeTensors;
import io.github.sasblock.safetensors.SafeTensorsException;
import io.github.sasblock.sas.CacheForm;
import io.github.sasblock.transformer.CausalLanguageModel;
import io.github.sasblock.transformer.SasConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A model with its weights and its tokenizer, ready to predict the next token. */
public final class TrainedModel implements AutoCloseable {

    private final NDManager manager;
    private final CausalLanguageModel model;
    private final ParameterStore store;
    private final Tokenizer tokenizer;
    private final int context;

    private TrainedModel(
            NDManager manager, CausalLanguageModel model, Tokenizer tokenizer, int context) {
        this.manager = manager;
        this.model = model;
        this.tokenizer = tokenizer;
        this.context = context;
        store = new ParameterStore(manager, false);
    }

    /**
     * Loads a model.
     *
     * @param files where its files lie
     * @param tokenizer null for the one named by the configuration, or what stands for it here, as
     *     {@link Tokenizers#of} takes it
     * @param cacheForm what a cache keeps where the attention is SAS; other attentions have one
     *     form
     * @return the model, on DJL's default device
     * @throws InvalidInputException if the files are damaged or do not fit each other
     * @throws IOException if reading fails
     */
    public static TrainedModel load(ModelFiles files, String tokenizer, CacheForm cacheForm)
            throws IOException {
        RunConfig config = config(files.config(), cacheForm);
        Tokenizer opened = Tokenizers.of(tokenizer == null ? config.data().tokenizer() : tokenizer);
        NDManager manager = NDManager.newBaseManager();
        try {
            CausalLanguageModel model =
                    new CausalLanguageModel(config.languageModel(opened.vocabularySize()));
            fill(model, manager, files);
            return new TrainedModel(manager, model, opened, config.data().context());
        } catch (IOException | RuntimeException e) {
            manager.close();
            opened.close();
            throw e;
        }
    }

    private static RunConfig config(Path file, CacheForm cacheForm) {
        RunConfig config = RunConfig.read(Map.of(), file);
        if (!(config.model().attention() instanceof SasConfig)) {
            return config;
        }
        String form = cacheForm.name().toLowerCase(Locale.ROOT);
        return RunConfig.read(Map.of("cache", List.of(form)), file);
    }

    private static void fill(CausalLanguageModel model, NDManager manager, ModelFiles files)
            throws IOException {
        try {
            requireSameModel(model, files);
            BlockWeights.load(model, manager, files.weights());
            model.freezeParameters(true); // so that nothing is kept for a backward pass
        } catch (SafeTensorsException e) {
            throw new InvalidInputException(
                    e.getMessage() + "; expected the weights of " + files.config(), e);
        }
    }

    /** Shapes alone do not tell a rotary base from another. */
    private static void requireSameModel(CausalLanguageModel model, ModelFiles files)
            throws IOException {
        try (SafeTensors tensors = SafeTensors.open(files.weights())) {
            String found = tensors.metadata().get("model");
            if (found != null && !found.equals(model.description())) {
                throw new InvalidInputException(
                        files.weights()
                                + ": holds the weights of "
                                + found
                                + ", expected by "
                                + files.config()
                                + " those of "
                                + model.description());
            }
        }
    }

    /**
     * Begins a sequence.
     *
     * @param cached whether keys and values are kept; without, each step computes all again
     * @return the empty sequence
     */
    public Sequence newSequence(boolean cached) {
        return cached ? new CachedSequence() : new RecomputedSequence();
    }

    /**
     * Returns the tokenizer.
     *
     * @return what the model's tokens mean
     */
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /**
     * Returns the length that the model was trained on.
     *
     * @return T in tokens
     */
    public int context() {
        return context;
    }

    /** A text that grows. */
    public interface Sequence extends AutoCloseable {

        /**
         * Appends tokens.
         *
         * @param tokens at least one
         * @return the logits of the token after the last, one for each token of the tokenizer
         */
        float[] append(int... tokens);

        /**
         * Returns the length of the text.
         *
         * @return the tokens appended so far
         */
        long length();

        @Override
        void close();
    }

    /** Keeps keys and values; a prompt goes through the model in pieces of bounded memory. */
    private final class CachedSequence implements Sequence {

        private static final int CHUNK = 128;

        private final List<KeyValueCache> caches = model.newCaches(manager);
        private final SmallWork steps = new SmallWork(model.counts().parameters(), "decoding");

        @Override
        public float[] append(int... tokens) {
            float[] logits = null;
            for (int from = 0; from < tokens.length; from += CHUNK) {
                int to = Math.min(from + CHUNK, tokens.length);
                int[] piece = Arrays.copyOfRange(tokens, from, to);
                logits = piece.length == 1 ? steps.run(() -> step(piece)) : step(piece);
            }
            return logits;
        }

        private float[] step(int[] tokens) {
            try (NDManager scratch = manager.newSubManager()) {
                return last(model.continuedLogits(store, batch(scratch, tokens), caches));
            }
        }

        @Override
        public long length() {
            return caches.get(0).length();
        }

        @Override
        public void close() {
            steps.close();
            caches.forEach(KeyValueCache::close);
        }
    }

    /** Keeps the tokens alone. */
    private final class RecomputedSequence implements Sequence {

        private int[] tokens = {};

        @Override
        public float[] append(int... more) {
            int length = tokens.length;
            tokens = Arrays.copyOf(tokens, length + more.length);
            System.arraycopy(more, 0, tokens, length, more.length);
            try (NDManager scratch = manager.newSubManager()) {
                return last(model.logits(store, batch(scratch, tokens), 0, false));
            }
        }

        @Override
        public long length() {
            return tokens.length;
        }

        @Override
        public void close() {
            // holds nothing outside the heap
        }
    }

    // [1, T]
    private static NDArray batch(NDManager scratch, int... tokens) {
        long[] row = Arrays.stream(tokens).asLongStream().toArray();
        return scratch.create(row, new Shape(1, row.length)).toType(DataType.INT64, false);
    }

    /** The last of [1, T, V], without the tokens that only pad the vocabulary. */
    private float[] last(NDArray logits) {
        return Arrays.copyOf(logits.get(0, -1).toFloatArray(), tokenizer.vocabularySize());
    }

    /** Frees the weights. */
    @Override
    public void close() {
        manager.close();
        tokenizer.close();
    }
}
