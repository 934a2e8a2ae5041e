package io.github.sasblock;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.github.sasblock.attention.MultiHeadAttention;
import io.github.sasblock.safetensors.BlockWeights;
import io.github.sasblock.sas.SasAttention;
import io.github.sasblock.transformer.AttentionConfig;
import io.github.sasblock.transformer.CausalLanguageModel;
import io.github.sasblock.transformer.LanguageModelConfig;
import io.github.sasblock.transformer.MultiHeadConfig;
import java.io.IOException;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Our blocks in the place of the published ones: how their parameters are called and run. */
final class GoldenBlocks {

    private static final Map<String, String> MULTI_HEAD_NAMES =
            Map.of(
                    "c_q", "projection.query",
                    "c_k", "projection.key",
                    "c_v", "projection.value",
                    "c_proj", "output");

    private static final Map<String, String> SAS_PARTS =
            Map.of(
                    "0", "Heads.expansion",
                    "1.process", "Heads.residual",
                    "2", "Features.expansion",
                    "3.process", "Features.residual");

    private static final Map<String, String> FEED_FORWARD_NAMES =
            Map.of("c_fc1", "gate", "c_fc2", "up", "c_proj", "down");

    /** The reference's ε is float64's; the least that float32 knows changes as little. */
    private static final double REFERENCE_EPSILON = 2.2e-16;

    private GoldenBlocks() {}

    /**
     * The file begins at the projected heads: with the identity as projection, heads concatenated
     * are the block's inputs.
     */
    static GoldenCase.Errors sas(GoldenCase golden) throws IOException {
        int heads = golden.size("heads");
        int size = golden.size("head_dim");
        long embedding = (long) heads * size;
        Block block =
                SasAttention.builder()
                        .setEmbeddingSize(embedding)
                        .setHeadCount(heads)
                        .optHeadSize(size)
                        .optSimulatedHeadCount(golden.size("target_heads"))
                        .optSimulatedHeadSize(golden.size("target_head_dim"))
                        .optKernelSize(golden.size("kernel"))
                        .optCausal(golden.flag("causal"))
                        .build();
        golden.load(block, GoldenBlocks::sasName, new Shape(1, 1, embedding));
        NDArray identity = golden.manager().eye((int) embedding);
        NDArray zero = golden.manager().zeros(new Shape(embedding));
        for (String role : new String[] {"query", "key", "value"}) {
            var parameters = BlockWeights.named(block);
            GoldenCase.set(parameters.get("projection." + role + ".weight"), identity);
            GoldenCase.set(parameters.get("projection." + role + ".bias"), zero);
        }

        NDArray query = golden.input("query"); // [B, T, H, D]
        NDArray key = golden.input("key");
        NDArray value = golden.input("value");
        Shape flat = query.getShape().slice(0, 2).add(embedding);
        NDArray cotangent = golden.read("cotangent");
        golden.differentiate(
                () -> {
                    NDList inputs =
                            new NDList(key.reshape(flat), query.reshape(flat), value.reshape(flat));
                    NDArray y = block.forward(golden.parameters(), inputs, true).head();
                    golden.output("attention", y);
                    return y.mul(cotangent).sum();
                });
        golden.gradient("input.query", query);
        golden.gradient("input.key", key);
        golden.gradient("input.value", value);
        golden.gradients(block, GoldenBlocks::sasName);
        return golden.errors();
    }

    // sas_q.1.process.weight → expansion.queryHeads.residual.weight
    private static String sasName(String name) {
        if (name.startsWith("output_dense.")) {
            return name.replace("output_dense", "aggregation.projection");
        }
        String role =
                switch (name.charAt("sas_".length())) {
                    case 'q' -> "query";
                    case 'k' -> "key";
                    default -> "value";
                };
        int last = name.lastIndexOf('.');
        String part = SAS_PARTS.get(name.substring("sas_q.".length(), last));
        return "expansion." + role + part + name.substring(last);
    }

    static GoldenCase.Errors multiHead(GoldenCase golden) throws IOException {
        int heads = golden.size("n_head");
        Block block =
                MultiHeadAttention.builder()
                        .setEmbeddingSize(golden.size("n_embd"))
                        .setHeadCount(heads)
                        .optKeyValueHeadCount(heads / golden.size("group_size", 1))
                        .optHeadSize(golden.size("head_dim"))
                        .optBias(golden.flag("bias"))
                        .optRotary(true)
                        .optCausal(true)
                        .build();
        return attention(golden, block, renamed(MULTI_HEAD_NAMES));
    }

    private static GoldenCase.Errors attention(
            GoldenCase golden, Block block, UnaryOperator<String> ourName) throws IOException {
        NDArray x = golden.input("x");
        golden.load(block, ourName, x.getShape());
        NDArray cotangent = golden.read("cotangent");
        golden.differentiate(
                () -> {
                    NDArray y = block.forward(golden.parameters(), new NDList(x), true).head();
                    golden.output("y", y);
                    return y.mul(cotangent).sum();
                });
        golden.gradient("input.x", x);
        golden.gradients(block, ourName);
        return golden.errors();
    }

    static GoldenCase.Errors model(GoldenCase golden) throws IOException {
        int heads = golden.size("n_head");
        AttentionConfig attention =
                MultiHeadConfig.of(
                        heads, heads / golden.size("group_size", 1), golden.size("head_dim"));
        int embedding = golden.size("n_embd");
        CausalLanguageModel model =
                new CausalLanguageModel(
                        new LanguageModelConfig(
                                golden.size("vocab_size"),
                                embedding,
                                golden.size("n_layer"),
                                LanguageModelConfig.defaultHiddenSize(embedding),
                                attention,
                                0,
                                true,
                                false,
                                REFERENCE_EPSILON));
        NDArray tokens = golden.input("tokens"); // [B, T + 1]
        NDArray inputs = tokens.get(":, :-1");
        NDArray targets = tokens.get(":, 1:");
        golden.load(model, GoldenBlocks::modelName, inputs.getShape());
        golden.differentiate(
                () -> {
                    NDArray logits = model.logits(golden.parameters(), inputs, 0, true);
                    NDArray loss =
                            CausalLanguageModel.crossEntropySum(logits, targets)
                                    .div(targets.size());
                    golden.output("logits", logits);
                    golden.output("loss", loss);
                    return loss;
                });
        golden.gradients(model, GoldenBlocks::modelName);
        return golden.errors();
    }

    // transformer.h.0.attn.c_q.weight → layer0.attention.projection.query.weight
    private static String modelName(String name) {
        if (name.equals("transformer.wte.weight")) {
            return "embedding";
        }
        String[] parts = name.split("\\.");
        String layer = "layer" + parts[2];
        return parts[3].equals("attn")
                ? layer + ".attention." + MULTI_HEAD_NAMES.get(parts[4]) + "." + parts[5]
                : layer + ".feedForward." + FEED_FORWARD_NAMES.get(parts[4]) + "." + parts[5];
    }

    private static UnaryOperator<String> renamed(Map<String, String> names) {
        return name -> {
            int last = name.lastIndexOf('.');
            return names.get(name.substring(0, last)) + name.substring(last);
        };
    }
}
