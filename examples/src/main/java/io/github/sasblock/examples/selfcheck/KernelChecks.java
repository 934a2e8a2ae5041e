package io.github.sasblock.examples.selfcheck;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.sasblock.examples.train.InPlace;
import io.github.sasblock.kernel.Precision;
import io.github.sasblock.safetensors.BlockWeights;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import io.github.sasblock.transformer.AttentionConfig;
import io.github.sasblock.transformer.CausalLanguageModel;
import io.github.sasblock.transformer.DocumentMask;
import io.github.sasblock.transformer.LanguageModelConfig;
import io.github.sasblock.transformer.LanguageModelGradients;
import io.github.sasblock.transformer.MultiHeadConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares the fused loss and gradients of a whole model on a device with the plain ones in double
 * precision on the CPU.
 *
 * @param name what is checked
 * @param attention the attention of the model
 * @param documents which tokens see each other
 * @param precision the type of products and attention on the device
 * @param tolerance how far apart they may be where products are narrow, or 0 for the device's own
 */
record KernelChecks(
        String name,
        AttentionConfig attention,
        DocumentMask documents,
        Precision precision,
        double tolerance)
        implements SelfCheck {

    /** bfloat16 has 8 bits; errors of single products average out over a gradient. */
    private static final double BFLOAT16 = 5e-2;

    private static final int VOCABULARY = 320;
    private static final Shape TOKENS = new Shape(2, 80);
    private static final DocumentMask DOCUMENTS = new DocumentMask(37 * 21 % 256); // token 21

    static List<SelfCheck> all() {
        AttentionConfig mha = MultiHeadConfig.of(4, 4, 12);
        AttentionConfig gqa = MultiHeadConfig.of(4, 2, 12);
        AttentionConfig sas = AttentionChecks.sas(HeadExpansionKind.CONVOLUTION, 5);
        AttentionConfig mla = AttentionChecks.mla();
        return List.of(
                exact("gradients, MHA", mha, DocumentMask.NONE),
                exact("gradients, GQA", gqa, DocumentMask.NONE),
                exact("gradients, SAS", sas, DocumentMask.NONE),
                exact("gradients, MLA", mla, DocumentMask.NONE),
                exact("gradients, SAS, documents apart", sas, DOCUMENTS),
                exact("gradients, MLA, documents apart", mla, DOCUMENTS),
                narrow("gradients, MHA, bf16", mha),
                narrow("gradients, SAS, bf16", sas));
    }

    private static KernelChecks exact(
            String name, AttentionConfig attention, DocumentMask documents) {
        return new KernelChecks(name, attention, documents, Precision.FP32, 0);
    }

    private static KernelChecks narrow(String name, AttentionConfig attention) {
        return new KernelChecks(name, attention, DocumentMask.NONE, Precision.BF16, BFLOAT16);
    }

    @Override
    public Outcome run(Device device) {
        Engine.getInstance().setRandomSeed(5);
        try (NDManager cpu = NDManager.newBaseManager(Device.cpu());
                NDManager there = NDManager.newBaseManager(device)) {
            CausalLanguageModel initial = model(cpu, DataType.FLOAT32);
            Map<String, double[]> found = results(initial, there, DataType.FLOAT32, precision);
            Map<String, double[]> expected =
                    Results.ofPlainForm(
                            () -> results(initial, cpu, DataType.FLOAT64, Precision.FP32));
            return Results.compare(
                    expected, found, tolerance > 0 ? tolerance : Tolerance.of(device));
        }
    }

    private CausalLanguageModel model(NDManager manager, DataType type) {
        CausalLanguageModel model =
                new CausalLanguageModel(LanguageModelConfig.of(VOCABULARY, 48, 2, attention));
        model.initialize(manager, type, TOKENS);
        return model;
    }

    private Map<String, double[]> results(
            CausalLanguageModel initial, NDManager manager, DataType type, Precision narrow) {
        CausalLanguageModel copy = model(manager, type);
        Map<String, Parameter> values = BlockWeights.named(initial);
        Map<String, double[]> results = new LinkedHashMap<>();
        BlockWeights.named(copy)
                .forEach(
                        (name, parameter) ->
                                InPlace.copy(
                                        parameter.getArray(),
                                        ParityCheck.moved(
                                                values.get(name).getArray(), manager, type)));
        LanguageModelGradients.Settings settings =
                new LanguageModelGradients.Settings(narrow, false, documents);
        try (LanguageModelGradients gradients =
                new LanguageModelGradients(copy, manager, settings)) {
            double loss =
                    gradients.add(tokens(manager, 37), tokens(manager, 41), 1.0 / TOKENS.size());
            results.put("loss", new double[] {loss});
            List<NDArray> arrays = gradients.arrays();
            List<String> names = copy.getParameters().keys();
            for (int i = 0; i < names.size(); i++) {
                results.put("gradient of " + names.get(i), Results.doubles(arrays.get(i)));
            }
        }
        return results;
    }

    private static NDArray tokens(NDManager manager, int stride) {
        long[] tokens = new long[(int) TOKENS.size()];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (long) i * stride % 256;
        }
        return manager.create(tokens, TOKENS);
    }
}
