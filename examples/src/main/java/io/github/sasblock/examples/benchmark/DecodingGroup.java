package io.github.sasblock.examples.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.github.sasblock.attention.KeyValueCache;
import io.github.sasblock.examples.train.SmallWork;
import io.github.sasblock.kernel.Kernels;
import io.github.sasblock.sas.CacheForm;
import io.github.sasblock.transformer.AttentionConfig;
import io.github.sasblock.transformer.CausalLanguageModel;
import io.github.sasblock.transformer.LanguageModelConfig;
import io.github.sasblock.transformer.SasConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Greedy decoding at the end of a long sequence, with caches and without. */
final class DecodingGroup implements BenchmarkGroup {

    static final String NAME = "decoding";

    /** The form without a cache: each token is that of a pass over all before it. */
    static final String RECOMPUTATION = "recomputation";

    private static final int SEED = 1;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "greedy decoding of the last tokens of a sequence, with key/value caches and by"
                + " recomputation; the prompt by itself";
    }

    @Override
    public void prepare(Workbench bench, BenchmarkSettings settings) {
        for (String preset : settings.presets()) {
            for (String attention : settings.attentions()) {
                LanguageModelConfig config = TrainedModel.config(settings.run(preset, attention));
                cached(config.attention())
                        .forEach(
                                (cache, form) ->
                                        add(
                                                bench,
                                                settings,
                                                preset + " " + attention,
                                                cache,
                                                with(config, form)));
            }
        }
    }

    /** The attention with each form of its cache. */
    private static Map<String, AttentionConfig> cached(AttentionConfig attention) {
        Map<String, AttentionConfig> forms = new LinkedHashMap<>();
        if (attention instanceof SasConfig sas) {
            for (CacheForm form : CacheForm.values()) {
                forms.put(
                        form == CacheForm.COMPACT ? "compact cache" : "expanded cache",
                        new SasConfig(
                                sas.shape(),
                                sas.bias(),
                                sas.rotary(),
                                sas.rotaryBase(),
                                sas.initialization(),
                                form));
            }
        } else {
            forms.put("cache", attention);
        }
        return forms;
    }

    private static LanguageModelConfig with(LanguageModelConfig model, AttentionConfig attention) {
        return LanguageModelConfig.of(
                model.vocabularySize(), model.embeddingSize(), model.layerCount(), attention);
    }

    private static void add(
            Workbench bench,
            BenchmarkSettings settings,
            String subject,
            String cache,
            LanguageModelConfig config) {
        NDManager manager = bench.manager();
        manager.getEngine().setRandomSeed(SEED);
        CausalLanguageModel model = new CausalLanguageModel(config);
        model.initialize(manager, DataType.FLOAT32, new Shape(1, settings.decodedLength()));
        int count = settings.newTokens();
        long[] prompt =
                new Random(SEED)
                        .ints(settings.decodedLength() - count, 0, (int) config.vocabularySize())
                        .asLongStream()
                        .toArray();
        Decoder decoder = new Decoder(model, manager, prompt);
        bench.closeLater(decoder::close);
        long[] expected = decoder.recompute(count);
        decoder.prefill();
        long[] found = decoder.continueCached(count);
        bench.add(
                new Check(
                        NAME,
                        subject + ", " + cache + ": greedy tokens are those of recomputation",
                        Arrays.equals(expected, found),
                        firstDifference(expected, found)));
        Label step =
                new Label(
                        NAME, subject, "single tokens", "up to " + settings.decodedLength(), cache);
        if (!cache.startsWith("expanded")) {
            bench.add(
                    Case.timed(
                                    step.withForm(RECOMPUTATION),
                                    Kernels.Mode.FUSED,
                                    () -> decoder.recompute(count))
                            .over(count));
        }
        bench.add(
                Case.timed(step, Kernels.Mode.FUSED, () -> decoder.continueCached(count))
                        .preparedBy(decoder::prefill)
                        .over(count));
        Label first = new Label(NAME, subject, "prompt", "into the cache", cache);
        bench.add(Case.timed(first, Kernels.Mode.FUSED, decoder::prefill).over(prompt.length));
    }

    private static String firstDifference(long[] expected, long[] found) {
        int place = Arrays.mismatch(expected, found);
        return place < 0
                ? "all " + expected.length
                : "token %d of %d is %d, expected %d"
                        .formatted(place + 1, expected.length, found[place], expected[place]);
    }

    /** Decodes the most likely tokens after a prompt. */
    private static final class Decoder {

        private final CausalLanguageModel model;
        private final NDManager manager;
        private final ParameterStore store;
        private final long[] prompt;
        private final SmallWork steps;
        private List<KeyValueCache> caches = List.of();
        private long next;

        Decoder(CausalLanguageModel model, NDManager manager, long... prompt) {
            this.model = model;
            this.manager = manager;
            this.prompt = prompt;
            store = new ParameterStore(manager, false);
            steps = new SmallWork(model.counts().parameters(), "decoding");
        }

        long[] recompute(int count) {
            long[] all = Arrays.copyOf(prompt, prompt.length + count);
            for (int length = prompt.length; length < all.length; length++) {
                try (NDManager scratch = manager.newSubManager()) {
                    NDArray tokens = tokens(scratch, Arrays.copyOf(all, length));
                    all[length] = likeliest(model.logits(store, tokens, 0, false));
                }
            }
            return Arrays.copyOfRange(all, prompt.length, all.length);
        }

        void prefill() {
            forget();
            caches = new ArrayList<>(model.newCaches(manager));
            next = continued(prompt);
        }

        long[] continueCached(int count) {
            return steps.run(() -> continueStepwise(count));
        }

        private long[] continueStepwise(int count) {
            long[] decoded = new long[count];
            for (int i = 0; i < count; i++) {
                decoded[i] = next;
                next = continued(next);
            }
            return decoded;
        }

        private long continued(long... more) {
            try (NDManager scratch = manager.newSubManager()) {
                NDArray tokens = tokens(scratch, more);
                return likeliest(model.continuedLogits(store, tokens, caches));
            }
        }

        private static NDArray tokens(NDManager scratch, long... tokens) {
            return scratch.create(tokens, new Shape(1, tokens.length));
        }

        private static long likeliest(NDArray logits) {
            return logits.get(new NDIndex("0, -1")).argMax().getLong();
        }

        private void forget() {
            caches.forEach(KeyValueCache::close);
            caches = List.of();
        }

        void close() {
            steps.close();
            forget();
        }
    }
}
