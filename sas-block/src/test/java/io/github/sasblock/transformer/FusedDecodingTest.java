package io.github.sasblock.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.attention.KeyValueCache;
import io.github.sasblock.kernel.Kernels;
import io.github.sasblock.testing.Blocks;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Decoding as one native call a piece of text, against the operations of DJL. */
class FusedDecodingTest {

    private static final long VOCABULARY = 31;
    private static final int EMBEDDING = 12;

    @AfterEach
    @AfterProperty
    void useTheFusedKernelsAgain() {
        Kernels.use(Kernels.Mode.FUSED);
    }

    @Property(tries = 60, shrinking = ShrinkingMode.BOUNDED)
    void piecesOfAnyModelGiveThePlainLogitsAndCaches(
            @ForAll("attentions") AttentionConfig attention,
            @ForAll("cuts") List<Integer> cut,
            @ForAll @IntRange(min = 1, max = 3) int batch,
            @ForAll boolean tied,
            @ForAll boolean normWeight) {
        try (NDManager manager = NDManager.newBaseManager()) {
            CausalLanguageModel model = model(manager, attention, tied, normWeight);
            List<KeyValueCache> fused = model.newCaches(manager);
            List<KeyValueCache> plain = model.newCaches(manager);
            int start = 0;
            for (int length : cut) {
                NDArray tokens = tokens(manager, batch, length, start);
                NDArray actual = run(Kernels.Mode.FUSED, model, tokens, fused);
                NDArray expected = run(Kernels.Mode.PLAIN, model, tokens, plain);
                assertThat(Blocks.distance(actual, expected))
                        .as("error from position " + start)
                        .isLessThan(1e-10);
                start += length;
            }
            for (int i = 0; i < plain.size(); i++) {
                assertThat(fused.get(i).bytes()).isEqualTo(plain.get(i).bytes());
            }
        }
    }

    private static NDArray run(
            Kernels.Mode mode,
            CausalLanguageModel model,
            NDArray tokens,
            List<KeyValueCache> caches) {
        Kernels.use(mode);
        return model.continuedLogits(Blocks.parameters(tokens.getManager()), tokens, caches);
    }

    @Test
    void formsMayTakeTurnsOnOneCache() {
        try (NDManager manager = NDManager.newBaseManager()) {
            CausalLanguageModel model = model(manager, Configs.multiHead(), true, true);
            NDArray tokens = tokens(manager, 1, 9, 0);
            NDArray full = Blocks.infer(model, tokens);
            List<KeyValueCache> caches = model.newCaches(manager);
            for (int t = 0; t < 9; t++) {
                NDIndex position = new NDIndex(":, {}:{}", t, t + 1);
                Kernels.Mode mode = t % 2 == 0 ? Kernels.Mode.FUSED : Kernels.Mode.PLAIN;
                NDArray logits = run(mode, model, tokens.get(position), caches);
                assertThat(Blocks.distance(logits, full.get(position))).isLessThan(1e-10);
            }
        }
    }

    @Test
    void leaveNothingBehindButTheCaches() {
        try (NDManager manager = NDManager.newBaseManager()) {
            CausalLanguageModel model = model(manager, Configs.multiHead(), true, true);
            List<KeyValueCache> caches = model.newCaches(manager);
            List<Integer> held = new ArrayList<>();
            for (int t = 0; t < 20; t++) {
                try (NDManager step = manager.newSubManager()) {
                    run(Kernels.Mode.FUSED, model, tokens(step, 1, 1, t), caches);
                }
                held.add(manager.getManagedArrays().size());
            }
            assertThat(held).containsOnly(held.get(0));
        }
    }

    @Test
    void refuseAnotherBatchAndKeepWhatIsThere() {
        try (NDManager manager = NDManager.newBaseManager()) {
            CausalLanguageModel model = model(manager, Configs.multiHead(), true, true);
            List<KeyValueCache> caches = model.newCaches(manager);
            run(Kernels.Mode.FUSED, model, tokens(manager, 2, 3, 0), caches);
            NDArray other = tokens(manager, 1, 1, 0);
            assertThatThrownBy(() -> run(Kernels.Mode.FUSED, model, other, caches))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "shape of what is appended = (1, 1, 4, 6), expected (2, 3, 4, 6) but"
                                    + " for the axis T");
            assertThat(caches).allSatisfy(cache -> assertThat(cache.length()).isEqualTo(3));
        }
    }

    @Provide
    Arbitrary<AttentionConfig> attentions() {
        return AnyAttention.any();
    }

    @Provide
    Arbitrary<List<Integer>> cuts() {
        return Arbitraries.of(1, 1, 2, 5, 17).list().ofMinSize(1).ofMaxSize(6);
    }

    private static CausalLanguageModel model(
            NDManager manager, AttentionConfig attention, boolean tied, boolean normWeight) {
        CausalLanguageModel model =
                new CausalLanguageModel(
                        new LanguageModelConfig(
                                VOCABULARY,
                                EMBEDDING,
                                2,
                                17,
                                attention,
                                0,
                                tied,
                                normWeight,
                                1e-6));
        model.initialize(manager, DataType.FLOAT64, new Shape(1, 4));
        return model;
    }

    private static NDArray tokens(NDManager manager, long batch, long length, long seed) {
        long[] tokens = new Random(seed).longs(batch * length, 0, VOCABULARY).toArray();
        return manager.create(tokens, new Shape(batch, length));
    }
}
