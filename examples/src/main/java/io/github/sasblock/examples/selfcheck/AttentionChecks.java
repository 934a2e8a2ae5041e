package io.github.sasblock.examples.selfcheck;

import ai.djl.ndarray.types.Shape;
import io.github.sasblock.sas.RotaryPlacement;
import io.github.sasblock.sas.SasShape;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import io.github.sasblock.transformer.AttentionConfig;
import io.github.sasblock.transformer.MfaConfig;
import io.github.sasblock.transformer.MlaConfig;
import io.github.sasblock.transformer.MultiHeadConfig;
import io.github.sasblock.transformer.SasConfig;
import io.github.sasblock.transformer.TpaConfig;
import java.util.List;

/** The attentions, causal and with their rotary embedding, as a language model has them. */
final class AttentionChecks {

    private static final int EMBEDDING = 48;
    private static final int HEADS = 4;
    private static final int SIZE = 12;

    private AttentionChecks() {}

    static List<SelfCheck> all() {
        return List.of(
                parity("MHA", MultiHeadConfig.of(HEADS, HEADS, SIZE)),
                parity("GQA", MultiHeadConfig.of(HEADS, 2, SIZE)),
                parity("MQA", MultiHeadConfig.of(HEADS, 1, SIZE)),
                parity("MLA", mla()),
                parity("MFA", mfa()),
                parity("TPA", tpa()),
                parity("TPA, keys and values", TpaConfig.keyValueOnly(EMBEDDING, HEADS, SIZE)),
                parity("SAS, convolution", sas(HeadExpansionKind.CONVOLUTION, 5)),
                parity("SAS, MLP", sas(HeadExpansionKind.MLP, 1)),
                parity("SAS, rotary before", rotaryBefore()),
                parity(
                        "SAS, values shared",
                        SasConfig.of(
                                sas(HeadExpansionKind.CONVOLUTION, 5).shape().withSharedValues())));
    }

    static AttentionConfig mla() {
        return MlaConfig.of(EMBEDDING, HEADS, SIZE);
    }

    static AttentionConfig mfa() {
        return MfaConfig.of(EMBEDDING, HEADS, SIZE);
    }

    static AttentionConfig tpa() {
        return TpaConfig.of(EMBEDDING, HEADS, SIZE);
    }

    private static SelfCheck parity(String name, AttentionConfig attention) {
        return new ParityCheck(
                name, () -> attention.build(EMBEDDING, 0), new Shape(2, 40, EMBEDDING));
    }

    static SasConfig sas(HeadExpansionKind kind, int kernelSize) {
        return SasConfig.of(
                new SasShape(HEADS, SIZE, 3 * HEADS, SIZE * 3 / 2, kind, kernelSize, true));
    }

    private static SasConfig rotaryBefore() {
        SasConfig usual = sas(HeadExpansionKind.CONVOLUTION, 5);
        return new SasConfig(
                usual.shape(),
                usual.bias(),
                RotaryPlacement.BEFORE,
                usual.rotaryBase(),
                usual.initialization(),
                usual.cacheForm());
    }
}
