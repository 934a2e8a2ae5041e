package io.github.sasblock.attention;

import io.github.sasblock.nn.Check;

/**
 * The options that all attentions have.
 *
 * @param <B> the type of the builder
 */
public abstract class AttentionBuilder<B extends AttentionBuilder<B>> {

    private long embeddingSize;
    private int headCount;
    private int headSize;
    private boolean bias = true;
    private float attentionDropout;
    private float outputDropout;
    private boolean causal;
    private double rotaryBase = RotaryEmbedding.DEFAULT_BASE;

    /** Creates a builder with the defaults. */
    protected AttentionBuilder() {}

    /**
     * Returns this builder.
     *
     * @return this, with its own type
     */
    protected abstract B self();

    /**
     * Builds the block.
     *
     * @return the block
     * @throws IllegalArgumentException if a value is missing or not valid
     */
    public abstract Attention build();

    /**
     * Sets the embedding size E, the last axis of input and output.
     *
     * @param embeddingSize at least 1
     * @return this builder
     */
    public B setEmbeddingSize(long embeddingSize) {
        this.embeddingSize = embeddingSize;
        return self();
    }

    /**
     * Sets the number of heads H.
     *
     * @param headCount at least 1
     * @return this builder
     */
    public B setHeadCount(int headCount) {
        this.headCount = headCount;
        return self();
    }

    /**
     * Sets the head size D. Defaults to E / H, which must then be whole.
     *
     * @param headSize at least 1
     * @return this builder
     */
    public B optHeadSize(int headSize) {
        Check.positive("head size D", headSize);
        this.headSize = headSize;
        return self();
    }

    /**
     * Sets whether the projections have biases. Defaults to true, as in DJL's block.
     *
     * @param bias whether queries, keys, values and the output have a bias
     * @return this builder
     */
    public B optBias(boolean bias) {
        this.bias = bias;
        return self();
    }

    /**
     * Sets the rate at which attention weights are dropped in training. Defaults to 0.
     *
     * @param rate at least 0 and less than 1
     * @return this builder
     */
    public B optAttentionDropout(float rate) {
        attentionDropout = rate;
        return self();
    }

    /**
     * Sets the rate at which the values of the output are dropped in training. Defaults to 0.
     *
     * @param rate at least 0 and less than 1
     * @return this builder
     */
    public B optOutputDropout(float rate) {
        outputDropout = rate;
        return self();
    }

    /**
     * Sets whether a position sees only itself and what is before it. Defaults to false, as in
     * DJL's block, where a mask says so.
     *
     * @param causal whether the attention is causal
     * @return this builder
     */
    public B optCausal(boolean causal) {
        this.causal = causal;
        return self();
    }

    /**
     * Sets the base of the rotary embedding, where there is one. Defaults to 10000.
     *
     * @param base positive
     * @return this builder
     */
    public B optRotaryBase(double base) {
        rotaryBase = base;
        return self();
    }

    /**
     * Returns the base of the rotary embedding.
     *
     * @return the base
     */
    protected double rotaryBase() {
        return rotaryBase;
    }

    /**
     * Checks and returns what was set.
     *
     * @return the settings
     * @throws IllegalArgumentException if a value is missing or not valid
     */
    protected AttentionSettings settings() {
        Check.positive("embedding size E", embeddingSize);
        Check.positive("head count H", headCount);
        if (headSize == 0) {
            Check.that(
                    embeddingSize % headCount == 0,
                    "embedding size E",
                    embeddingSize,
                    "a multiple of the head count H = " + headCount + ", or a head size D");
        }
        int size = headSize == 0 ? Math.toIntExact(embeddingSize / headCount) : headSize;
        return new AttentionSettings(
                embeddingSize, headCount, size, bias, attentionDropout, outputDropout, causal);
    }
}
