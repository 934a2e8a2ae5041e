package io.github.sasblock;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.github.sasblock.attention.RotaryEmbedding;
import io.github.sasblock.safetensors.BlockWeights;
import io.github.sasblock.sas.SasAttention;
import io.github.sasblock.transformer.AttentionConfig;
import io.github.sasblock.transformer.CausalLanguageModel;
import io.github.sasblock.transformer.LanguageModelConfig;
import io.github.sasblock.transformer.MfaConfig;
import io.github.sasblock.transformer.MlaConfig;
import io.github.sasblock.transformer.MultiHeadConfig;
import io.github.sasblock.transformer.TpaConfig;
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

    private static final Map<String, String> LATENT_NAMES =
            Map.of(
                    "q_a_proj", "query.down",
                    "q_a_layernorm", "query.norm",
                    "q_b_proj", "query.up",
                    "kv_a_proj_with_mqa", "keyValueDown",
                    "kv_a_layernorm", "keyValueNorm",
                    "kv_b_proj", "keyValueUp",
                    "c_proj", "output");

    private static final Map<String, String> FACTORIZED_NAMES =
            Map.of(
                    "c_q", "query.down",
                    "q_layernorm", "query.norm",
                    "w_q", "query.up",
                    "c_k", "key",
                    "c_v", "value",
                    "c_proj", "output");

    private static final Map<String, String> TENSOR_PRODUCT_NAMES =
            Map.of(
                    "c_qkv.c_q", "query",
                    "c_qkv.W_A_q", "query.headFactor",
                    "c_qkv.W_B_q", "query.featureFactor",
                    "c_qkv.W_A_k", "key.headFactor",
                    "c_qkv.W_B_k", "key.featureFactor",
                    "c_qkv.W_A_v", "value.headFactor",
                    "c_qkv.W_B_v", "value.featureFactor",
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

    /** Runs a case of a kind. */
    static GoldenCase.Errors errors(String kind, GoldenCase golden) throws IOException {
        if (kind.equals("sas")) {
            return sas(golden);
        }
        String attention = kind.replaceFirst("^model-", "");
        AttentionConfig config = config(attention, golden);
        Map<String, String> names = names(attention);
        return kind.equals(attention)
                ? attention(golden, config, names)
                : model(golden, config, names);
    }

    private static AttentionConfig config(String kind, GoldenCase golden) {
        int heads = golden.size("n_head");
        int size = golden.size("head_dim");
        boolean bias = golden.flag("bias");
        double base = RotaryEmbedding.DEFAULT_BASE;
        return switch (kind) {
            case "mha", "gqa", "mqa" ->
                    new MultiHeadConfig(
                            heads, heads / golden.size("group_size", 1), size, bias, true, base);
            case "mla" ->
                    new MlaConfig(
                            heads,
                            size,
                            golden.size("qk_rope_head_dim"),
                            golden.size("v_head_dim"),
                            golden.size("q_lora_rank"),
                            golden.size("kv_lora_rank"),
                            bias,
                            base);
            case "mfa" -> new MfaConfig(heads, size, golden.size("share_q_dim"), bias, true, base);
            case "tpa" ->
                    new TpaConfig(
                            heads,
                            size,
                            golden.size("q_rank"),
                            golden.size("rank"),
                            bias,
                            true,
                            base);
            case "tpa-kvonly" ->
                    new TpaConfig(heads, size, 0, golden.size("rank"), bias, true, base);
            default -> throw new IllegalArgumentException("unknown kind " + kind);
        };
    }

    private static Map<String, String> names(String kind) {
        return switch (kind) {
            case "mla" -> LATENT_NAMES;
            case "mfa" -> FACTORIZED_NAMES;
            case "tpa", "tpa-kvonly" -> TENSOR_PRODUCT_NAMES;
            default -> MULTI_HEAD_NAMES;
        };
    }

    /**
     * The file begins at the projected heads: with the identity as projection, heads concatenated
     * are the block's inputs.
     */
    private static GoldenCase.Errors sas(GoldenCase golden) throws IOException {
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

    private static GoldenCase.Errors attention(
            GoldenCase golden, AttentionConfig config, Map<String, String> names)
            throws IOException {
        Block block = config.build(golden.size("n_embd"), 0);
        UnaryOperator<String> ourName = name -> renamed(names, name);
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

    private static GoldenCase.Errors model(
            GoldenCase golden, AttentionConfig attention, Map<String, String> names)
            throws IOException {
        UnaryOperator<String> ourName = name -> modelName(names, name);
        int embedding = golden.size("n_embd");
        CausalLanguageModel model =
                new CausalLanguageModel(
                        new LanguageModelConfig(
                                golden.size("vocab_size"),
                                embedding,
                                golden.size("n_layer"),
                                hiddenSize(golden),
                                attention,
                                0,
                                true,
                                false,
                                REFERENCE_EPSILON));
        NDArray tokens = golden.input("tokens"); // [B, T + 1]
        NDArray inputs = tokens.get(":, :-1");
        NDArray targets = tokens.get(":, 1:");
        golden.load(model, ourName, inputs.getShape());
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
        golden.gradients(model, ourName);
        return golden.errors();
    }

    private static int hiddenSize(GoldenCase golden) throws IOException {
        NDArray gate = golden.read("weight.transformer.h.0.mlp.c_fc1.weight"); // [hidden, E]
        return Math.toIntExact(gate.getShape().get(0));
    }

    // transformer.h.0.attn.c_q.weight → layer0.attention.projection.query.weight
    private static String modelName(Map<String, String> attentionNames, String name) {
        if (name.equals("transformer.wte.weight")) {
            return "embedding";
        }
        String[] parts = name.split("\\.", 5); // transformer, h, 0, attn, c_q.weight
        String layer = "layer" + parts[2];
        return parts[3].equals("attn")
                ? layer + ".attention." + renamed(attentionNames, parts[4])
                : layer + ".feedForward." + renamed(FEED_FORWARD_NAMES, parts[4]);
    }

    private static String renamed(Map<String, String> names, String name) {
        int last = name.lastIndexOf('.');
        return names.get(name.substring(0, last)) + name.substring(last);
    }
}
