package io.github.sasblock.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import io.github.sasblock.kernel.Kernels;
import io.github.sasblock.kernel.Precision;
import io.github.sasblock.sas.SasShape;
import io.github.sasblock.sas.SasShape.Aggregation;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import io.github.sasblock.testing.BothForms;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LanguageModelGradientsTest {

    private static final long VOCABULARY = 64;
    private static final int EMBEDDING = 12;
    private static final LanguageModelGradients.Settings PLAIN =
            LanguageModelGradients.Settings.DEFAULT;
    private static final LanguageModelGradients.Settings RECOMPUTED =
            new LanguageModelGradients.Settings(Precision.FP32, true);
    private static final LanguageModelGradients.Settings DOCUMENTS =
            new LanguageModelGradients.Settings(Precision.FP32, false, new DocumentMask(3));

    @AfterEach
    @AfterProperty
    void useTheFusedKernelsAgain() {
        Kernels.use(Kernels.Mode.FUSED);
    }

    record Sizes(long batch, long length, boolean tied, boolean normWeight) {}

    @Property(tries = 60, shrinking = ShrinkingMode.BOUNDED)
    void fusedGradientsOfAnyModelAreThePlainOnes(
            @ForAll("attentions") AttentionConfig attention, @ForAll("sizes") Sizes sizes) {
        try (NDManager manager = NDManager.newBaseManager()) {
            CausalLanguageModel model = model(manager, attention, sizes);
            Map<String, NDArray> plain = run(manager, model, Kernels.Mode.PLAIN, PLAIN, sizes);
            BothForms.assertClose(run(manager, model, Kernels.Mode.FUSED, PLAIN, sizes), plain);
        }
    }

    @Property(tries = 40, shrinking = ShrinkingMode.BOUNDED)
    void fusedGradientsOfSeveralDocumentsAreThePlainOnes(
            @ForAll("attentions") AttentionConfig attention, @ForAll("sizes") Sizes sizes) {
        try (NDManager manager = NDManager.newBaseManager()) {
            CausalLanguageModel model = model(manager, attention, sizes);
            Map<String, NDArray> plain = run(manager, model, Kernels.Mode.PLAIN, DOCUMENTS, sizes);
            BothForms.assertClose(run(manager, model, Kernels.Mode.FUSED, DOCUMENTS, sizes), plain);
        }
    }

    @Property(tries = 20, shrinking = ShrinkingMode.BOUNDED)
    void recomputationChangesNoBitWhereTheDerivativeIsByHand(
            @ForAll("derivedByHand") AttentionConfig attention, @ForAll("sizes") Sizes sizes) {
        try (NDManager manager = NDManager.newBaseManager()) {
            CausalLanguageModel model = model(manager, attention, sizes);
            Map<String, NDArray> kept = run(manager, model, Kernels.Mode.FUSED, PLAIN, sizes);
            Map<String, NDArray> repeated =
                    run(manager, model, Kernels.Mode.FUSED, RECOMPUTED, sizes);
            kept.forEach((name, array) -> assertThat(repeated.get(name)).as(name).isEqualTo(array));
        }
    }

    @Property(tries = 10, shrinking = ShrinkingMode.BOUNDED)
    void recomputationIsTheSameButForRoundingWhereAutogradDerives(
            @ForAll("derivedByAutograd") AttentionConfig attention, @ForAll("sizes") Sizes sizes) {
        try (NDManager manager = NDManager.newBaseManager()) {
            CausalLanguageModel model = model(manager, attention, sizes);
            BothForms.assertClose(
                    run(manager, model, Kernels.Mode.FUSED, RECOMPUTED, sizes),
                    run(manager, model, Kernels.Mode.FUSED, PLAIN, sizes));
        }
    }

    @Test
    void longSequencesTakeLargerBlocks() {
        Sizes sizes = new Sizes(1, 530, true, true);
        try (NDManager manager = NDManager.newBaseManager()) {
            CausalLanguageModel model = model(manager, MultiHeadConfig.of(4, 2, 4), sizes);
            Map<String, NDArray> plain = run(manager, model, Kernels.Mode.PLAIN, PLAIN, sizes);
            BothForms.assertClose(run(manager, model, Kernels.Mode.FUSED, PLAIN, sizes), plain);
        }
    }

    @Test
    void veryLongSequencesTakeTheLibrarysAttention() {
        SasShape shape = new SasShape(2, 2, 4, 4, HeadExpansionKind.CONVOLUTION, 3, true);
        SasShape shared = shape.withSharedValues();
        List<AttentionConfig> attentions =
                List.of(
                        MultiHeadConfig.of(2, 1, 2),
                        SasConfig.of(shape),
                        SasConfig.of(shared),
                        SasConfig.of(shared.withAggregation(Aggregation.CONCATENATION)));
        for (AttentionConfig attention : attentions) {
            for (LanguageModelGradients.Settings settings : List.of(PLAIN, DOCUMENTS)) {
                for (int batch = 1; batch <= 2; batch++) {
                    assertFusedIsPlain(attention, settings, new Sizes(batch, 2050, true, true));
                }
            }
        }
    }

    private static void assertFusedIsPlain(
            AttentionConfig attention, LanguageModelGradients.Settings settings, Sizes sizes) {
        try (NDManager manager = NDManager.newBaseManager()) {
            CausalLanguageModel model = model(manager, attention, sizes);
            BothForms.assertClose(
                    run(manager, model, Kernels.Mode.FUSED, settings, sizes),
                    run(manager, model, Kernels.Mode.PLAIN, settings, sizes));
        }
    }

    @Test
    void addUpOverBatches() {
        Sizes sizes = new Sizes(2, 9, true, true);
        try (NDManager manager = NDManager.newBaseManager()) {
            CausalLanguageModel model = model(manager, MultiHeadConfig.of(2, 2, 6), sizes);
            NDArray tokens = tokens(manager, sizes, 1);
            NDArray targets = tokens(manager, sizes, 2);
            try (LanguageModelGradients once = new LanguageModelGradients(model, manager, PLAIN);
                    LanguageModelGradients twice =
                            new LanguageModelGradients(model, manager, PLAIN)) {
                double loss = once.add(tokens, targets, 2);
                twice.add(tokens, targets, 1);
                assertThat(twice.add(tokens, targets, 1)).isEqualTo(loss);
                for (int i = 0; i < once.arrays().size(); i++) {
                    NDArray difference = once.arrays().get(i).sub(twice.arrays().get(i));
                    assertThat(difference.abs().max().getDouble()).isLessThan(1e-12);
                }
            }
        }
    }

    @Test
    void inputsMayBeViewsOfOneArray() {
        try (NDManager manager = NDManager.newBaseManager()) {
            Sizes sizes = new Sizes(3, 8, true, true);
            CausalLanguageModel model = model(manager, MultiHeadConfig.of(2, 2, 6), sizes);
            NDArray text = tokens(manager, new Sizes(3, 9, true, true), 1);
            NDArray inputs = text.get(":, :8");
            NDArray targets = text.get(":, 1:");
            try (LanguageModelGradients views = new LanguageModelGradients(model, manager, PLAIN);
                    LanguageModelGradients copies =
                            new LanguageModelGradients(model, manager, PLAIN)) {
                assertThat(views.add(inputs, targets, 1))
                        .isEqualTo(copies.add(inputs.duplicate(), targets.duplicate(), 1));
            }
        }
    }

    @Test
    void nameAParameterWithoutAGradient() {
        try (NDManager manager = NDManager.newBaseManager()) {
            Sizes sizes = new Sizes(2, 4, true, true);
            CausalLanguageModel model = model(manager, MultiHeadConfig.of(2, 2, 6), sizes);
            Parameter frozen = model.getParameters().valueAt(0);
            frozen.freeze(true);
            Kernels.use(Kernels.Mode.PLAIN);
            try (LanguageModelGradients gradients =
                    new LanguageModelGradients(model, manager, PLAIN)) {
                gradients.add(tokens(manager, sizes, 1), tokens(manager, sizes, 2), 1);
                assertThatThrownBy(gradients::arrays)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("parameter " + frozen.getName() + " has no gradient");
            }
        }
    }

    @Test
    void refuseOtherShapesAndTypes() {
        try (NDManager manager = NDManager.newBaseManager()) {
            Sizes sizes = new Sizes(2, 4, true, true);
            CausalLanguageModel model = model(manager, MultiHeadConfig.of(2, 2, 6), sizes);
            NDArray tokens = tokens(manager, sizes, 1);
            try (LanguageModelGradients gradients =
                    new LanguageModelGradients(model, manager, PLAIN)) {
                assertThatThrownBy(
                                () -> gradients.add(tokens, tokens.toType(DataType.INT32, true), 1))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("targets = (2, 4) int32, expected shape (2, 4) and type int64");
                assertThatThrownBy(() -> gradients.add(tokens.flatten(), tokens, 1))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("tokens = (8) int64, expected shape (B, T) and type int64");
            }
        }
    }

    @Test
    void narrowPrecisionIsCloseInFloat32() {
        Sizes sizes = new Sizes(2, 33, true, true);
        SasConfig sas =
                SasConfig.of(new SasShape(2, 6, 6, 8, HeadExpansionKind.CONVOLUTION, 3, true));
        try (NDManager manager = NDManager.newBaseManager()) {
            CausalLanguageModel model =
                    new CausalLanguageModel(config(sas, sizes.tied(), sizes.normWeight()));
            model.initialize(manager, DataType.FLOAT32, new Shape(1, 4));
            double exact = loss(manager, model, Precision.FP32, sizes);
            double bfloat16 = loss(manager, model, Precision.BF16, sizes);
            assertThat(bfloat16).isCloseTo(exact, within(exact * 1e-3)).isNotEqualTo(exact);
        }
    }

    private static double loss(
            NDManager manager, CausalLanguageModel model, Precision precision, Sizes sizes) {
        LanguageModelGradients.Settings settings =
                new LanguageModelGradients.Settings(precision, false);
        try (LanguageModelGradients gradients =
                new LanguageModelGradients(model, manager, settings)) {
            return gradients.add(tokens(manager, sizes, 1), tokens(manager, sizes, 2), 1);
        }
    }

    @Test
    void thePlainFormRefusesWhatItCannotDo() {
        Kernels.use(Kernels.Mode.PLAIN);
        Sizes sizes = new Sizes(1, 4, true, true);
        try (NDManager manager = NDManager.newBaseManager()) {
            CausalLanguageModel model = model(manager, MultiHeadConfig.of(2, 2, 6), sizes);
            try (LanguageModelGradients gradients =
                    new LanguageModelGradients(model, manager, RECOMPUTED)) {
                NDArray tokens = tokens(manager, sizes, 1);
                assertThatThrownBy(() -> gradients.add(tokens, tokens, 1))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("recompute=true");
            }
        }
    }

    @Provide
    Arbitrary<Sizes> sizes() {
        return Combinators.combine(
                        Arbitraries.longs().between(1, 3),
                        Arbitraries.longs().between(1, 150),
                        Arbitraries.of(true, false),
                        Arbitraries.of(true, false))
                .as(Sizes::new);
    }

    @Provide
    Arbitrary<AttentionConfig> attentions() {
        return AnyAttention.any();
    }

    @Provide
    Arbitrary<AttentionConfig> derivedByHand() {
        return AnyAttention.derivedByHand();
    }

    @Provide
    Arbitrary<AttentionConfig> derivedByAutograd() {
        return AnyAttention.derivedByAutograd();
    }

    private static CausalLanguageModel model(
            NDManager manager, AttentionConfig attention, Sizes sizes) {
        CausalLanguageModel model =
                new CausalLanguageModel(config(attention, sizes.tied(), sizes.normWeight()));
        model.initialize(manager, DataType.FLOAT64, new Shape(1, 4));
        return model;
    }

    private static LanguageModelConfig config(
            AttentionConfig attention, boolean tied, boolean normWeight) {
        return new LanguageModelConfig(
                VOCABULARY, EMBEDDING, 2, 17, attention, 0, tied, normWeight, 1e-6);
    }

    private static NDArray tokens(NDManager manager, Sizes sizes, long seed) {
        long[] tokens =
                new Random(seed).longs(sizes.batch() * sizes.length(), 0, VOCABULARY).toArray();
        return manager.create(tokens, new Shape(sizes.batch(), sizes.length()));
    }

    private static Map<String, NDArray> run(
            NDManager manager,
            CausalLanguageModel model,
            Kernels.Mode mode,
            LanguageModelGradients.Settings settings,
            Sizes sizes) {
        Kernels.use(mode);
        LanguageModelGradients gradients = new LanguageModelGradients(model, manager, settings);
        double loss = gradients.add(tokens(manager, sizes, 1), tokens(manager, sizes, 2), 1);
        assertThat(gradients.isFused()).isEqualTo(mode == Kernels.Mode.FUSED);
        Map<String, NDArray> results = new LinkedHashMap<>();
        results.put("loss", manager.create(loss));
        List<NDArray> arrays = gradients.arrays();
        int i = 0;
        for (Pair<String, Parameter> parameter : model.getParameters()) {
            results.put(parameter.getKey(), arrays.get(i++));
        }
        return results;
    }
}
