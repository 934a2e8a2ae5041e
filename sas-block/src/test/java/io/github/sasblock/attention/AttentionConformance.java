package io.github.sasblock.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.sasblock.kernel.Kernels;
import io.github.sasblock.safetensors.BlockWeights;
import io.github.sasblock.safetensors.SafeTensorsException;
import io.github.sasblock.sas.SasAttention;
import io.github.sasblock.testing.ArrayTest;
import io.github.sasblock.testing.Blocks;
import io.github.sasblock.testing.BothForms;
import io.github.sasblock.testing.GradientCheck;
import io.github.sasblock.testing.MatrixProducts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every attention promises. The test of each attention extends this one. */
public abstract class AttentionConformance extends ArrayTest {

    /** The embedding size of the attentions under test. */
    protected static final int EMBEDDING = 12;

    private static final int BATCH = 2;
    private static final int LENGTH = 5;
    private static final int KEYS = 7;
    private static final double FLOAT32_TOLERANCE = 1e-5;
    private static final float DROPOUT = 0.3f;

    /**
     * Returns the builder of a small attention of embedding size {@link #EMBEDDING}, as yet not
     * causal and without dropout.
     */
    protected abstract AttentionBuilder<?> builder();

    // Gradients

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void gradientsOfSelfAttentionAreItsDerivatives(boolean causal) {
        Attention attention = attention(causal, DataType.FLOAT64);
        NDArray x = input(DataType.FLOAT64, LENGTH);
        GradientCheck.of(manager, attention)
                .with("x", x)
                .verify(() -> Blocks.forward(attention, true, x));
    }

    @Test
    void gradientsOfMaskedAttentionAreItsDerivatives() {
        Attention attention = attention(false, DataType.FLOAT64);
        NDArray x = input(DataType.FLOAT64, LENGTH);
        NDArray mask = randomMask(LENGTH, LENGTH);
        GradientCheck.of(manager, attention)
                .with("x", x)
                .verify(() -> Blocks.forward(attention, true, x, mask));
    }

    @Test
    void gradientsOfCrossAttentionAreItsDerivatives() {
        Attention attention = attention(false, DataType.FLOAT64);
        NDArray keys = input(DataType.FLOAT64, KEYS);
        NDArray queries = input(DataType.FLOAT64, LENGTH);
        NDArray values = input(DataType.FLOAT64, KEYS);
        GradientCheck.of(manager, attention)
                .with("keys", keys)
                .with("queries", queries)
                .with("values", values)
                .verify(() -> Blocks.forward(attention, true, keys, queries, values));
    }

