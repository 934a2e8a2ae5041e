package io.github.sasblock.transformer;

import io.github.sasblock.nn.Check;
import java.util.Locale;
import java.util.function.IntFunction;

/**
 * The sizes of a decoder layer with some attention, chosen so that attention and feed-forward
 * network together have as many parameters as those of the layer with multi-head attention: 4E²,
 * and biases, and a feed-forward network of hidden size ⌊8E/3⌋. Norms are left out; every attention
 * has the same two.
 *
 * <p>Fewer key/value heads, latents and factors save parameters in an attention. Which sizes are to
 * be compared then depends on where the savings are spent: on heads ({@link Rule#HEADS}, as the
 * authors of Tensor Product Attention do, arXiv 2501.06425) or on the feed-forward network ({@link
 * Rule#FEED_FORWARD}).
 *
 * @param rule where parameters that an attention saves are spent
 * @param embeddingSize E
 * @param attention the attention
 * @param hiddenSize the hidden size of the feed-forward network
 */
public record MatchedSizes(
        Rule rule, int embeddingSize, AttentionConfig attention, int hiddenSize) {

    /** By how much of multi-head attention's layer a matched layer may differ: 1 %. */
    public static final double TOLERANCE = 0.01;

    /** Where the parameters that an attention saves are spent. */
    public enum Rule {
        /**
         * On heads: as many as match multi-head attention's layer exactly, or, where none do, the
         * most with which the layer has at most 1 % more parameters. Where even those leave it more
         * than 1 % away, as at small sizes, the hidden size of the feed-forward network makes up
         * the rest. Simulated Attention Score keeps the heads of multi-head attention.
         */
        HEADS,
        /** On the feed-forward network, whose hidden size makes up for the attention. */
        FEED_FORWARD,
        /** On nothing: sizes are as they were given. */
        NONE;

        /**
         * Returns the name of the rule, as one types it.
         *
         * @return heads, feed-forward or none
         */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * Checks the values.
     *
     * @param rule where parameters that an attention saves are spent
     * @param embeddingSize E
     * @param attention the attention
     * @param hiddenSize the hidden size of the feed-forward network
     * @throws IllegalArgumentException if a value is not valid
     */
    public MatchedSizes {
        Check.that(rule != null, "rule", rule, "one of heads, feed-forward and none");
        Check.that(attention != null, "attention", attention, "a configuration");
        Check.positive("embedding size E", embeddingSize);
        Check.positive("hidden size", hiddenSize);
    }

    /**
     * Returns sizes as they were given.
     *
     * @param embeddingSize E
     * @param attention the attention
     * @param hiddenSize the hidden size of the feed-forward network
     * @return these sizes
     */
    public static MatchedSizes asGiven(
            int embeddingSize, AttentionConfig attention, int hiddenSize) {
        return new MatchedSizes(Rule.NONE, embeddingSize, attention, hiddenSize);
    }

    /**
     * Matches a layer by {@link Rule#HEADS}.
     *
     * @param embeddingSize E
     * @param attentions the attention of each size 1, 2, 3 …: its number of heads, or of groups of
     *     heads; parameters must grow with it
     * @return the matched sizes
     * @throws IllegalArgumentException if the attentions cannot be built
     */
    public static MatchedSizes byHeads(int embeddingSize, IntFunction<AttentionConfig> attentions) {
        MatchedSizes best = withUsualHiddenSize(Rule.HEADS, embeddingSize, attentions.apply(1));
        MatchedSizes next = best;
        for (int size = 2; next.excess() <= TOLERANCE; size++) {
            best = next;
            if (best.excess() == 0) {
                return best;
            }
            next = withUsualHiddenSize(Rule.HEADS, embeddingSize, attentions.apply(size));
        }
        return best.isMatched() ? best : best.withMatchedHiddenSize();
    }

    /**
     * Matches a layer whose heads are multi-head attention's, as those of Simulated Attention Score
     * are: the hidden size changes only where the layer would be more than 1 % away.
     *
     * @param embeddingSize E
     * @param attention the attention
     * @return the matched sizes, by {@link Rule#HEADS}
     * @throws IllegalArgumentException if the attention cannot be built
     */
    public static MatchedSizes keepingHeads(int embeddingSize, AttentionConfig attention) {
        MatchedSizes usual = withUsualHiddenSize(Rule.HEADS, embeddingSize, attention);
        return usual.isMatched() ? usual : usual.withMatchedHiddenSize();
    }

    /**
     * Matches a layer by {@link Rule#FEED_FORWARD}.
     *
     * @param embeddingSize E
     * @param attention the attention
     * @return the matched sizes
     * @throws IllegalArgumentException if the attention cannot be built
     */
    public static MatchedSizes byFeedForward(int embeddingSize, AttentionConfig attention) {
        return withUsualHiddenSize(Rule.FEED_FORWARD, embeddingSize, attention)
                .withMatchedHiddenSize();
    }

    private static MatchedSizes withUsualHiddenSize(
            Rule rule, int embeddingSize, AttentionConfig attention) {
        int hiddenSize = LanguageModelConfig.defaultHiddenSize(embeddingSize);
        return new MatchedSizes(rule, embeddingSize, attention, hiddenSize);
    }

    // To the nearest; at least 1, which isMatched() then tells apart
    private MatchedSizes withMatchedHiddenSize() {
        double perUnit = 3.0 * embeddingSize;
        long missing = Math.round((multiHeadParameters() - parameters()) / perUnit);
        int matched = Math.toIntExact(Math.max(1, hiddenSize + missing));
        return new MatchedSizes(rule, embeddingSize, attention, matched);
    }

    /**
     * Returns the parameters of attention and feed-forward network of a layer.
     *
     * @return their number
     */
    public long parameters() {
        return attention.build(embeddingSize, 0).counts().parameters()
                + new SwiGlu(embeddingSize, hiddenSize).parameterCount();
    }

    /**
     * Returns the parameters of the layer with multi-head attention that is matched.
     *
     * @return 4E² + 3E·⌊8E/3⌋, and 4E with biases
     */
    public long multiHeadParameters() {
        long size = embeddingSize;
        int usual = LanguageModelConfig.defaultHiddenSize(embeddingSize);
        return 4 * size * (attention.bias() ? size + 1 : size)
                + new SwiGlu(size, usual).parameterCount();
    }

    /**
     * Returns the parameters of the layer as a share of those of multi-head attention's.
     *
     * @return 1 where they are equal
     */
    public double share() {
        return (double) parameters() / multiHeadParameters();
    }

    private double excess() {
        return share() - 1;
    }

    /**
     * Returns whether the parameters of the layer are within 1 % of those of multi-head
     * attention's.
     *
     * @return whether they are
     */
    public boolean isMatched() {
        return Math.abs(excess()) <= TOLERANCE;
    }

    /**
     * Says what the rule did.
     *
     * @return a sentence without its full stop, such as: 34 heads, the most with which attention
     *     and feed-forward have at most 1 % more parameters than MHA's
     */
    public String sentence() {
        return switch (rule) {
            case NONE -> "sizes as given, not matched";
            case FEED_FORWARD -> attention.headCount() + " heads as given" + hiddenSizeClause();
            case HEADS -> headsClause() + (isUsualHiddenSize() ? "" : hiddenSizeClause());
        };
    }

    private String headsClause() {
        String heads = attention.headCount() + (attention.headCount() == 1 ? " head" : " heads");
        if (attention instanceof SasConfig || attention.name().equals("mha")) {
            return heads + ", as multi-head attention has";
        }
        return parameters() == multiHeadParameters() && isUsualHiddenSize()
                ? heads + ", with which attention and feed-forward have exactly MHA's parameters"
                : heads
                        + ", the most with which attention and feed-forward have at most 1 % more"
                        + " parameters than MHA's";
    }

    private String hiddenSizeClause() {
        int usual = LanguageModelConfig.defaultHiddenSize(embeddingSize);
        return ", and a feed-forward network of "
                + hiddenSize
                + " instead of "
                + usual
                + ", to have MHA's parameters";
    }

    private boolean isUsualHiddenSize() {
        return hiddenSize == LanguageModelConfig.defaultHiddenSize(embeddingSize);
    }
}
