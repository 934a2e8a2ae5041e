package io.github.sasblock.examples.train;

import io.github.sasblock.kernel.Kernels;
import io.github.sasblock.kernel.Precision;
import io.github.sasblock.transformer.CausalLanguageModel;
import io.github.sasblock.transformer.LanguageModelConfig;

/**
 * The peak of memory of a training step, predicted from sizes: what the step makes resident above
 * what was there before the first, namely weights, the JVM and the engine.
 *
 * @param state bytes of the gradients of all workers and of the moments of AdamW, whose pages
 *     become resident when the first step writes to them
 * @param kept bytes that the forward pass keeps for the backward pass
 * @param working bytes of what exists for a moment, at the fullest moment
 * @param unused bytes that the allocator holds besides, in gaps that no array fits
 */
public record MemoryEstimate(long state, long kept, long working, long unused) {

    /**
     * What the engine's threads and its matrix products keep for themselves, and what of the huge
     * pages of two threads is not used. Measured, as are the shares below: {@code bin/sas benchmark
     * memory} shows both sides.
     */
    private static final long ENGINE = 37_000_000;

    /** The share that is unused beside what is kept: such arrays lie one after the other. */
    private static final double UNUSED_BESIDE_KEPT = 0.24;

    /** Beside what is made and freed all the time, in many sizes. */
    private static final double UNUSED_BESIDE_WORKING = 0.46;

    /** The same where autograd decides when an array is freed. */
    private static final double UNUSED_BESIDE_AUTOGRAD = 0.65;

    /** The two in the plain form, which frees nothing until the step is done. */
    private static final double PLAIN_UNUSED_BESIDE_KEPT = 0.09;

    private static final double PLAIN_UNUSED_BESIDE_WORKING = 0.7;

    /** The share of the weights laid out that does not lie where a step before had others. */
    private static final double LAID_OUT_ANEW = 0.5;

    private static final int MOMENTS = 2;
    private static final int FLOAT32 = 4;

    /** The elements of logits that the fused loss has at once; see cross_entropy in model.py. */
    private static final long CHUNK = 4_194_304;

    private static final long SMALLEST_CHUNK = 256;

    /**
     * Predicts the peak.
     *
     * @param config the model
     * @param length T
     * @param microBatch windows in memory at once, over all threads
     * @param computation how the step is computed
     * @return the estimate
     */
    public static MemoryEstimate of(
            LanguageModelConfig config, int length, int microBatch, Computation computation) {
        CausalLanguageModel model = new CausalLanguageModel(config);
        boolean plain = computation.kernels() == Kernels.Mode.PLAIN || config.dropout() > 0;
        int workers = plain ? 1 : Math.min(computation.threads(), microBatch);
        int most = Math.max(1, microBatch / workers);
        int windows =
                workers == 1
                        ? most
                        : WorkingSet.windows(model.counts().attentionLayer(), length, most);
        long tokens = (long) workers * windows * length;
        long state = FLOAT32 * model.counts().parameters() * (workers + MOMENTS);
        AttentionMemory attention =
                AttentionMemory.of(config.attention(), config.embeddingSize(), length);
        return plain
                ? plain(attention, config, tokens, state)
                : fused(attention, config, tokens, workers, state, computation)
                        .withWorking(
                                attention.byAutograd() ? 0 : laidOut(model, workers, computation));
    }

    /** The weights of the attentions and their gradients as the passes of each worker want them. */
    private static long laidOut(CausalLanguageModel model, int workers, Computation computation) {
        int narrow = computation.precision() == Precision.FP32 ? FLOAT32 : 2;
        double bytes = (double) workers * (FLOAT32 + narrow) * model.counts().attention();
        return Math.round(LAID_OUT_ANEW * bytes);
    }

    private MemoryEstimate withWorking(long more) {
        return new MemoryEstimate(state, kept, working + more, unused);
    }

    /**
     * Returns the whole, with what the engine adds.
     *
     * @return bytes above what is there before the first step
     */
    public long peak() {
        return ENGINE + state + kept + working + unused;
    }

    /**
     * What the pairs in layers.py and model.py have, named as there. Of all saved lists the forward
     * pass keeps, for each token and layer, x and h, in float32; n of both norms; gate and up of
     * the feed-forward network; and what the attention keeps. The fullest moment is that of the
     * loss, or that of the last layer's backward pass.
     */
    private static MemoryEstimate fused(
            AttentionMemory attention,
            LanguageModelConfig config,
            long tokens,
            int workers,
            long state,
            Computation computation) {
        int narrow = computation.precision() == Precision.FP32 ? FLOAT32 : 2;
        double embedding = config.embeddingSize();
        double hidden = config.hiddenSize();
        double scored = workers * (double) Math.min(tokens / workers, chunk(config));
        double loss = FLOAT32 * (2 * scored * config.vocabularySize() + 3.0 * tokens * embedding);
        double kept = 2 * embedding + 2 * hidden + attention.kept();
        double layer = tokens * (FLOAT32 * 2 * embedding + narrow * kept);
        double working = Math.max(attention.working(), 3 * hidden);
        double backward = tokens * (FLOAT32 * 3 * embedding + narrow * working);
        double unused = attention.byAutograd() ? UNUSED_BESIDE_AUTOGRAD : UNUSED_BESIDE_WORKING;
        if (computation.recompute()) {
            double inputs = FLOAT32 * config.layerCount() * tokens * embedding;
            return withUnused(
                    state, inputs, UNUSED_BESIDE_KEPT, Math.max(loss, layer + backward), unused);
        }
        return withUnused(
                state,
                config.layerCount() * layer,
                UNUSED_BESIDE_KEPT,
                Math.max(loss, backward),
                unused);
    }

    private static MemoryEstimate withUnused(
            long state, double kept, double besideKept, double working, double besideWorking) {
        return new MemoryEstimate(
                state,
                Math.round(kept),
                Math.round(working),
                Math.round(besideKept * kept + besideWorking * working));
    }

    private static long chunk(LanguageModelConfig config) {
        return Math.max(SMALLEST_CHUNK, CHUNK / config.vocabularySize());
    }

    /**
     * The plain form keeps the result of every operation until the step's manager closes, and
     * scores of all keys, seen or not. The fullest moment is that of the softmax's gradient, or of
     * the logits'.
     */
    private static MemoryEstimate plain(
            AttentionMemory attention, LanguageModelConfig config, long tokens, long state) {
        double embedding = config.embeddingSize();
        double norms = 2 * AttentionMemory.PLAIN_NORM * embedding;
        double residuals = 2 * embedding;
        double feedForward = 5.0 * config.hiddenSize() + embedding;
        double layer = norms + residuals + feedForward + attention.plain();
        double logits = 2.0 * config.vocabularySize();
        double working = 2 * Math.max(config.vocabularySize(), attention.scores());
        return withUnused(
                state,
                FLOAT32 * tokens * (config.layerCount() * layer + logits),
                PLAIN_UNUSED_BESIDE_KEPT,
                FLOAT32 * tokens * working,
                PLAIN_UNUSED_BESIDE_WORKING);
    }
}
