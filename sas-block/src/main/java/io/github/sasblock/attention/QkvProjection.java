package io.github.sasblock.attention;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.sasblock.nn.Check;
import io.github.sasblock.nn.DescribedBlock;
import io.github.sasblock.nn.PyTorchLayers;

/**
 * The linear projections of an attention's queries, keys and values, split into heads.
 *
 * <p>Inputs are [query, key, value], [B, T, E], [B, S, E] and [B, S, E]; outputs [B, T, H, D], [B,
 * S, Hkv, D] and [B, S, Hkv, D].
 */
public final class QkvProjection extends DescribedBlock {

    private static final byte VERSION = 1;

    private final long embeddingSize;
    private final int headCount;
    private final int keyValueHeadCount;
    private final int headSize;
    private final boolean bias;
    private final Linear query;
    private final Linear key;
    private final Linear value;

    /**
     * Creates the block.
     *
     * @param settings the sizes E, H and D, and whether there are biases
     * @param keyValueHeadCount the number of key/value heads Hkv
     */
    public QkvProjection(AttentionSettings settings, int keyValueHeadCount) {
        super(VERSION);
        embeddingSize = settings.embeddingSize();
        headCount = settings.headCount();
        headSize = settings.headSize();
        bias = settings.bias();
        this.keyValueHeadCount = keyValueHeadCount;
        query = addChildBlock("query", projection(headCount));
        key = addChildBlock("key", projection(keyValueHeadCount));
        value = addChildBlock("value", projection(keyValueHeadCount));
    }

    private Linear projection(int heads) {
        return PyTorchLayers.linear(embeddingSize, (long) heads * headSize, bias);
    }

    /**
     * Projects and splits into heads.
     *
     * @param parameterStore where parameters are read
     * @param input queries [B, T, E], keys and values [B, S, E]
     * @param training whether gradients are wanted
     * @return [B, T, H, D], [B, S, Hkv, D] and [B, S, Hkv, D]
     */
    public NDList project(ParameterStore parameterStore, AttentionInput input, boolean training) {
        NDList inputs = new NDList(input.query(), input.key(), input.value());
        return forwardInternal(parameterStore, inputs, training, null);
    }

    /** {@inheritDoc} */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameterStore,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        Check.that(inputs.size() == 3, "number of inputs", inputs.size(), "query, key and value");
        Linear[] layers = {query, key, value};
        NDList outputs = new NDList(layers.length);
        for (int i = 0; i < layers.length; i++) {
            NDList x = new NDList(inputs.get(i));
            NDArray y = layers[i].forward(parameterStore, x, training).singletonOrThrow();
            Shape shape = y.getShape();
            outputs.add(y.reshape(shape.get(0), shape.get(1), -1, headSize));
        }
        return outputs;
    }

    /**
     * Returns the number of parameters.
     *
     * @return (E + 1)·D·(H + 2·Hkv) with biases, E·D·(H + 2·Hkv) without
     */
    public long parameterCount() {
        return (embeddingSize + (bias ? 1 : 0)) * outputSize();
    }

    /**
     * Returns the multiply-adds per token.
     *
     * @return E·D·(H + 2·Hkv)
     */
    public long multiplyAdds() {
        return embeddingSize * outputSize();
    }

    private long outputSize() {
        return (long) headSize * (headCount + 2L * keyValueHeadCount);
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        Shape[] outputs = new Shape[inputShapes.length];
        for (int i = 0; i < outputs.length; i++) {
            int heads = i == 0 ? headCount : keyValueHeadCount;
            outputs[i] = inputShapes[i].slice(0, 2).add(heads).add(headSize);
        }
        return outputs;
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape x = new Shape(1, embeddingSize);
        getChildren().values().forEach(layer -> layer.initialize(manager, dataType, x));
    }

    /** {@inheritDoc} */
    @Override
    public String description() {
        return described(
                "E=%s, H=%s, Hkv=%s, D=%s, bias=%s",
                embeddingSize, headCount, keyValueHeadCount, headSize, bias);
    }
}
