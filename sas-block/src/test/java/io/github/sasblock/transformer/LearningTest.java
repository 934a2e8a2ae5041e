package io.github.sasblock.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.sas.CacheForm;
import io.github.sasblock.sas.RotaryPlacement;
import io.github.sasblock.testing.ArrayTest;
import io.github.sasblock.testing.Blocks;
import io.github.sasblock.testing.Descent;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Training a language model. */
class LearningTest extends ArrayTest {

    private static final int BATCH = 4;
    private static final int LENGTH = 12;

    static Stream<AttentionConfig> attentions() {
        return Stream.of(
                Configs.multiHead(),
                MlaConfig.of(Configs.EMBEDDING, 4, 6),
                TpaConfig.of(Configs.EMBEDDING, 4, 6),
                Configs.sas(RotaryPlacement.AFTER, CacheForm.COMPACT));
    }

    @ParameterizedTest
    @MethodSource("attentions")
    void learnsABatchByHeart(AttentionConfig attention) {
        Training training = new Training(manager, attention);
        float loss = training.step();
        int step = 0;
        while (loss >= 0.01f && step < 400) {
            loss = training.step();
            step++;
        }
        assertThat(loss).as("loss after %d steps", step).isLessThan(0.01f);
    }

    @ParameterizedTest
    @MethodSource("attentions")
    void aStepLeavesNoArraysBehind(AttentionConfig attention) {
        Training training = new Training(manager, attention);
        training.step(); // Adam makes its state
        int arrays = livingArrays();
        assertThat(arrays).isPositive();
        for (int step = 0; step < 60; step++) {
            training.step();
            assertThat(livingArrays()).isEqualTo(arrays);
        }
    }

    // Those of all managers, not of this test's alone
    private int livingArrays() {
        NDManager root = manager;
        while (root.getParentManager() != null && root.getParentManager() != root) {
            root = root.getParentManager();
        }
        return root.getManagedArrays().size();
    }

    /** Sequences of random tokens whose first ones differ, so that each can be foretold. */
    private static final class Training {

        private final CausalLanguageModel model;
        private final Descent descent;
        private final NDArray tokens;
        private final NDArray targets;

        Training(NDManager manager, AttentionConfig attention) {
            Shape shape = new Shape(BATCH, LENGTH);
            model =
                    Blocks.initialized(
                            new CausalLanguageModel(Configs.model(attention)),
                            manager,
                            DataType.FLOAT32,
                            shape);
            descent = new Descent(manager, model, 5e-3f);
            NDArray sequences =
                    manager.randomInteger(
                            0, Configs.VOCABULARY, new Shape(BATCH, LENGTH + 1), DataType.INT64);
            sequences.set(new NDIndex(":, 0"), manager.arange(BATCH).toType(DataType.INT64, false));
            tokens = sequences.get(":, :-1");
            targets = sequences.get(":, 1:");
        }

        float step() {
            return descent.step(
                    step -> {
                        NDArray x = tokens.duplicate();
                        x.attach(step);
                        NDArray logits = Blocks.forward(model, true, x);
                        return CausalLanguageModel.crossEntropySum(logits, targets)
                                .div(targets.size());
                    });
        }
    }
}
