package io.github.sasblock.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.attention.KeyValueCache;
import io.github.sasblock.testing.ArrayTest;
import io.github.sasblock.testing.Blocks;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A language model's text in pieces, however it is cut, against one pass over all of it. */
class DecodingTest extends ArrayTest {

    private static final int BATCH = 2;
    private static final int LENGTH = 24;

    /** Lengths of pieces, 24 tokens altogether: all at once, single steps, chunks, and mixtures. */
    private static final List<List<Integer>> CUTS =
            List.of(
                    List.of(LENGTH),
                    Stream.generate(() -> 1).limit(LENGTH).toList(),
                    List.of(8, 8, 8),
                    List.of(16, 1, 1, 1, 1, 1, 1, 1, 1),
                    List.of(1, 7, 1, 1, 10, 3, 1));

    static Stream<Arguments> attentionsAndCuts() {
        return Configs.attentions()
                .flatMap(attention -> CUTS.stream().map(cut -> Arguments.of(attention, cut)));
    }

    @ParameterizedTest
    @MethodSource("attentionsAndCuts")
    void piecesGiveTheLogitsOfTheFullPass(AttentionConfig attention, List<Integer> cut) {
        CausalLanguageModel model = model(attention);
        NDArray tokens =
                manager.randomInteger(
                        0, Configs.VOCABULARY, new Shape(BATCH, LENGTH), DataType.INT64);
        NDArray full = Blocks.infer(model, tokens);
        List<KeyValueCache> caches = model.newCaches(manager);
        int start = 0;
        for (int length : cut) {
            NDIndex piece = new NDIndex(":, {}:{}", start, start + length);
            try (NDManager step = manager.newSubManager()) {
                NDArray next = tokens.get(piece);
                next.attach(step);
                NDArray logits = model.continuedLogits(Blocks.parameters(step), next, caches);
                assertThat(Blocks.distance(logits, full.get(piece)))
                        .as("error from position " + start)
                        .isLessThan(1e-5);
            }
            start += length;
        }
        assertThat(caches).allSatisfy(cache -> assertThat(cache.length()).isEqualTo(LENGTH));
        caches.forEach(KeyValueCache::close);
    }

    private CausalLanguageModel model(AttentionConfig attention) {
        return Blocks.initialized(
                new CausalLanguageModel(Configs.model(attention)),
                manager,
                DataType.FLOAT32,
                new Shape(BATCH, LENGTH));
    }
}
