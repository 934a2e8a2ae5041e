package io.github.sasblock.sas;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.sasblock.attention.Attention;
import io.github.sasblock.safetensors.BlockWeights;
import io.github.sasblock.sas.SasShape.Aggregation;
import io.github.sasblock.testing.ArrayTest;
import io.github.sasblock.testing.Blocks;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is left out of Simulated Attention Score is a special case of the whole. */
class SasAblationTest extends ArrayTest {

    private static final int EMBEDDING = 12;
    private static final int HEADS = 2;
    private static final int SIZE = 4;
    private static final int GROUPS = 3;
    private static final int KERNEL = 3;
    private static final Shape X = new Shape(2, 6, EMBEDDING);

    @ParameterizedTest
    @EnumSource(Aggregation.class)
    void sharedValuesAreThoseOfAnExpansionThatCopiesHeads(Aggregation aggregation) {
        Attention shared =
                initialized(builder().optExpandValues(false).optAggregation(aggregation));
        Attention whole = initialized(builder().optAggregation(aggregation));
        Map<String, Parameter> weights = BlockWeights.named(shared);
        BlockWeights.named(whole)
                .forEach(
                        (name, parameter) ->
                                Blocks.set(
                                        parameter,
                                        weights.containsKey(name)
                                                ? weights.get(name).getArray()
                                                : copying(name, parameter)));
        NDArray x = manager.randomNormal(X, DataType.FLOAT64);
        assertThat(Blocks.distance(Blocks.infer(shared, x), Blocks.infer(whole, x)))
                .isLessThan(1e-12);
    }

    // X₁ copies head h mod H to head h, and X₂ = X₁
    private NDArray copying(String name, Parameter parameter) {
        NDArray weight = manager.zeros(parameter.getArray().getShape(), DataType.FLOAT64);
        if (name.equals("expansion.valueHeads.expansion.weight")) { // [H′, H, K]
            for (int head = 0; head < GROUPS * HEADS; head++) {
                weight.set(new NDIndex("{}, {}, {}", head, head % HEADS, KERNEL / 2), 1.0);
            }
        }
        return weight;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void averagingIsConcatenationWithEqualWeightsForHeadsThatShareASlot(boolean expandValues) {
        Attention average = initialized(builder().optExpandValues(expandValues));
        Attention concatenation =
                initialized(
                        builder()
                                .optExpandValues(expandValues)
                                .optAggregation(Aggregation.CONCATENATION));
        Map<String, Parameter> weights = BlockWeights.named(average);
        BlockWeights.named(concatenation)
                .forEach(
                        (name, parameter) ->
                                Blocks.set(
                                        parameter,
                                        name.equals("aggregation.projection.weight")
                                                ? repeated(weights.get(name).getArray())
                                                : weights.get(name).getArray()));
        NDArray x = manager.randomNormal(X, DataType.FLOAT64);
        assertThat(Blocks.distance(Blocks.infer(average, x), Blocks.infer(concatenation, x)))
                .isLessThan(1e-12);
    }

    // [E, H·D] → [E, r·H·D]
    private static NDArray repeated(NDArray weight) {
        return weight.stopGradient().div(GROUPS).tile(new long[] {1, GROUPS});
    }

    private Attention initialized(SasAttention.Builder builder) {
        return Blocks.initialized(builder.build(), manager, DataType.FLOAT64, X);
    }

    private static SasAttention.Builder builder() {
        return SasAttention.builder()
                .setEmbeddingSize(EMBEDDING)
                .setHeadCount(HEADS)
                .optHeadSize(SIZE)
                .optSimulatedHeadCount(GROUPS * HEADS)
                .optKernelSize(KERNEL)
                .optCausal(true);
    }
}
