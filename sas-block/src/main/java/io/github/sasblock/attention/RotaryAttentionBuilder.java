package io.github.sasblock.attention;

/**
 * The options of attentions whose whole heads can be rotated.
 *
 * @param <B> the type of the builder
 */
public abstract class RotaryAttentionBuilder<B extends RotaryAttentionBuilder<B>>
        extends AttentionBuilder<B> {

    private boolean isRotary;

    /** Creates a builder with the defaults. */
    protected RotaryAttentionBuilder() {}

    /**
     * Sets whether queries and keys are rotated by their positions. Defaults to false.
     *
     * @param rotary whether there is a rotary embedding; the head size must then be even
     * @return this builder
     */
    public B optRotary(boolean rotary) {
        isRotary = rotary;
        return self();
    }

    /** Returns the rotary embedding of heads of D features, or null where there is none. */
    RotaryEmbedding rotaryEmbedding(AttentionSettings settings) {
        return isRotary ? new RotaryEmbedding(settings.headSize(), rotaryBase()) : null;
    }
}