    // The fused form

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theFusedFormIsThePlainOne(boolean causal) {
        BothForms.assertEqual(attention(causal, DataType.FLOAT64), input(DataType.FLOAT64, LENGTH));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theFusedFormHasTheSameMasks(boolean causal) {
        Attention attention = attention(causal, DataType.FLOAT64);
        NDArray x = input(DataType.FLOAT64, LENGTH);
        NDArray mask = randomMask(LENGTH, LENGTH);
        BothForms.assertEqual(attention, x, mask);
        BothForms.assertEqual(attention, x, mask.sub(1).mul(1e5).reshape(BATCH, 1, LENGTH, LENGTH));
    }

    @Test
    void hasAFusedForm() {
        Attention attention = attention(true, DataType.FLOAT32);
        NDArray x = input(DataType.FLOAT32, LENGTH);
        assertThat(attention.kernel())
                .hasValueSatisfying(
                        kernel ->
                                assertThat(
                                                Kernels.find(
                                                        x,
                                                        kernel.function(0, false),
                                                        1 + attention.getParameters().size()))
                                        .isPresent());
    }

    // What may not matter

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theFutureDoesNotChangeThePast(boolean training) {
        Attention attention = attention(true, DataType.FLOAT32);
        NDArray x = input(DataType.FLOAT32, LENGTH);
        NDArray y = Blocks.forward(attention, training, x);
        for (int t = 1; t < LENGTH; t++) {
            NDArray changed = x.duplicate();
            changed.set(new NDIndex(":, {}:", t), input(DataType.FLOAT32, LENGTH - t).mul(9));
            NDIndex past = new NDIndex(":, :{}", t);
            NDIndex future = new NDIndex(":, {}:", t);
            NDArray yChanged = Blocks.forward(attention, training, changed);
            assertThat(yChanged.get(past)).as("before position " + t).isEqualTo(y.get(past));
            assertThat(yChanged.get(future)).as("from position " + t).isNotEqualTo(y.get(future));
        }
    }

    @Test
    void otherSequencesOfTheBatchDoNotMatter() {
        Attention attention = attention(true, DataType.FLOAT32);
        NDArray x = input(DataType.FLOAT32, LENGTH);
        NDArray changed = x.duplicate();
        changed.set(new NDIndex("0"), input(DataType.FLOAT32, LENGTH).get(0));
        NDArray y = Blocks.infer(attention, x);
        assertThat(Blocks.infer(attention, changed).get(1)).isEqualTo(y.get(1));
        NDArray alone = Blocks.infer(attention, x.get("1:2"));
        assertThat(Blocks.distance(alone, y.get("1:2"))).isLessThan(FLOAT32_TOLERANCE);
    }

    @Test
    void maskedKeysDoNotMatter() {
        Attention attention = attention(false, DataType.FLOAT32);
        NDArray queries = input(DataType.FLOAT32, LENGTH);
        NDArray keys = input(DataType.FLOAT32, KEYS);
        NDArray values = input(DataType.FLOAT32, KEYS);
        NDArray mask = manager.ones(new Shape(BATCH, LENGTH, KEYS));
        NDIndex padding = new NDIndex(":, :, {}:", KEYS - 2);
        mask.set(padding, 0);
        NDArray y = Blocks.infer(attention, keys, queries, values, mask);

        NDIndex padded = new NDIndex(":, {}:", KEYS - 2);
        keys.set(padded, input(DataType.FLOAT32, 2).mul(9));
        values.set(padded, input(DataType.FLOAT32, 2).mul(9));
        assertThat(Blocks.infer(attention, keys, queries, values, mask)).isEqualTo(y);
        assertThat(Blocks.infer(attention, keys, queries, values)).isNotEqualTo(y);
    }

    // Forms of the input

    @Test
    void allFormsOfTheInputAgree() {
        Attention attention = attention(false, DataType.FLOAT32);
        NDArray x = input(DataType.FLOAT32, LENGTH);
        NDArray all = manager.ones(new Shape(BATCH, LENGTH, LENGTH));
        NDArray y = Blocks.infer(attention, x);
        assertThat(Blocks.infer(attention, x, x, x)).isEqualTo(y);
        assertThat(Blocks.distance(Blocks.infer(attention, x, all), y))
                .isLessThan(FLOAT32_TOLERANCE);
        assertThat(Blocks.distance(Blocks.infer(attention, x, x, x, all), y))
                .isLessThan(FLOAT32_TOLERANCE);
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FLOAT32", "FLOAT64", "INT32", "INT64", "UINT8", "INT8", "BOOLEAN"})
    void masksOfAnyTypeAgree(DataType type) {
        Attention attention = attention(false, DataType.FLOAT32);
        NDArray x = input(DataType.FLOAT32, LENGTH);
        NDArray mask = randomMask(LENGTH, LENGTH);
        assertThat(Blocks.infer(attention, x, mask.toType(type, false)))
                .isEqualTo(Blocks.infer(attention, x, mask));
    }

    @Test
    void aCausalMaskIsCausalAttention() {
        Attention attention = attention(false, DataType.FLOAT32);
        Attention causal = attention(true, DataType.FLOAT32);
        Blocks.copyParameters(attention, causal);
        NDArray x = input(DataType.FLOAT32, LENGTH);
        NDArray position = manager.arange(LENGTH);
        NDArray mask =
                position.reshape(1, LENGTH)
                        .lte(position.reshape(LENGTH, 1))
                        .broadcast(BATCH, LENGTH, LENGTH);
        assertThat(Blocks.distance(Blocks.infer(attention, x, mask), Blocks.infer(causal, x)))
                .isLessThan(FLOAT32_TOLERANCE);
    }

    @Test
    void anAdditiveMaskOfFourAxesIsTheSame() {
        Attention attention = attention(false, DataType.FLOAT32);
        NDArray x = input(DataType.FLOAT32, LENGTH);
        NDArray mask = randomMask(LENGTH, LENGTH);
        NDArray additive = mask.sub(1).mul(1e5).reshape(BATCH, 1, LENGTH, LENGTH);
        NDArray y = Blocks.infer(attention, x, mask);
        assertThat(Blocks.infer(attention, x, additive)).isEqualTo(y);
        assertThat(Blocks.infer(attention, x, additive.toType(DataType.FLOAT64, false)))
                .isEqualTo(y);
        assertThat(y).isNotEqualTo(Blocks.infer(attention, x));
    }

    @Test
    void outputsHaveTheShapesThatWereForetold() {
        Attention attention = attention(false, DataType.FLOAT32);
        NDArray x = input(DataType.FLOAT32, LENGTH);
        NDArray keys = input(DataType.FLOAT32, KEYS);
        NDArray mask = manager.ones(new Shape(BATCH, LENGTH, LENGTH));
        NDArray crossMask = manager.ones(new Shape(BATCH, LENGTH, KEYS));
        NDArray[][] forms = {{x}, {x, mask}, {keys, x, keys}, {keys, x, keys, crossMask}};
        for (NDArray[] form : forms) {
            Shape[] foretold = attention.getOutputShapes(new NDList(form).getShapes());
            assertThat(foretold).containsExactly(new Shape(BATCH, LENGTH, EMBEDDING));
            assertThat(Blocks.infer(attention, form).getShape()).isEqualTo(foretold[0]);
        }
    }

    @Test
    void queriesOfCausalCrossAttentionAreTheLastPositions() {
        Attention attention = attention(true, DataType.FLOAT32);
        NDArray x = input(DataType.FLOAT32, KEYS);
        NDIndex last = new NDIndex(":, {}:", KEYS - LENGTH);
        NDArray y = Blocks.infer(attention, x, x.get(last), x);
        assertThat(Blocks.distance(y, Blocks.infer(attention, x).get(last)))
                .isLessThan(FLOAT32_TOLERANCE);
    }

    // Costs

    @Test
    void countsItsParameters() {
        for (boolean bias : new boolean[] {false, true}) {
            Attention attention = initialized(builder().optBias(bias).build(), DataType.FLOAT32);
            assertThat(attention.counts().parameters()).isEqualTo(Blocks.parameterCount(attention));
        }
    }

    @Test
    void countsTheOperationsThatRun() throws IOException {
        Attention attention = attention(true, DataType.FLOAT32);
        NDArray x = input(DataType.FLOAT32, LENGTH);
        long run = MatrixProducts.during(() -> Blocks.infer(attention, x));
        // Causal or not, plain attention computes all T·T scores.
        double counted = BATCH * LENGTH * attention.counts().multiplyAddsPerToken(LENGTH, false);
        assertThat((double) run).isEqualTo(counted);
    }

    @Test
    void countsTheBytesOfItsCache() {
        Attention attention = attention(true, DataType.FLOAT32);
        try (KeyValueCache cache = new KeyValueCache(manager)) {
            continued(attention, cache, input(DataType.FLOAT32, LENGTH));
            assertThat(cache.length()).isEqualTo(LENGTH);
            assertThat(cache.bytes())
                    .isEqualTo(
                            BATCH
                                    * LENGTH
                                    * attention.counts().cacheElements()
                                    * DataType.FLOAT32.getNumOfBytes());
        }
    }

    @Test
    void namesWhatItsCacheKeeps() {
        Attention attention = attention(true, DataType.FLOAT32);
        try (KeyValueCache cache = new KeyValueCache(manager)) {
            continued(attention, cache, input(DataType.FLOAT32, LENGTH));
            Shape tokens = new Shape(BATCH, 1);
            assertThat(cache.reserve(shapes(tokens, attention), DataType.FLOAT32))
                    .hasSameSizeAs(attention.cacheEntries());
            assertThat(attention.cacheEntries().stream().mapToLong(Shape::size).sum())
                    .isEqualTo(attention.counts().cacheElements());
        }
    }

    private static List<Shape> shapes(Shape tokens, Attention attention) {
        return attention.cacheEntries().stream().map(tokens::addAll).toList();
    }

    // Cache

    @ParameterizedTest(name = "in chunks of {0}")
    @ValueSource(ints = {1, 2, 3, 4, KEYS})
    void decodingWithACacheIsTheFullPass(int chunk) {
        Attention attention = attention(true, DataType.FLOAT32);
        NDArray x = input(DataType.FLOAT32, KEYS);
        NDArray full = Blocks.infer(attention, x);
        try (KeyValueCache cache = new KeyValueCache(manager)) {
            for (int t = 0; t < KEYS; t += chunk) {
                NDIndex positions = new NDIndex(":, {}:{}", t, Math.min(t + chunk, KEYS));
                NDArray y = continued(attention, cache, x.get(positions));
                assertThat(Blocks.distance(y, full.get(positions)))
                        .as("error from position " + t)
                        .isLessThan(FLOAT32_TOLERANCE);
            }
        }
    }

    @Test
    void masksReachTheKeysInTheCache() {
        Attention attention = attention(true, DataType.FLOAT32);
        NDArray x = input(DataType.FLOAT32, KEYS);
        NDArray mask = randomMask(KEYS, KEYS);
        NDArray full = Blocks.infer(attention, x, mask);
        try (KeyValueCache cache = new KeyValueCache(manager)) {
            continued(attention, cache, x.get(":, :{}", KEYS - 1));
            NDArray last = x.get(":, {}:", KEYS - 1);
            NDArray lastMask = mask.get(":, {}:", KEYS - 1);
            AttentionInput input = AttentionInput.of(new NDList(last, lastMask)).after(cache);
            NDArray y = attention.attend(Blocks.parameters(manager), input, false);
            assertThat(Blocks.distance(y, full.get(":, {}:", KEYS - 1)))
                    .isLessThan(FLOAT32_TOLERANCE);
        }
    }

    @Test
    void aCacheNeedsCausalAttention() {
        Attention attention = attention(false, DataType.FLOAT32);
        NDArray x = input(DataType.FLOAT32, LENGTH);
        try (KeyValueCache cache = new KeyValueCache(manager)) {
            assertThatThrownBy(() -> continued(attention, cache, x))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "cache = present, expected none, since the attention is not causal");
        }
    }

    @Test
    void aCacheOfAnotherBatchIsRefused() {
        Attention attention = attention(true, DataType.FLOAT32);
        NDArray x = input(DataType.FLOAT32, LENGTH);
        try (KeyValueCache cache = new KeyValueCache(manager)) {
            continued(attention, cache, x);
            assertThatThrownBy(() -> continued(attention, cache, x.get("0:1")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("shape of what is appended = (1, 5, ");
            assertThat(cache.length()).isEqualTo(LENGTH);
        }
    }

    // Dropout

    @Test
    void dropoutIsForTrainingAlone() {
        Attention plain = attention(false, DataType.FLOAT32);
        NDArray x = input(DataType.FLOAT32, LENGTH);
        NDArray expected = Blocks.infer(plain, x);
        assertThat(Blocks.forward(plain, true, x)).isEqualTo(expected);
        for (Attention dropping : new Attention[] {attentionDropout(), outputDropout()}) {
            Blocks.copyParameters(plain, dropping);
            assertThat(Blocks.infer(dropping, x)).isEqualTo(expected);
            assertThat(Blocks.forward(dropping, true, x)).isNotEqualTo(expected);
        }
    }

    @Test
    void dropoutIsReproducible() {
        NDArray x = input(DataType.FLOAT32, LENGTH);
        for (Attention dropping : new Attention[] {attentionDropout(), outputDropout()}) {
            manager.getEngine().setRandomSeed(5);
            NDArray first = Blocks.forward(dropping, true, x);
            NDArray second = Blocks.forward(dropping, true, x);
            manager.getEngine().setRandomSeed(5);
            assertThat(Blocks.forward(dropping, true, x)).isEqualTo(first).isNotEqualTo(second);
        }
    }

    @Test
    void outputDropoutKeepsItsRate() {
        Attention dropping = outputDropout();
        NDArray x = manager.randomNormal(new Shape(BATCH, 200, EMBEDDING));
        NDArray y = Blocks.forward(dropping, true, x);
        NDArray kept = y.neq(0).toType(DataType.FLOAT32, false);
        assertThat(1 - kept.mean().getFloat()).isCloseTo(DROPOUT, within(0.03f));
        NDArray scaled = Blocks.infer(dropping, x).div(1 - DROPOUT).mul(kept);
        assertThat(Blocks.distance(y, scaled)).isLessThan(FLOAT32_TOLERANCE);
    }

    // Files

    @Test
    void loadsWhatItSaved() throws IOException, MalformedModelException {
        Attention saved = attention(true, DataType.FLOAT32);
        Attention loaded = builder().optCausal(true).build();
        Blocks.load(loaded, manager, Blocks.saved(saved));
        assertSame(loaded, saved);
    }

    @Test
    void loadsTheSafetensorsItSaved(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("attention.safetensors");
        Attention saved = attention(true, DataType.FLOAT32);
        BlockWeights.save(saved, file, Map.of());
        Attention loaded = builder().optCausal(true).build();
        BlockWeights.load(loaded, manager, file);
        assertSame(loaded, saved);
    }

    // Parameters are equal bit for bit. Outputs are nearly so: how a matrix product is summed
    // depends on where in memory the weights lie.
    private void assertSame(Attention loaded, Attention saved) {
        Map<String, Parameter> expected = BlockWeights.named(saved);
        BlockWeights.named(loaded)
                .forEach(
                        (name, parameter) ->
                                assertThat(parameter.getArray())
                                        .as(name)
                                        .isEqualTo(expected.get(name).getArray()));
        NDArray x = input(DataType.FLOAT32, LENGTH);
        assertThat(Blocks.distance(Blocks.infer(loaded, x), Blocks.infer(saved, x)))
                .isLessThan(1e-6);
    }

    @Test
    void refusesTheFileOfAnotherConfiguration() throws IOException {
        byte[] causal = Blocks.saved(attention(true, DataType.FLOAT32));
        Attention attention = builder().build();
        assertThatThrownBy(() -> Blocks.load(attention, manager, causal))
                .isInstanceOf(MalformedModelException.class)
                .hasMessage(
                        "Cannot load parameters: the file holds "
                                + builder().optCausal(true).build().description()
                                + ", expected "
                                + attention.description());
    }

    @Test
    void refusesTheFileOfAnotherAttention(@TempDir Path folder) throws IOException {
        Attention attention = builder().build();
        Attention other = initialized(another(attention), DataType.FLOAT32);
        byte[] saved = Blocks.saved(other);
        assertThatThrownBy(() -> Blocks.load(attention, manager, saved))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining(other.description())
                .hasMessageContaining(attention.description());

        Path file = folder.resolve("other.safetensors");
        BlockWeights.save(other, file, Map.of());
        assertThatThrownBy(() -> BlockWeights.load(attention, manager, file))
                .isInstanceOf(SafeTensorsException.class)
                .hasMessageContaining("does not fit the block");
    }

    private static Attention another(Attention attention) {
        AttentionBuilder<?> builder =
                attention instanceof MultiHeadAttention
                        ? SasAttention.builder()
                        : MultiHeadAttention.builder();
        return builder.setEmbeddingSize(EMBEDDING).setHeadCount(2).build();
    }

    @Test
    void refusesTheFileOfAnotherVersion() throws IOException {
        byte[] saved = Blocks.saved(attention(false, DataType.FLOAT32));
        saved[0]++;
        Attention attention = builder().build();
        assertThatThrownBy(() -> Blocks.load(attention, manager, saved))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining(attention.description())
                .hasMessageContaining("version " + saved[0] + ", expected " + (saved[0] - 1));
    }

    @Test
    void refusesFilesThatAreCutOff() throws IOException {
        byte[] saved = Blocks.saved(attention(false, DataType.FLOAT32));
        for (int length = 0; length < saved.length; length += 1 + saved.length / 100) {
            assertRefused(Arrays.copyOf(saved, length));
        }
        assertRefused(Arrays.copyOf(saved, saved.length - 1));
    }

    @Test
    void refusesFilesOfRandomBytes() throws IOException {
        byte[] saved = Blocks.saved(attention(false, DataType.FLOAT32));
        Random random = new Random(11);
        for (int i = 0; i < 50; i++) {
            byte[] noise = new byte[1000];
            random.nextBytes(noise);
            noise[0] = i % 2 == 0 ? noise[0] : saved[0];
            assertRefused(noise);
        }
    }

    @Test
    void refusesAFileWithADamagedArray() throws IOException {
        byte[] saved = Blocks.saved(attention(false, DataType.FLOAT32));
        int array = new String(saved, StandardCharsets.ISO_8859_1).indexOf("NDAR");
        saved[array]++;
        Attention attention = builder().build();
        assertThatThrownBy(() -> Blocks.load(attention, manager, saved))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageStartingWith("Cannot load ")
                .hasMessageEndingWith(": the file is damaged");
    }

    private void assertRefused(byte[] file) {
        Attention attention = builder().build();
        assertThatThrownBy(() -> Blocks.load(attention, manager, file))
                .isInstanceOfAny(MalformedModelException.class, IOException.class);
    }

    // Inputs that are wrong

    @Test
    void refusesAnInputOfAnotherEmbeddingSize() {
        NDArray x = manager.ones(new Shape(BATCH, LENGTH, EMBEDDING + 1));
        assertRefused("last axis of the input = 13, expected the embedding size 12", x);
        assertThatThrownBy(
                        () -> builder().build().initialize(manager, DataType.FLOAT32, x.getShape()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shape of the input = (2, 5, 13), expected (B, T, 12)");
    }

    @Test
    void refusesAnInputWithoutThreeAxes() {
        assertRefused(
                "queries (2, 12), keys (2, 12), values (2, 12), expected (B, T, E), (B, S, E), (B,"
                        + " S, E)",
                manager.ones(new Shape(BATCH, EMBEDDING)));
        assertRefused("queries ", manager.ones(new Shape(BATCH, 1, LENGTH, EMBEDDING)));
    }

    @Test
    void refusesAnEmptyInput() {
        assertRefused("queries (2, 0, 12)", manager.zeros(new Shape(BATCH, 0, EMBEDDING)));
        assertRefused("queries (0, 5, 12)", manager.zeros(new Shape(0, LENGTH, EMBEDDING)));
    }

    @Test
    void refusesKeysAndValuesThatDoNotFit() {
        NDArray x = input(DataType.FLOAT32, LENGTH);
        NDArray keys = input(DataType.FLOAT32, KEYS);
        assertRefused(
                "queries (2, 5, 12), keys (2, 7, 12), values (2, 5, 12), expected (B, T, E), (B, S,"
                        + " E), (B, S, E)",
                keys,
                x,
                x);
        assertRefused("queries (1, 5, 12), keys (2, 7, 12)", keys, x.get("0:1"), keys);
        assertRefused(
                "data types of keys and values = float64 and float64, expected that of the"
                        + " queries, float32",
                keys.toType(DataType.FLOAT64, false),
                x,
                keys.toType(DataType.FLOAT64, false));
    }

    @Test
    void refusesAMaskThatDoesNotFit() {
        NDArray x = input(DataType.FLOAT32, LENGTH);
        assertRefused(
                "shape of the mask = (2, 5, 4), expected (B, T, S) = (2, 5, 5), or four axes to"
                        + " add to the scores",
                x,
                manager.ones(new Shape(BATCH, LENGTH, LENGTH - 1)));
        assertRefused(
                "shape of the mask = (2, 1, 5, 4), expected four axes that broadcast to (B, H, T,"
                        + " S) = (2, ",
                x,
                manager.ones(new Shape(BATCH, 1, LENGTH, LENGTH - 1)));
        assertRefused(
                "data type of the mask = boolean, expected numbers, since a mask of four axes is"
                        + " added to the scores",
                x,
                manager.ones(new Shape(BATCH, 1, LENGTH, LENGTH), DataType.BOOLEAN));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5})
    void refusesAnotherNumberOfArrays(int count) {
        Attention attention = attention(false, DataType.FLOAT32);
        NDList inputs = new NDList();
        for (int i = 0; i < count; i++) {
            inputs.add(input(DataType.FLOAT32, LENGTH));
        }
        assertThatThrownBy(() -> attention.forward(Blocks.parameters(manager), inputs, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "attention takes [x], [x, mask], [keys, queries, values] or [keys, queries,"
                                + " values, mask], got "
                                + count
                                + " arrays");
        assertThatThrownBy(() -> attention.getOutputShapes(inputs.getShapes()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("number of input shapes = " + count + ", expected 1 to 4");
    }

    @Test
    void refusesMoreQueriesThanKeysInCausalAttention() {
        Attention attention = attention(true, DataType.FLOAT32);
        NDArray queries = input(DataType.FLOAT32, LENGTH);
        for (int count : new int[] {1, LENGTH - 1}) {
            NDArray keys = input(DataType.FLOAT32, count);
            assertIllegal(
                    "queries = 5, expected at most as many as keys ("
                            + count
                            + ") in causal attention",
                    () -> Blocks.infer(attention, keys, queries, keys));
        }
    }

    // Data types

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FLOAT64", "FLOAT16"})
    void runsInOtherFloatingPointTypes(DataType type) {
        Attention attention = attention(true, DataType.FLOAT32);
        Attention converted = attention(true, type);
        Blocks.copyParameters(attention, converted);
        NDArray x = input(DataType.FLOAT32, LENGTH);
        NDArray mask = randomMask(LENGTH, LENGTH);
        NDArray y = Blocks.infer(converted, x.toType(type, false), mask);
        assertThat(y.getDataType()).isEqualTo(type);
        assertThat(Blocks.distance(y, Blocks.infer(attention, x, mask)))
                .isLessThan(type == DataType.FLOAT16 ? 1e-2 : FLOAT32_TOLERANCE);
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"INT32", "INT64", "INT8", "UINT8", "BOOLEAN"})
    void refusesInputsThatAreNotFloatingPoint(DataType type) {
        assertRefused(
                "data type of the input = "
                        + type
                        + ", expected a floating-point type (float32, float64 or float16)",
                manager.ones(new Shape(BATCH, LENGTH, EMBEDDING), type));
    }

    private void assertRefused(String message, NDArray... inputs) {
        Attention attention = attention(false, DataType.FLOAT32);
        assertIllegal(message, () -> Blocks.infer(attention, inputs));
    }

    private static void assertIllegal(String message, ThrowingCallable callable) {
        assertThatThrownBy(callable)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    private NDArray continued(Attention attention, KeyValueCache cache, NDArray x) {
        AttentionInput input = AttentionInput.self(x).after(cache);
        return attention.attend(Blocks.parameters(manager), input, false);
    }

    private Attention attention(boolean causal, DataType type) {
        return initialized(builder().optCausal(causal).build(), type);
    }

    private Attention attentionDropout() {
        return initialized(builder().optAttentionDropout(DROPOUT).build(), DataType.FLOAT32);
    }

    private Attention outputDropout() {
        return initialized(builder().optOutputDropout(DROPOUT).build(), DataType.FLOAT32);
    }

    private Attention initialized(Attention attention, DataType type) {
        return Blocks.initialized(attention, manager, type, new Shape(1, 1, EMBEDDING));
    }

    private NDArray input(DataType type, long length) {
        return manager.randomNormal(new Shape(BATCH, length, EMBEDDING), type);
    }

    // Each query keeps its own position, and about half of the others.
    private NDArray randomMask(long queries, long keys) {
        NDArray kept = manager.randomUniform(0, 1, new Shape(BATCH, queries, keys)).gt(0.5);
        NDArray own = manager.eye((int) queries, (int) keys, 0, DataType.BOOLEAN);
        return kept.logicalOr(own).toType(DataType.FLOAT32, false);
    }
}
