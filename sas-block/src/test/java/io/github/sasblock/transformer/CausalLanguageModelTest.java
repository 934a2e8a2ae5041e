package io.github.sasblock.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.attention.KeyValueCache;
import io.github.sasblock.safetensors.BlockWeights;
import io.github.sasblock.sas.CacheForm;
import io.github.sasblock.sas.RotaryPlacement;
import io.github.sasblock.testing.ArrayTest;
import io.github.sasblock.testing.Blocks;
import io.github.sasblock.testing.GradientCheck;
import io.github.sasblock.testing.MatrixProducts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class CausalLanguageModelTest extends ArrayTest {

    private static final int BATCH = 2;
    private static final int LENGTH = 6;
    private static final Shape TOKENS = new Shape(BATCH, LENGTH);

    @ParameterizedTest
    @MethodSource("io.github.sasblock.transformer.Configs#attentions")
    void gradientsOfTheLossAreItsDerivatives(AttentionConfig attention) {
        CausalLanguageModel model = model(Configs.untied(attention), DataType.FLOAT64);
        NDArray tokens = tokens(TOKENS);
        NDArray targets = tokens(TOKENS);
        GradientCheck.of(manager, model).verify(() -> loss(model, tokens, targets));
    }

    @Test
    void aTiedEmbeddingGetsTheGradientsOfBothPlaces() {
        CausalLanguageModel model = model(Configs.model(Configs.multiHead()), DataType.FLOAT64);
        NDArray tokens = tokens(TOKENS);
        NDArray targets = tokens(TOKENS);
        GradientCheck.of(manager, model).verify(() -> loss(model, tokens, targets));
    }

    @ParameterizedTest
    @MethodSource("io.github.sasblock.transformer.Configs#attentions")
    void theFutureDoesNotChangeThePast(AttentionConfig attention) {
        CausalLanguageModel model = model(Configs.model(attention), DataType.FLOAT32);
        NDArray tokens = tokens(TOKENS);
        NDArray logits = Blocks.infer(model, tokens);
        for (int t = 1; t < LENGTH; t++) {
            NDArray changed = tokens.duplicate();
            NDIndex future = new NDIndex(":, {}:", t);
            changed.set(future, tokens.get(future).add(1).mod(Configs.VOCABULARY));
            NDIndex past = new NDIndex(":, :{}", t);
            NDArray changedLogits = Blocks.infer(model, changed);
            assertThat(changedLogits.get(past)).isEqualTo(logits.get(past));
            assertThat(changedLogits.get(future)).isNotEqualTo(logits.get(future));
        }
    }

    @ParameterizedTest
    @MethodSource("io.github.sasblock.transformer.Configs#attentions")
    void countsItsParameters(AttentionConfig attention) {
        for (LanguageModelConfig config :
                List.of(Configs.model(attention), Configs.untied(attention))) {
            CausalLanguageModel model = model(config, DataType.FLOAT32);
            assertThat(model.counts().parameters()).isEqualTo(Blocks.parameterCount(model));
        }
    }

    @ParameterizedTest
    @MethodSource("io.github.sasblock.transformer.Configs#attentions")
    void countsTheOperationsThatRun(AttentionConfig attention) throws IOException {
        CausalLanguageModel model = model(Configs.model(attention), DataType.FLOAT32);
        NDArray tokens = tokens(TOKENS);
        long run = MatrixProducts.during(() -> Blocks.infer(model, tokens));
        ModelCounts counts = model.counts();
        // The count is of causal attention; what runs computes all T·T scores.
        double hidden =
                counts.attentionLayer().multiplyAddsPerToken(LENGTH, false)
                        - counts.attentionLayer().multiplyAddsPerToken(LENGTH, true);
        assertThat(2.0 * run / TOKENS.size() - 2 * Configs.LAYERS * hidden)
                .isEqualTo(counts.forwardOperationsPerToken(LENGTH));
        assertThat(counts.trainingOperationsPerToken(LENGTH))
                .isEqualTo(3 * counts.forwardOperationsPerToken(LENGTH));
    }

    @ParameterizedTest
    @MethodSource("io.github.sasblock.transformer.Configs#attentions")
    void greedyDecodingWithCachesIsDecodingByRecomputation(AttentionConfig attention) {
        CausalLanguageModel model = model(Configs.model(attention), DataType.FLOAT32);
        // Larger embeddings than at first, so that the model does not repeat itself
        NDArray embedding = BlockWeights.named(model).get("embedding").getArray();
        Blocks.set(
                model.getDirectParameters().valueAt(0), manager.randomNormal(embedding.getShape()));
        NDArray sequence = tokens(new Shape(1, 4));
        NDArray fresh = sequence;
        List<KeyValueCache> caches = model.newCaches(manager);
        for (int step = 0; step < 12; step++) {
            NDArray expected = lastLogits(Blocks.infer(model, sequence));
            NDArray cached =
                    lastLogits(model.continuedLogits(Blocks.parameters(manager), fresh, caches));
            assertThat(Blocks.distance(cached, expected)).isLessThan(1e-4);
            assertThat(cached.argMax(-1)).isEqualTo(expected.argMax(-1));
            fresh = expected.argMax(-1).reshape(1, 1);
            sequence = sequence.concat(fresh, 1);
        }
        assertThat(caches)
                .hasSize(Configs.LAYERS)
                .allSatisfy(cache -> assertThat(cache.length()).isEqualTo(15));
        assertThat(caches.stream().mapToLong(KeyValueCache::bytes).sum())
                .isEqualTo(15 * model.counts().cacheBytesPerToken(4));
        caches.forEach(KeyValueCache::close);
    }

    private static NDArray lastLogits(NDArray logits) {
        return logits.get(0, -1);
    }

    @ParameterizedTest
    @MethodSource("io.github.sasblock.transformer.Configs#relative")
    void aShiftOfAllPositionsDoesNotMatterUnlessRotaryEmbeddingIsBeforeTheExpansion(
            AttentionConfig attention) {
        assertThat(effectOfAShift(attention)).isLessThan(1e-4);
    }

    @Test
    void aShiftOfAllPositionsMattersWithRotaryEmbeddingBeforeTheExpansion() {
        assertThat(effectOfAShift(Configs.sas(RotaryPlacement.BEFORE, CacheForm.COMPACT)))
                .isGreaterThan(0.01);
    }

    // Of 500 positions, on the logits; in float32, and as a share of their root mean square.
    private double effectOfAShift(AttentionConfig attention) {
        CausalLanguageModel model = model(Configs.model(attention), DataType.FLOAT32);
        BlockWeights.named(model)
                .forEach(
                        (name, parameter) -> {
                            if (name.matches(".*attention\\..*(query|key).*\\.weight")) {
                                // as after training: scores that are not all alike
                                parameter.getArray().muli(4);
                            }
                        });
        NDArray tokens = tokens(new Shape(BATCH, 32));
        NDArray here = model.logits(Blocks.parameters(manager), tokens, 0, false);
        NDArray there = model.logits(Blocks.parameters(manager), tokens, 500, false);
        return Blocks.distance(here, there) / Math.sqrt(here.square().mean().getFloat());
    }

    @ParameterizedTest
    @EnumSource(
            value = ModelPreset.class,
            names = {"TINY", "SMALL"})
    void theFirstLossIsThatOfAGuess(ModelPreset preset) {
        for (AttentionConfig attention : List.of(preset.multiHead(), preset.sas())) {
            assertFirstLossIsThatOfAGuess(
                    LanguageModelConfig.of(
                            320, preset.embeddingSize(), preset.layerCount(), attention));
        }
    }

    @Test
    void theFirstLossIsThatOfAGuessAmongManyTokensToo() {
        ModelPreset preset = ModelPreset.P125M;
        for (AttentionConfig attention : List.of(preset.multiHead(), preset.sas())) {
            assertFirstLossIsThatOfAGuess(
                    LanguageModelConfig.of(50_304, preset.embeddingSize(), 1, attention));
        }
    }

    private void assertFirstLossIsThatOfAGuess(LanguageModelConfig config) {
        CausalLanguageModel model = model(config, DataType.FLOAT32);
        Shape shape = new Shape(4, 16);
        NDArray tokens = tokens(shape, config.vocabularySize());
        NDArray loss = loss(model, tokens, tokens(shape, config.vocabularySize()));
        assertThat((double) loss.getFloat())
                .isCloseTo(Math.log(config.vocabularySize()), within(0.05));
        model.clear();
    }

    @Test
    void theLossIsTheSumOfTheNegativeLogLikelihoods() {
        NDArray logits = normal64(2, 3, 5);
        NDArray targets = tokens(new Shape(2, 3), 5);
        double expected = 0;
        for (int b = 0; b < 2; b++) {
            for (int t = 0; t < 3; t++) {
                double[] row = logits.get(b, t).toDoubleArray();
                double sum = 0;
                for (double logit : row) {
                    sum += Math.exp(logit);
                }
                expected -= row[(int) targets.getLong(b, t)] - Math.log(sum);
            }
        }
        assertThat(CausalLanguageModel.crossEntropySum(logits, targets).getDouble())
                .isCloseTo(expected, within(1e-12));
    }

    @Test
    void outputHasTheShapeThatWasForetold() {
        CausalLanguageModel model = model(Configs.model(Configs.multiHead()), DataType.FLOAT32);
        assertThat(model.getOutputShapes(new Shape[] {TOKENS}))
                .containsExactly(new Shape(BATCH, LENGTH, Configs.VOCABULARY))
                .containsExactly(Blocks.infer(model, tokens(TOKENS)).getShape());
    }

    @ParameterizedTest
    @MethodSource("io.github.sasblock.transformer.Configs#attentions")
    void loadsWhatItSaved(AttentionConfig attention) throws IOException, MalformedModelException {
        CausalLanguageModel saved = model(Configs.model(attention), DataType.FLOAT32);
        CausalLanguageModel loaded = new CausalLanguageModel(Configs.model(attention));
        Blocks.load(loaded, manager, Blocks.saved(saved));
        NDArray tokens = tokens(TOKENS);
        assertThat(Blocks.distance(Blocks.infer(loaded, tokens), Blocks.infer(saved, tokens)))
                .isLessThan(1e-6);
        CausalLanguageModel other = new CausalLanguageModel(Configs.untied(attention));
        assertThatThrownBy(() -> Blocks.load(other, manager, Blocks.saved(saved)))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("tied=true")
                .hasMessageContaining("tied=false");
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"INT8", "UINT8", "BOOLEAN", "FLOAT32"})
    void refusesTokensOfOtherTypes(DataType type) {
        CausalLanguageModel model = model(Configs.model(Configs.multiHead()), DataType.FLOAT32);
        NDArray tokens = manager.ones(TOKENS, type);
        assertThatThrownBy(() -> Blocks.infer(model, tokens))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "tokens = (2, 6) "
                                + type
                                + ", expected shape (B, T) and type int64 or"
                                + " int32");
    }

    @Test
    void takesTokensOfBothTypes() {
        CausalLanguageModel model = model(Configs.model(Configs.multiHead()), DataType.FLOAT32);
        NDArray tokens = tokens(TOKENS);
        assertThat(Blocks.infer(model, tokens.toType(DataType.INT32, false)))
                .isEqualTo(Blocks.infer(model, tokens));
    }

    @Test
    void namesWhatIsNotValid() {
        CausalLanguageModel model = model(Configs.model(Configs.multiHead()), DataType.FLOAT32);
        NDArray flat = tokens(new Shape(LENGTH));
        assertThatThrownBy(() -> Blocks.infer(model, flat))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("tokens = (6) int64, expected shape (B, T)");
        NDArray tokens = tokens(TOKENS);
        assertThatThrownBy(
                        () ->
                                model.continuedLogits(
                                        Blocks.parameters(manager), tokens, new ArrayList<>()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("number of caches = 0, expected one for each of the 2 layers");
        NDArray logits = Blocks.infer(model, tokens);
        NDArray narrow = tokens.toType(DataType.INT32, false);
        assertThatThrownBy(() -> CausalLanguageModel.crossEntropySum(logits, narrow))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data type of the targets = int32, expected int64");
    }

    private static NDArray loss(CausalLanguageModel model, NDArray tokens, NDArray targets) {
        NDArray logits = Blocks.forward(model, true, tokens);
        return CausalLanguageModel.crossEntropySum(logits, targets).div(targets.size());
    }

    private CausalLanguageModel model(LanguageModelConfig config, DataType type) {
        return Blocks.initialized(new CausalLanguageModel(config), manager, type, TOKENS);
    }

    private NDArray tokens(Shape shape) {
        return tokens(shape, Configs.VOCABULARY);
    }

    private NDArray tokens(Shape shape, long vocabulary) {
        return manager.randomInteger(0, vocabulary, shape, DataType.INT64);
    }
}
