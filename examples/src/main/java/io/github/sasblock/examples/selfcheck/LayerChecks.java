package io.github.sasblock.examples.selfcheck;

import ai.djl.ndarray.types.Shape;
import io.github.sasblock.nn.RmsNorm;
import io.github.sasblock.transformer.SwiGlu;
import java.util.List;

/** The parts of a decoder layer around the attention. */
final class LayerChecks {

    private static final Shape INPUT = new Shape(2, 24, 48); // [B, T, E]

    private LayerChecks() {}

    static List<SelfCheck> all() {
        return List.of(
                new ParityCheck("RMSNorm", () -> RmsNorm.builder().setSize(48).build(), INPUT),
                new ParityCheck("SwiGLU", () -> new SwiGlu(48, 128), INPUT));
    }
}
