package io.github.sasblock.transformer;

import io.github.sasblock.attention.AttentionCounts;

/**
 * What a causal language model costs, counted from its configuration.
 *
 * @param embedding parameters of the embedding
 * @param attention parameters of all attentions
 * @param feedForward parameters of all feed-forward networks
 * @param norms parameters of all norms
 * @param output parameters of the output projection, 0 if it is tied to the embedding
 * @param layerCount the number of decoder layers
 * @param attentionLayer the counts of one attention
 * @param logitMultiplyAdds multiply-adds per token of the output projection, E·V
 */
public record ModelCounts(
        long embedding,
        long attention,
        long feedForward,
        long norms,
        long output,
        int layerCount,
        AttentionCounts attentionLayer,
        long logitMultiplyAdds) {

    private static final double OPERATIONS_PER_MULTIPLY_ADD = 2;
    private static final double TRAINING_PASSES = 3;

    /**
     * Returns the number of parameters of the model.
     *
     * @return the sum of the parts
     */
    public long parameters() {
        return embedding + attention + feedForward + norms + output;
    }

    /**
     * Returns the operations of the forward pass per token: matrix products and convolutions, a
     * multiply-add counted as two.
     *
     * @param length the sequence length T
     * @return operations per token
     */
    public double forwardOperationsPerToken(long length) {
        double perLayer = attentionLayer.multiplyAddsPerToken(length, true);
        return OPERATIONS_PER_MULTIPLY_ADD
                * (layerCount * perLayer + feedForward + logitMultiplyAdds);
    }

    /**
     * Returns the operations of a training step per token: the forward pass and twice as much for
     * the gradients of inputs and weights.
     *
     * @param length the sequence length T
     * @return operations per token
     */
    public double trainingOperationsPerToken(long length) {
        return TRAINING_PASSES * forwardOperationsPerToken(length);
    }

    /**
     * Returns the size of the key/value cache.
     *
     * @param bytesPerElement 4 for float32, 2 for bfloat16
     * @return bytes per token, all layers together
     */
    public long cacheBytesPerToken(int bytesPerElement) {
        return layerCount * attentionLayer.cacheElements() * bytesPerElement;
    }
}
