package io.github.sasblock.examples.train;

import io.github.sasblock.kernel.Kernels;
import io.github.sasblock.kernel.Precision;
import io.github.sasblock.sas.RotaryPlacement;
import io.github.sasblock.sas.SasShape;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import io.github.sasblock.transformer.AttentionConfig;
import io.github.sasblock.transformer.CausalLanguageModel;
import io.github.sasblock.transformer.LanguageModelConfig;
import io.github.sasblock.transformer.MultiHeadConfig;
import io.github.sasblock.transformer.SasConfig;

/**
 * The peak of memory of a training step, predicted from sizes: what the step makes resident above
 * what was there before the first, namely weights, the JVM and the engine.
 *
 * @param state bytes of the gradients of all workers and of the moments of AdamW, whose pages
 *     become resident when the first step writes to them
 * @param kept bytes that the forward pass keeps for the backward pass
 * @param working bytes of what exists for a moment, at the fullest moment
 */
public record MemoryEstimate(long state, long kept, long working) {

    /**
     * What the engine's threads and its matrix products keep for themselves. Measured, as is the
     * next: {@code bin/sas benchmark memory} shows both sides.
     */
    private static final long ENGINE = 22_000_000;

    /** What allocation leaves unused between arrays, as a share of them. */
    private static final double UNUSED = 0.15;

    private static final int MOMENTS = 2;
    private static final int FLOAT32 = 4;

    /** The elements of logits that the fused loss has at once; see cross_entropy in model.py. */
    private static final long CHUNK = 4_194_304;

    private static final long SMALLEST_CHUNK = 256;

