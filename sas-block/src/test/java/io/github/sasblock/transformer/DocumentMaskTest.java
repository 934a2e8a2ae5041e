package io.github.sasblock.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.github.sasblock.kernel.Kernels;
import io.github.sasblock.kernel.Precision;
import io.github.sasblock.testing.Blocks;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DocumentMaskTest {

    private static final long END = 9;
    private static final DocumentMask DOCUMENTS = new DocumentMask(END);
    private final NDManager manager = NDManager.newBaseManager();
    private final ParameterStore store = Blocks.parameters(manager);

    @AfterEach
    void close() {
        Kernels.use(Kernels.Mode.FUSED);
        manager.close();
    }

    @Test
    void letsTokensOfADocumentSeeEachOther() {
        NDArray offsets = DOCUMENTS.offsets(tokens(5, END, 6, 7), DataType.FLOAT32).orElseThrow();
        float no = Float.NEGATIVE_INFINITY;
        assertThat(offsets.getShape()).isEqualTo(new Shape(1, 1, 4, 4));
        assertThat(offsets.toFloatArray())
                .containsExactly(0, 0, no, no, 0, 0, no, no, no, no, 0, 0, no, no, 0, 0);
    }

    @Test
    void isNothingForAWindowOfOneDocument() {
        assertThat(DOCUMENTS.offsets(tokens(5, 6, 7, END), DataType.FLOAT32)).isEmpty();
        assertThat(DOCUMENTS.offsets(tokens(END), DataType.FLOAT32)).isEmpty();
        assertThat(DocumentMask.NONE.offsets(tokens(5, END, 6), DataType.FLOAT32)).isEmpty();
    }

    @Test
    void leavesNoArrayBehind() {
        NDArray tokens = tokens(5, END, 6, 7);
        int before = manager.getManagedArrays().size();
        DOCUMENTS.offsets(tokens, DataType.FLOAT32).orElseThrow().close();
        assertThat(manager.getManagedArrays()).hasSize(before);
    }

    @ParameterizedTest
    @EnumSource(Kernels.Mode.class)
    void aDocumentIsPredictedAsIfItWereAlone(Kernels.Mode mode) {
        Kernels.use(mode);
        for (AttentionConfig attention : Configs.relative().toList()) {
            CausalLanguageModel model = model(attention);
            NDArray together = model.logits(store, tokens(1, 2, END, 4, 5, 6), DOCUMENTS, false);
            NDArray alone = model.logits(store, tokens(4, 5, 6), DocumentMask.NONE, false);
            NDArray second = together.get(new NDIndex(":, 3:"));
            assertThat(Blocks.distance(second, alone)).as(attention.name()).isLessThan(1e-12);
        }
    }

    @Test
    void withoutItOtherDocumentsCount() {
        CausalLanguageModel model = model(Configs.multiHead());
        NDArray together =
                model.logits(store, tokens(1, 2, END, 4, 5, 6), DocumentMask.NONE, false);
        NDArray alone = model.logits(store, tokens(4, 5, 6), DocumentMask.NONE, false);
        assertThat(Blocks.distance(together.get(new NDIndex(":, 3:")), alone)).isGreaterThan(1e-6);
    }

    @ParameterizedTest
    @EnumSource(Kernels.Mode.class)
    void theLossOfAWindowIsThatOfItsDocuments(Kernels.Mode mode) {
        Kernels.use(mode);
        for (AttentionConfig attention : Configs.relative().toList()) {
            CausalLanguageModel model = model(attention);
            double together = loss(model, tokens(1, 2, END, 4, 5), tokens(2, END, 4, 5, 6));
            double apart =
                    loss(model, tokens(1, 2, END), tokens(2, END, 4))
                            + loss(model, tokens(4, 5), tokens(5, 6));
            assertThat(Math.abs(together - apart)).as(attention.name()).isLessThan(1e-10);
        }
    }

    @Test
    void refusesWhatIsNoToken() {
        assertThatThrownBy(() -> new DocumentMask(-2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("endOfText = -2, expected a token, or -1 for no mask");
    }

    private double loss(CausalLanguageModel model, NDArray tokens, NDArray targets) {
        LanguageModelGradients.Settings settings =
                new LanguageModelGradients.Settings(Precision.FP32, false, DOCUMENTS);
        try (LanguageModelGradients gradients =
                new LanguageModelGradients(model, manager, settings)) {
            return gradients.add(tokens, targets, 1);
        }
    }

    private NDArray tokens(long... tokens) {
        return manager.create(tokens, new Shape(1, tokens.length));
    }

    private CausalLanguageModel model(AttentionConfig attention) {
        CausalLanguageModel model =
                new CausalLanguageModel(
                        new LanguageModelConfig(
                                10, Configs.EMBEDDING, 2, 17, attention, 0, true, true, 1e-6));
        model.initialize(manager, DataType.FLOAT64, new Shape(1, 4));
        return model;
    }
}
