package io.github.sasblock.sas;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.sasblock.nn.Check;
import io.github.sasblock.nn.DescribedBlock;

/**
 * The expansion of queries, keys and values: the heads of all three and the features of queries and
 * keys, each with weights of its own. Values may keep their H heads.
 *
 * <p>Inputs are [query, key, value], [B, T, H, D], [B, S, H, D] and [B, S, H, D]; outputs [B, T,
 * H′, D′], [B, S, H′, D′] and [B, S, H′, D], or [B, S, H, D] where values are not expanded.
 */
public final class QkvExpansion extends DescribedBlock {

    private static final byte VERSION = 1;

    private final SasShape shape;
    private final HeadExpansion queryHeads;
    private final HeadExpansion keyHeads;
    private final HeadExpansion valueHeads;
    private final FeatureExpansion queryFeatures;
    private final FeatureExpansion keyFeatures;

    /**
     * Creates the block.
     *
     * @param shape the sizes before and after, and what is expanded
     * @param initialization how the weights begin
     */
    public QkvExpansion(SasShape shape, SasInitialization initialization) {
        super(VERSION);
        this.shape = shape;
        queryHeads = addHeadExpansion("queryHeads", initialization);
        queryFeatures =
                addFeatureExpansion("queryFeatures", initialization, FeatureExpansion.Role.QUERY);
        keyHeads = addHeadExpansion("keyHeads", initialization);
        keyFeatures = addFeatureExpansion("keyFeatures", initialization, FeatureExpansion.Role.KEY);
        valueHeads = shape.expandValues() ? addHeadExpansion("valueHeads", initialization) : null;
    }

    private HeadExpansion addHeadExpansion(String name, SasInitialization initialization) {
        int heads = shape.headCount();
        int simulated = shape.simulatedHeadCount();
        return switch (shape.headExpansion()) {
            case NONE -> null;
            case CONVOLUTION ->
                    addChildBlock(
                            name,
                            new ConvolutionalHeadExpansion(
                                    heads, simulated, shape.kernelSize(), initialization));
            case MLP -> addChildBlock(name, new MlpHeadExpansion(heads, simulated, initialization));
        };
    }

    private FeatureExpansion addFeatureExpansion(
            String name, SasInitialization initialization, FeatureExpansion.Role role) {
        if (!shape.expandFeatures()) {
            return null;
        }
        return addChildBlock(
                name,
                new FeatureExpansion(
                        shape.headSize(), shape.simulatedHeadSize(), initialization, role));
    }

    /**
     * Expands queries, keys and values.
     *
     * @param parameterStore where parameters are read
     * @param heads query [B, T, H, D], key and value [B, S, H, D]
     * @param training whether gradients are wanted
     * @return query [B, T, H′, D′], key [B, S, H′, D′] and value [B, S, H′, D], or [B, S, H, D]
     *     where values are not expanded
     */
    public NDList expand(ParameterStore parameterStore, NDList heads, boolean training) {
        NDArray query = expandHeads(queryHeads, parameterStore, heads.get(0), training);
        NDArray key = expandHeads(keyHeads, parameterStore, heads.get(1), training);
        NDArray value = expandHeads(valueHeads, parameterStore, heads.get(2), training);
        return new NDList(
                expandFeatures(queryFeatures, parameterStore, query, training),
                expandFeatures(keyFeatures, parameterStore, key, training),
                value);
    }

    private static NDArray expandHeads(
            HeadExpansion expansion, ParameterStore parameterStore, NDArray x, boolean training) {
        return expansion == null ? x : expansion.expand(parameterStore, x, training);
    }

    private static NDArray expandFeatures(
            FeatureExpansion expansion,
            ParameterStore parameterStore,
            NDArray x,
            boolean training) {
        return expansion == null ? x : expansion.expand(parameterStore, x, training);
    }

    /** {@inheritDoc} */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameterStore,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        Check.that(inputs.size() == 3, "number of inputs", inputs.size(), "query, key and value");
        return expand(parameterStore, inputs, training);
    }

    private long headExpansions() {
        return shape.expandValues() ? 3 : 2;
    }

    /**
     * Returns the number of parameters.
     *
     * @return 3·(K·(H·H′ + H′²) + 2·H′) + 2·(D·D′ + D′² + 2·D′), less what is not expanded
     */
    public long parameterCount() {
        long heads = queryHeads == null ? 0 : headExpansions() * queryHeads.parameterCount();
        long features = queryFeatures == null ? 0 : 2 * queryFeatures.parameterCount();
        return heads + features;
    }

    /**
     * Returns the multiply-adds per token.
     *
     * @return 3·D·K·(H·H′ + H′²) + 2·H′·(D·D′ + D′²), less what is not expanded
     */
    public long multiplyAdds() {
        long heads =
                queryHeads == null
                        ? 0
                        : headExpansions() * shape.headSize() * queryHeads.multiplyAddsPerFeature();
        long features =
                queryFeatures == null
                        ? 0
                        : 2L * shape.simulatedHeadCount() * queryFeatures.multiplyAddsPerHead();
        return heads + features;
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        int heads = shape.simulatedHeadCount();
        return new Shape[] {
            inputShapes[0].slice(0, 2).add(heads).add(shape.simulatedHeadSize()),
            inputShapes[1].slice(0, 2).add(heads).add(shape.simulatedHeadSize()),
            inputShapes[2].slice(0, 2).add(shape.valueHeadCount()).add(shape.headSize())
        };
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape heads = new Shape(1, 1, shape.headCount(), shape.headSize());
        for (Block child : getChildren().values()) {
            child.initialize(manager, dataType, heads);
        }
    }

    /** {@inheritDoc} */
    @Override
    public String description() {
        return "QkvExpansion[" + shape + "]";
    }
}
