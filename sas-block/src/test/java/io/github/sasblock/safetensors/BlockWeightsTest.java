package io.github.sasblock.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.ParameterList;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockWeightsTest {

    private static final Shape INPUT = new Shape(2, 4);

    @TempDir Path folder;
    private NDManager manager;
    private Path file;

    @BeforeEach
    void openManager() {
        manager = NDManager.newBaseManager();
        file = folder.resolve("weights.safetensors");
    }

    @AfterEach
    void closeManager() {
        manager.close();
    }

    @Test
    void namesParametersByTheirPathWithoutNumbers() {
        Parent block = new Parent();
        block.add("queryProjection", linear(3));
        block.add("2dConvolution", linear(3));
        assertThat(BlockWeights.named(block).keySet())
                .containsExactly(
                        "queryProjection.weight",
                        "queryProjection.bias",
                        "2dConvolution.weight",
                        "2dConvolution.bias");
    }

    @Test
    void countsChildrenOfTheSameName() {
        Block block = mlp();
        assertThat(BlockWeights.named(block).keySet())
                .containsExactly(
                        "Linear.0.weight", "Linear.0.bias", "Linear.1.weight", "Linear.1.bias");
        assertThat(BlockWeights.named(block).values())
                .containsExactlyElementsOf(block.getParameters().values());
    }

    @Test
    void namesChildrenBeyondTheNinetyNinth() {
        SequentialBlock block = new SequentialBlock();
        for (int i = 0; i < 120; i++) {
            block.add(linear(1));
        }
        assertThat(BlockWeights.named(block)).hasSize(240).containsKey("Linear.119.weight");
    }

    @Test
    void namesAParameterInTwoPlacesOnce() {
        Parent block = new Parent();
        Linear shared = linear(3);
        block.add("embedding", shared);
        block.add("head", shared);
        assertThat(BlockWeights.named(block).keySet())
                .containsExactly("embedding.weight", "embedding.bias");
    }

    @Test
    void refusesNamesThatAreNotUnique() {
        Parent block = new Parent();
        block.add("layers", linear(3));
        block.add("layers", linear(3));
        block.add("layers.0", linear(3));
        assertThatThrownBy(() -> BlockWeights.named(block))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two parameters get the name layers.0.weight");
    }

    @Test
    void refusesABlockWithParametersOutsideItsChildren() {
        Block block =
                new Parent() {
                    @Override
                    public ParameterList getParameters() {
                        return linear(3).getParameters();
                    }
                };
        assertThatThrownBy(() -> BlockWeights.named(block))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has the parameter weight in getParameters(), expected it");
    }

    @Test
    void savesUnderTheseNames() throws IOException {
        BlockWeights.save(initialized(mlp()), file, Map.of("step", "7"));
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertThat(tensors.names())
                    .containsExactly(
                            "Linear.0.weight", "Linear.0.bias", "Linear.1.weight", "Linear.1.bias");
            assertThat(tensors.info("Linear.0.weight").shape()).isEqualTo(new Shape(3, 4));
            assertThat(tensors.metadata()).containsExactly(Map.entry("step", "7"));
        }
    }

    @Test
    void refusesToSaveWhatIsNotInitialized() {
        assertThatThrownBy(() -> BlockWeights.save(mlp(), file, Map.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Linear.0.weight, Linear.0.bias, Linear.1.weight");
        assertThat(file).doesNotExist();
    }

    @Test
    void loadsIntoAnInitializedBlock() throws IOException {
        Block saved = initialized(mlp());
        BlockWeights.save(saved, file, Map.of());
        Block loaded = initialized(mlp());
        assertThat(forward(loaded)).isNotEqualTo(forward(saved));
        BlockWeights.load(loaded, manager, file);
        assertThat(forward(loaded)).isEqualTo(forward(saved));
    }

    @Test
    void loadsIntoABlockThatIsNotInitialized() throws IOException {
        Block saved = initialized(mlp());
        BlockWeights.save(saved, file, Map.of());
        Block loaded = mlp();
        BlockWeights.load(loaded, manager, file);
        loaded.initialize(manager, DataType.FLOAT32, INPUT);
        assertThat(forward(loaded)).isEqualTo(forward(saved));
    }

    @Test
    void loadsIntoAParameterWithAShapeButNoArray() throws IOException {
        Linear saved = linear(3);
        saved.initialize(manager, DataType.FLOAT32, INPUT);
        BlockWeights.save(saved, file, Map.of());
        Linear loaded = linear(3);
        loaded.prepare(new Shape[] {INPUT});
        BlockWeights.load(loaded, manager, file);
        assertThat(loaded.getParameters().get("weight").getArray())
                .isEqualTo(saved.getParameters().get("weight").getArray());
        Linear other = linear(5);
        other.prepare(new Shape[] {INPUT});
        assertThatThrownBy(() -> BlockWeights.load(other, manager, file))
                .hasMessageContaining("weight has shape (3, 4), expected (5, 4)")
                .hasMessageContaining("bias has shape (3), expected (5)");
    }

    @Test
    void keepsTheArraysOfAnInitializedBlock() throws IOException {
        BlockWeights.save(initialized(mlp()), file, Map.of());
        Block block = initialized(mlp());
        Parameter frozen = block.getParameters().valueAt(0);
        frozen.freeze(true);
        List<NDArray> arrays = arrays(block);
        NDArray view = arrays.get(2).reshape(-1);
        int managed = manager.getManagedArrays().size();

        BlockWeights.load(block, manager, file);

        assertThat(manager.getManagedArrays()).hasSize(managed);
        assertThat(arrays(block))
                .usingElementComparator((a, b) -> a == b ? 0 : 1)
                .isEqualTo(arrays);
        assertThat(view).isEqualTo(arrays.get(2).reshape(-1));
        assertThat(arrays.get(0).hasGradient()).isFalse();
        assertThat(arrays.get(2).hasGradient()).isTrue();
    }

    @Test
    void attachesOneNewArrayAParameterToTheManager() throws IOException {
        BlockWeights.save(initialized(mlp()), file, Map.of());
        Block block = mlp();
        block.getParameters().valueAt(0).freeze(true);
        try (NDManager own = manager.newSubManager()) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                BlockWeights.load(block, own, file);
            }
            assertThat(own.getManagedArrays()).hasSize(4).containsAll(arrays(block));
            assertThat(arrays(block).get(0).hasGradient()).isFalse();
            assertThat(arrays(block).get(1).hasGradient()).isTrue();
        }
    }

    @Test
    void trainsOnLoadedWeights() throws IOException {
        BlockWeights.save(initialized(mlp()), file, Map.of());
        Block block = initialized(mlp());
        BlockWeights.load(block, manager, file);
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            NDArray y = output(block, true);
            collector.backward(y.square().sum());
        }
        try (NDArray gradient = arrays(block).get(3).getGradient()) {
            assertThat(gradient.norm().getFloat()).isPositive();
        }
    }

    @Test
    void convertsBetweenFloatingPointTypes() throws IOException {
        SafeTensorsWriter.write(
                file,
                tensors(
                        manager.create(new float[] {1e-8f, 0.1f, 1e6f, -3f}, new Shape(1, 4)),
                        manager.create(new double[] {1 / 3.0})),
                Map.of());
        Linear half = linear(1);
        half.initialize(manager, DataType.FLOAT16, INPUT);
        BlockWeights.load(half, manager, file);
        NDArray weight = half.getParameters().get("weight").getArray();
        assertThat(weight.getDataType()).isEqualTo(DataType.FLOAT16);
        assertThat(weight.toFloatArray())
                .containsExactly(0f, 0.099975586f, Float.POSITIVE_INFINITY, -3f);

        Linear uninitialized = linear(1);
        BlockWeights.load(uninitialized, manager, file);
        assertThat(uninitialized.getParameters().get("bias").getArray().getDataType())
                .isEqualTo(DataType.FLOAT64);
    }

    @Test
    void reportsEverythingThatDoesNotFitAndChangesNothing() throws IOException {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put("Linear.0.weight", manager.ones(new Shape(4, 3)));
        tensors.put("Linear.0.bias", manager.ones(new Shape(3), DataType.INT32));
        tensors.put("Linear.1.weight", manager.ones(new Shape(2, 3)));
        tensors.put("Linear.2.weight", manager.ones(new Shape(1)));
        SafeTensorsWriter.write(file, tensors, Map.of());
        Block block = initialized(mlp());
        List<float[]> before = values(block);

        assertThatThrownBy(() -> BlockWeights.load(block, manager, file))
                .isInstanceOf(SafeTensorsException.class)
                .hasMessage(
                        String.join(
                                "\n  ",
                                file + ": does not fit the block:",
                                "Linear.0.weight has shape (4, 3), expected (3, 4) of data type"
                                        + " float32",
                                "Linear.0.bias has dtype I32, expected (3) of data type float32",
                                "Linear.1.bias is missing, expected (2) of data type float32",
                                "Linear.2.weight is not a parameter of the block"));
        assertThat(values(block)).usingRecursiveComparison().isEqualTo(before);
    }

    @Test
    void changesNothingWhenATensorCannotBeRead() throws IOException {
        String header =
                "{\"weight\":{\"dtype\":\"F32\",\"shape\":[1,4],\"data_offsets\":[0,16]},"
                        + "\"bias\":{\"dtype\":\"I16\",\"shape\":[1],\"data_offsets\":[16,18]}}";
        Files.write(file, RawFile.bytes(header, 18));
        Linear block = linear(1);
        assertThatThrownBy(() -> BlockWeights.load(block, manager, file))
                .isInstanceOf(SafeTensorsException.class)
                .hasMessageContaining("bias has dtype I16, which DJL has no array for");
        assertThat(block.getParameters().values()).noneMatch(Parameter::isInitialized);
        assertThat(manager.getManagedArrays()).isEmpty();
    }

    @Test
    void loadsWhatMatches() throws IOException {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put("other", manager.ones(new Shape(1)));
        tensors.put("Linear.1.bias", manager.create(new float[] {5f, 6f}));
        SafeTensorsWriter.write(file, tensors, Map.of());
        Block block = initialized(mlp());
        List<float[]> before = values(block);

        BlockWeights.Unmatched unmatched = BlockWeights.loadMatching(block, manager, file);

        assertThat(unmatched.missing())
                .containsExactly("Linear.0.weight", "Linear.0.bias", "Linear.1.weight");
        assertThat(unmatched.unexpected()).containsExactly("other");
        before.set(3, new float[] {5f, 6f});
        assertThat(values(block)).usingRecursiveComparison().isEqualTo(before);
    }

    @Test
    void refusesToLeaveAParameterUninitialized() throws IOException {
        SafeTensorsWriter.write(file, Map.of("weight", manager.ones(new Shape(1, 4))), Map.of());
        Linear block = linear(1);
        assertThatThrownBy(() -> BlockWeights.loadMatching(block, manager, file))
                .isInstanceOf(SafeTensorsException.class)
                .hasMessageContaining("bias is missing, and not initialized in the block either");
        assertThat(block.getParameters().get("weight").isInitialized()).isFalse();
    }

    private static Linear linear(long units) {
        return Linear.builder().setUnits(units).build();
    }

    /** [B, 4] → [B, 3] → [B, 2]. */
    private static Block mlp() {
        return new SequentialBlock().add(linear(3)).add(Activation::relu).add(linear(2));
    }

    private Block initialized(Block block) {
        block.initialize(manager, DataType.FLOAT32, INPUT);
        block.getParameters()
                .values()
                .forEach(parameter -> parameter.getArray().set(random(parameter)));
        return block;
    }

    private float[] random(Parameter parameter) {
        return manager.randomUniform(0f, 1f, parameter.getShape()).toFloatArray();
    }

    private static Map<String, NDArray> tensors(NDArray weight, NDArray bias) {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put("weight", weight);
        tensors.put("bias", bias);
        return tensors;
    }

    private static List<NDArray> arrays(Block block) {
        return block.getParameters().values().stream().map(Parameter::getArray).toList();
    }

    private static List<float[]> values(Block block) {
        return new ArrayList<>(arrays(block).stream().map(NDArray::toFloatArray).toList());
    }

    private NDArray forward(Block block) {
        return output(block, false);
    }

    private NDArray output(Block block, boolean training) {
        ParameterStore store = new ParameterStore(manager, false);
        NDArray x = manager.arange(8f).reshape(INPUT); // [2, 4]
        return block.forward(store, new NDList(x), training).singletonOrThrow();
    }

    /** A block with children under names of one's choice. */
    private static class Parent extends AbstractBlock {

        void add(String name, Block child) {
            addChildBlock(name, child);
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore store,
                NDList inputs,
                boolean training,
                PairList<String, Object> params) {
            throw new UnsupportedOperationException("only its parameters are of interest");
        }

        @Override
        public Shape[] getOutputShapes(Shape[] inputShapes) {
            return inputShapes;
        }
    }
}