    /**
     * Returns whether there is an estimate for an attention: for those whose derivative is by hand.
     *
     * @param attention the attention
     * @return whether it is MHA, GQA, MQA or SAS
     */
    public static boolean covers(AttentionConfig attention) {
        return attention instanceof SasConfig || attention instanceof MultiHeadConfig;
    }

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
        Sizes sizes = Sizes.of(config, length);
        long parameters = new CausalLanguageModel(config).counts().parameters();
        boolean plain = computation.kernels() == Kernels.Mode.PLAIN || config.dropout() > 0;
        int workers = plain ? 1 : Math.min(computation.threads(), microBatch);
        long tokens = (long) workers * Math.max(1, microBatch / workers) * length;
        long state = FLOAT32 * parameters * (workers + MOMENTS);
        return plain
                ? plain(sizes, config, tokens, state)
                : fused(sizes, config, tokens, workers, state, computation);
    }

    /**
     * Returns the whole, with what the engine and its allocation add.
     *
     * @return bytes above what is there before the first step
     */
    public long peak() {
        return ENGINE + Math.round((1 + UNUSED) * (state + kept + working));
    }

    /**
     * What the pairs in layers.py, attention.py and model.py have, named as there. Of all saved
     * lists the forward pass keeps, for each token and layer:
     *
     * <ul>
     *   <li>x and h, in float32, and n of both norms;
     *   <li>gate and up of the feed-forward network;
     *   <li>of the attention o, q, k, v, and the softmax p of the keys that a query sees;
     *   <li>where heads are expanded, the padded heads and relu(X₁) of query, key and value;
     *   <li>where features are expanded, X₂ and relu(Y₁) of query and key.
     * </ul>
     *
     * The fullest moment is that of the loss, or that of the last layer's backward pass: there the
     * gradients of q, k and v, and one expansion's, meet.
     */
    private static MemoryEstimate fused(
            Sizes s,
            LanguageModelConfig config,
            long tokens,
            int workers,
            long state,
            Computation computation) {
        int narrow = computation.precision() == Precision.FP32 ? FLOAT32 : 2;
        double scored = workers * (double) Math.min(tokens / workers, chunk(s.vocabulary));
        double loss = FLOAT32 * (2 * scored * s.vocabulary + 3.0 * tokens * s.embedding);
        double layer = tokens * (FLOAT32 * 2 * s.embedding + narrow * s.keptByFusedLayer());
        double backward = tokens * (FLOAT32 * 3 * s.embedding + narrow * s.workingOfFusedLayer());
        if (computation.recompute()) {
            double inputs = (double) FLOAT32 * config.layerCount() * tokens * s.embedding;
            double working = Math.max(loss, layer + backward);
            return new MemoryEstimate(state, Math.round(inputs), Math.round(working));
        }
        return new MemoryEstimate(
                state,
                Math.round(config.layerCount() * layer),
                Math.round(Math.max(loss, backward)));
    }

    private static long chunk(long vocabulary) {
        return Math.max(SMALLEST_CHUNK, CHUNK / vocabulary);
    }

    /**
     * The plain form keeps the result of every operation until the step's manager closes, and
     * scores of all keys, seen or not. The fullest moment is that of the softmax's gradient, or of
     * the logits'.
     */
    private static MemoryEstimate plain(
            Sizes s, LanguageModelConfig config, long tokens, long state) {
        double layer = s.plainLayer();
        double logits = 2.0 * s.vocabulary;
        double working = Math.max(2.0 * s.vocabulary, 2.0 * s.heads * s.length);
        return new MemoryEstimate(
                state,
                Math.round(FLOAT32 * tokens * (config.layerCount() * layer + logits)),
                Math.round(FLOAT32 * tokens * working));
    }

    /**
     * The sizes of a model in the letters of the kernels. For multi-head attention H′ = H and D′ =
     * D.
     */
    private record Sizes(
            long embedding,
            long hidden,
            long vocabulary,
            long length,
            long heads,
            long keyHeads,
            long valueHeads,
            long headSize,
            long scoreSize,
            long projected,
            long slots,
            long padding,
            boolean rotates,
            int headExpansions,
            boolean expandsFeatures) {

        static Sizes of(LanguageModelConfig config, int length) {
            if (config.attention() instanceof SasConfig sas) {
                SasShape shape = sas.shape();
                return new Sizes(
                        config.embeddingSize(),
                        config.hiddenSize(),
                        config.vocabularySize(),
                        length,
                        shape.simulatedHeadCount(),
                        shape.simulatedHeadCount(),
                        shape.attendedHeadCount(),
                        shape.headSize(),
                        shape.simulatedHeadSize(),
                        (long) shape.headCount() * shape.headSize(),
                        (long) shape.slotCount() * shape.headSize(),
                        shape.kernelSize() - 1L,
                        sas.rotary() != RotaryPlacement.NONE,
                        headExpansions(shape),
                        shape.expandFeatures());
            }
            MultiHeadConfig multiHead = (MultiHeadConfig) config.attention();
            return new Sizes(
                    config.embeddingSize(),
                    config.hiddenSize(),
                    config.vocabularySize(),
                    length,
                    multiHead.headCount(),
                    multiHead.keyValueHeadCount(),
                    multiHead.keyValueHeadCount(),
                    multiHead.headSize(),
                    multiHead.headSize(),
                    (long) multiHead.headCount() * multiHead.headSize(),
                    (long) multiHead.headCount() * multiHead.headSize(),
                    0,
                    multiHead.rotary(),
                    0,
                    false);
        }

        private static int headExpansions(SasShape shape) {
            if (shape.headExpansion() == HeadExpansionKind.NONE) {
                return 0;
            }
            return shape.expandValues() ? 3 : 2;
        }

        private double query() {
            return heads * (double) scoreSize;
        }

        private double key() {
            return keyHeads * (double) scoreSize;
        }

        private double value() {
            return valueHeads * (double) headSize;
        }

        /** Elements for each token, in the type of the products. */
        double keptByFusedLayer() {
            double block = Math.min(length, length <= 512 ? 64 : 128); // block_size
            double seen = (length + block) / 2;
            double attention =
                    slots // o
                            + query()
                            + key()
                            + value()
                            + heads * seen; // p
            double paddedShare = (headSize + padding) / (double) headSize;
            attention += headExpansions * (projected + heads * headSize) * paddedShare;
            if (expandsFeatures) {
                attention += 2 * heads * (double) (headSize + scoreSize);
            }
            return 2.0 * embedding + 2.0 * hidden + attention;
        }

        /** Elements for each token that exist while the layer's backward pass runs. */
        double workingOfFusedLayer() {
            double ofExpansion = 0;
            if (expandsFeatures) {
                ofExpansion = heads * (double) (headSize + scoreSize);
            }
            if (headExpansions > 0) {
                ofExpansion = Math.max(ofExpansion, heads * (double) (3 * headSize + padding));
            }
            double attention =
                    query() + key() + value() + Math.max(ofExpansion, heads * (double) headSize);
            return Math.max(attention, 3.0 * hidden);
        }

        /** Elements for each token, the results of all operations. */
        double plainLayer() {
            double norms = 6.0 * embedding;
            double residuals = 2.0 * embedding;
            double feedForward = 5.0 * hidden + embedding;
            double projections =
                    headExpansions > 0 || expandsFeatures
                            ? 3.0 * projected
                            : query() + key() + value();
            // what a matrix product copies side by side: query, key, value; and the scaled query
            double products = 2 * query() + key() + value();
            double scores = 3.0 * heads * length; // the product, masked, softmax
            double results = 2 * heads * (double) headSize + embedding;
            double expansions = 4.0 * headExpansions * heads * headSize;
            if (expandsFeatures) {
                expansions += 4 * (query() + key());
            }
            double rotations = rotates ? 4 * (query() + key()) : 0;
            double mean = headExpansions > 0 ? slots : 0;
            return norms
                    + residuals
                    + feedForward
                    + projections
                    + expansions
                    + rotations
                    + products
                    + scores
                    + results
                    + mean;
        }
    }
}
