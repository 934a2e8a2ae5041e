package io.github.sasblock.sas;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import io.github.sasblock.attention.Attention;
import io.github.sasblock.attention.MultiHeadAttention;
import io.github.sasblock.safetensors.BlockWeights;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import io.github.sasblock.testing.ArrayTest;
import io.github.sasblock.testing.Blocks;
import io.github.sasblock.testing.Descent;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Simulated Attention Score that begins as plain attention, and can leave it. */
class IdentityStartTest extends ArrayTest {

    private static final int EMBEDDING = 16;
    private static final int HEADS = 4;
    private static final int SIZE = 4;
    private static final Shape X = new Shape(2, 6, EMBEDDING);

    @ParameterizedTest
    @EnumSource(HeadExpansionKind.class)
    void isMultiHeadAttentionWhereNoHeadsAreAdded(HeadExpansionKind kind) {
        NDArray x = manager.randomNormal(X).mul(3);
        for (int simulatedSize : new int[] {SIZE, SIZE + 2}) {
            Attention sas =
                    initialized(
                            builder(SasInitialization.IDENTITY)
                                    .optHeadExpansion(kind)
                                    .optSimulatedHeadCount(HEADS)
                                    .optSimulatedHeadSize(simulatedSize));
            NDArray plain = Blocks.infer(multiHeadLike(sas), x);
            assertThat(Blocks.distance(Blocks.infer(sas, x), plain))
                    .as("D' = " + simulatedSize)
                    .isLessThan(1e-6);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = HeadExpansionKind.class,
            names = {"CONVOLUTION", "MLP"})
    void isNearMultiHeadAttentionWhereHeadsAndFeaturesAreAdded(HeadExpansionKind kind) {
        Attention sas = initialized(builder(SasInitialization.IDENTITY).optHeadExpansion(kind));
        Attention random = initialized(builder(SasInitialization.PYTORCH).optHeadExpansion(kind));
        NDArray x = manager.randomNormal(X);
        assertThat(distanceFromMultiHead(sas, x)).isLessThan(0.1);
        assertThat(distanceFromMultiHead(random, x)).isGreaterThan(0.5);
    }

    private double distanceFromMultiHead(Attention sas, NDArray x) {
        NDArray plain = Blocks.infer(multiHeadLike(sas), x);
        NDArray difference = Blocks.infer(sas, x).sub(plain);
        return Math.sqrt(difference.square().mean().getFloat() / plain.square().mean().getFloat());
    }

    @Test
    void everyParameterThatMattersGetsAGradient() {
        Attention sas = initialized(builder(SasInitialization.IDENTITY));
        NDArray x = manager.randomNormal(X);
        NDArray weights = manager.randomNormal(X);
        try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
            collector.backward(Blocks.forward(sas, true, x).mul(weights).sum());
        }
        BlockWeights.named(sas)
                .forEach(
                        (name, parameter) -> {
                            float largest = largest(parameter.getArray().getGradient());
                            if (isAddedToEveryKey(name)) {
                                assertThat(largest).as(name).isLessThan(1e-4f);
                            } else {
                                assertThat(largest).as(name).isGreaterThan(1e-4f);
                            }
                        });
    }

    // What is added to every key alike leaves the softmax as it was.
    private static boolean isAddedToEveryKey(String name) {
        return name.matches("projection\\.key\\.bias|expansion\\.key.*\\.bias");
    }

    @Test
    void copiesGrowApartAndNewFeaturesComeIntoUse() {
        Attention sas = initialized(builder(SasInitialization.IDENTITY));
        NDArray query = weight(sas, "queryFeatures"); // [D′, D]
        NDArray key = weight(sas, "keyFeatures");
        NDArray heads = weight(sas, "valueHeads"); // [H′, H, K]
        assertThat(largest(key.get("{}:", SIZE))).isZero();
        double apartAtFirst = apart(heads);

        NDArray x = manager.randomNormal(X);
        NDArray target = manager.randomNormal(X);
        Descent descent = new Descent(manager, sas, 0.01f);
        NDArray queryAtFirst = query.duplicate();
        for (int step = 0; step < 60; step++) {
            descent.step(any -> Blocks.forward(sas, true, x).sub(target).square().mean());
        }
        assertThat(largest(key.get("{}:", SIZE))).isGreaterThan(0.01f);
        assertThat(largest(query.sub(queryAtFirst).get("{}:", SIZE))).isGreaterThan(0.01f);
        assertThat(apart(heads)).isGreaterThan(1.5 * apartAtFirst);
    }

    // How far the second copy of the heads is from the first
    private static double apart(NDArray heads) {
        NDArray first = heads.get(":{}", HEADS);
        return Math.sqrt(
                heads.get("{}:{}", HEADS, 2 * HEADS).sub(first).square().mean().getFloat());
    }

    private static float largest(NDArray array) {
        return array.abs().max().getFloat();
    }

    private static NDArray weight(Attention sas, String part) {
        return BlockWeights.named(sas).get("expansion." + part + ".expansion.weight").getArray();
    }

    private Attention multiHeadLike(Attention sas) {
        Attention multiHead =
                Blocks.initialized(
                        MultiHeadAttention.builder()
                                .setEmbeddingSize(EMBEDDING)
                                .setHeadCount(HEADS)
                                .optHeadSize(SIZE)
                                .build(),
                        manager,
                        DataType.FLOAT32,
                        X);
        Map<String, Parameter> weights = BlockWeights.named(sas);
        BlockWeights.named(multiHead)
                .forEach(
                        (name, parameter) -> {
                            String theirs = name.replace("output.", "aggregation.projection.");
                            Blocks.set(parameter, weights.get(theirs).getArray());
                        });
        return multiHead;
    }

    private Attention initialized(SasAttention.Builder builder) {
        return Blocks.initialized(builder.build(), manager, DataType.FLOAT32, X);
    }

    private static SasAttention.Builder builder(SasInitialization initialization) {
        return SasAttention.builder()
                .setEmbeddingSize(EMBEDDING)
                .setHeadCount(HEADS)
                .optHeadSize(SIZE)
                .optInitialization(initialization);
    }
}
