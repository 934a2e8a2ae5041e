package io.github.sasblock.examples.selfcheck;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.github.sasblock.attention.KeyValueCache;
import io.github.sasblock.sas.CacheForm;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import io.github.sasblock.transformer.AttentionConfig;
import io.github.sasblock.transformer.CausalLanguageModel;
import io.github.sasblock.transformer.LanguageModelConfig;
import io.github.sasblock.transformer.MultiHeadConfig;
import io.github.sasblock.transformer.SasConfig;
import java.util.List;
import java.util.Locale;

/** Decoding with a cache: a prompt, then single tokens, against one pass over all. */
final class DecodingChecks {

    private static final int VOCABULARY = 64;
    private static final int LENGTH = 24;
    private static final int PROMPT = 16;

    private DecodingChecks() {}

    static List<SelfCheck> all() {
        return List.of(
                new CacheCheck("decoding, MHA", MultiHeadConfig.of(4, 4, 12)),
                new CacheCheck("decoding, GQA", MultiHeadConfig.of(4, 2, 12)),
                new CacheCheck("decoding, MLA", AttentionChecks.mla()),
                new CacheCheck("decoding, MFA", AttentionChecks.mfa()),
                new CacheCheck("decoding, TPA", AttentionChecks.tpa()),
                new CacheCheck("decoding, SAS compact", sas(CacheForm.COMPACT)),
                new CacheCheck("decoding, SAS expanded", sas(CacheForm.EXPANDED)));
    }

    private static SasConfig sas(CacheForm form) {
        SasConfig usual = AttentionChecks.sas(HeadExpansionKind.CONVOLUTION, 5);
        return new SasConfig(
                usual.shape(),
                usual.bias(),
                usual.rotary(),
                usual.rotaryBase(),
                usual.initialization(),
                form);
    }

    private record CacheCheck(String name, AttentionConfig attention) implements SelfCheck {

        @Override
        public Outcome run(Device device) {
            Engine.getInstance().setRandomSeed(5);
            try (NDManager manager = NDManager.newBaseManager(device)) {
                CausalLanguageModel model =
                        new CausalLanguageModel(
                                LanguageModelConfig.of(VOCABULARY, 48, 2, attention));
                model.initialize(manager, DataType.FLOAT32, new Shape(1, LENGTH));
                NDArray tokens =
                        manager.randomInteger(0, VOCABULARY, new Shape(1, LENGTH), DataType.INT64);
                ParameterStore store = new ParameterStore(manager, false);
                NDArray full = model.logits(store, tokens, 0, false);
                double error = error(model, store, tokens, full);
                double tolerance = Tolerance.of(device);
                String detail = String.format(Locale.ROOT, "error %.1e", error);
                boolean passed = error <= tolerance;
                return new Outcome(
                        passed, passed ? detail : detail + ", expected at most " + tolerance);
            }
        }

        private static double error(
                CausalLanguageModel model, ParameterStore store, NDArray tokens, NDArray full) {
            List<KeyValueCache> caches = model.newCaches(tokens.getManager());
            double scale = full.abs().max().getFloat();
            double error = 0;
            int from = 0;
            for (int to = PROMPT; to <= LENGTH; to++) {
                NDArray logits =
                        model.continuedLogits(store, tokens.get(":, {}:{}", from, to), caches);
                NDArray expected = full.get(":, {}:{}", from, to);
                double step = logits.sub(expected).abs().max().getFloat() / scale;
                error = Double.isNaN(step) ? Double.POSITIVE_INFINITY : Math.max(error, step);
                from = to;
            }
            caches.forEach(KeyValueCache::close);
            return error;
        }
    }
}
