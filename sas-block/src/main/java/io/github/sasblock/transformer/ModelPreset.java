package io.github.sasblock.transformer;

import io.github.sasblock.sas.SasSetting;
import java.util.function.IntFunction;

/** Sizes that have a name. */
public enum ModelPreset {
    /** For a first run of minutes on two cores. */
    TINY("tiny", 3, 96, 3, 128),
    /** For runs of tens of minutes on two cores; about a million parameters on bytes. */
    SMALL("small", 4, 128, 4, 256),
    /** The size of GPT-2 and of the paper's smallest models. */
    P125M("125m", 12, 768, 12, 512),
    /** 350 million parameters. */
    P350M("350m", 24, 1024, 16, 1024),
    /** 760 million parameters. */
    P760M("760m", 24, 1536, 16, 1024),
    /** 1.5 billion parameters. */
    P1_5B("1.5b", 48, 1600, 25, 1024);

    private final String label;
    private final int layerCount;
    private final int embeddingSize;
    private final int headCount;
    private final int contextLength;

    ModelPreset(String label, int layerCount, int embeddingSize, int headCount, int context) {
        this.label = label;
        this.layerCount = layerCount;
        this.embeddingSize = embeddingSize;
        this.headCount = headCount;
        this.contextLength = context;
    }

    /**
     * Returns the name, as one types it.
     *
     * @return for example 125m
     */
    public String label() {
        return label;
    }

    /**
     * Returns the number of decoder layers.
     *
     * @return layers
     */
    public int layerCount() {
        return layerCount;
    }

    /**
     * Returns the embedding size.
     *
     * @return E
     */
    public int embeddingSize() {
        return embeddingSize;
    }

    /**
     * Returns the number of heads.
     *
     * @return H
     */
    public int headCount() {
        return headCount;
    }

    /**
     * Returns the head size.
     *
     * @return D = E/H
     */
    public int headSize() {
        return embeddingSize / headCount;
    }

    /**
     * Returns the length of a training window.
     *
     * @return T in tokens
     */
    public int contextLength() {
        return contextLength;
    }

    /**
     * Returns multi-head attention at this size.
     *
     * @return MHA with H heads
     */
    public MultiHeadConfig multiHead() {
        return MultiHeadConfig.of(headCount, headCount, headSize());
    }

    /**
     * Returns Simulated Attention Score at this size.
     *
     * @return SAS in the form of {@link SasSetting#PAPER}, rotary embedding after the expansion
     */
    public SasConfig sas() {
        return SasConfig.of(SasSetting.PAPER.shape(headCount, headSize()));
    }

    /**
     * Returns an attention at this size, with heads by which a layer has the parameters of {@link
     * #multiHead()}'s ({@link MatchedSizes.Rule#HEADS}). Grouped-query attention has two key/value
     * heads; ranks are those of {@link MlaConfig#of}, {@link MfaConfig#of} and {@link
     * TpaConfig#of}.
     *
     * @param name one of {@link AttentionConfig#NAMES}
     * @return the attention, and the hidden size of the feed-forward network beside it
     * @throws IllegalArgumentException if there is no attention of this name
     */
    public MatchedSizes matched(String name) {
        int size = headSize();
        return switch (name) {
            case "mha" -> MatchedSizes.keepingHeads(embeddingSize, multiHead());
            case "gqa" -> byHeads(pairs -> MultiHeadConfig.of(2 * pairs, 2, size));
            case "mqa" -> byHeads(heads -> MultiHeadConfig.of(heads, 1, size));
            case "mla" -> byHeads(heads -> MlaConfig.of(embeddingSize, heads, size));
            case "mfa" -> byHeads(heads -> MfaConfig.of(embeddingSize, heads, 2 * size));
            case "tpa" -> byHeads(heads -> TpaConfig.of(embeddingSize, heads, size));
            case "tpa-kv" -> byHeads(heads -> TpaConfig.keyValueOnly(embeddingSize, heads, size));
            case "sas" -> MatchedSizes.keepingHeads(embeddingSize, sas());
            default ->
                    throw new IllegalArgumentException(
                            "attention = " + name + ", expected one of " + AttentionConfig.NAMES);
        };
    }

    private MatchedSizes byHeads(IntFunction<AttentionConfig> attentions) {
        return MatchedSizes.byHeads(embeddingSize, attentions);
    }
}
