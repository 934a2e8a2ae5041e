package io.github.sasblock.examples.selfcheck;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import io.github.sasblock.transformer.CausalLanguageModel;
import java.util.List;

/** The loss of a language model. */
final class LossChecks {

    private static final Shape LOGITS = new Shape(2, 24, 320); // [B, T, V]

    private LossChecks() {}

    static List<SelfCheck> all() {
        return List.of(new ParityCheck("cross-entropy", LossChecks::crossEntropy, LOGITS));
    }

    private static Block crossEntropy() {
        return new LambdaBlock(logits -> new NDList(loss(logits.singletonOrThrow()))) {
            @Override
            public Shape[] getOutputShapes(Shape[] inputShapes) {
                return new Shape[] {new Shape()};
            }
        };
    }

    private static NDArray loss(NDArray logits) {
        NDManager manager = logits.getManager();
        long tokens = LOGITS.get(0) * LOGITS.get(1);
        NDArray targets =
                manager.arange((int) tokens)
                        .mul(37)
                        .mod(LOGITS.get(2))
                        .toType(DataType.INT64, false)
                        .reshape(LOGITS.get(0), LOGITS.get(1));
        return CausalLanguageModel.crossEntropySum(logits, targets);
    }
}
