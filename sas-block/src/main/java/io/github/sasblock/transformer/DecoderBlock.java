package io.github.sasblock.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.sasblock.attention.Attention;
import io.github.sasblock.attention.AttentionInput;
import io.github.sasblock.attention.KeyValueCache;
import io.github.sasblock.kernel.AttentionKernel;
import io.github.sasblock.kernel.KernelFunction;
import io.github.sasblock.nn.Check;
import io.github.sasblock.nn.DescribedBlock;
import io.github.sasblock.nn.FusedBlock;
import io.github.sasblock.nn.RmsNorm;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A pre-norm decoder layer: x + attention(norm(x)), then x + feedForward(norm(x)).
 *
 * <p>Input and output are [B, T, E].
 */
public final class DecoderBlock extends DescribedBlock {

    private static final byte VERSION = 1;

    private final long embeddingSize;
    private final float dropout;
    private final boolean normWeight;
    private final double normEpsilon;
    private final Map<Form, KernelFunction> fused = new HashMap<>();
    private final RmsNorm attentionNorm;
    private final Attention attention;
    private final RmsNorm feedForwardNorm;
    private final SwiGlu feedForward;

    /**
     * Creates the layer.
     *
     * @param config the sizes of the model
     */
    public DecoderBlock(LanguageModelConfig config) {
        super(VERSION);
        embeddingSize = config.embeddingSize();
        dropout = config.dropout();
        normWeight = config.normWeight();
        normEpsilon = config.normEpsilon();
        attentionNorm = addChildBlock("attentionNorm", config.norm());
        attention = addChildBlock("attention", config.attention().build(embeddingSize, dropout));
        feedForwardNorm = addChildBlock("feedForwardNorm", config.norm());
        feedForward = addChildBlock("feedForward", new SwiGlu(embeddingSize, config.hiddenSize()));
        attention.kernel().ifPresent(this::fuse);
    }

    /** Which fused function runs. */
    private record Form(boolean training, boolean masked) {}

    private void fuse(AttentionKernel kernel) {
        for (boolean masked : new boolean[] {false, true}) {
            fused.put(new Form(true, masked), fused(kernel, dropout, masked));
            fused.put(new Form(false, masked), fused(kernel, 0, masked));
        }
    }

    /**
     * Runs the layer on whole sequences.
     *
     * @param parameterStore where parameters are read
     * @param x [B, T, E]
     * @param offsets null, or what is added to the scores: four axes that broadcast to [B, H, T, T]
     * @param training whether gradients are wanted and dropout is applied
     * @return [B, T, E]
     */
    public NDArray decode(
            ParameterStore parameterStore, NDArray x, NDArray offsets, boolean training) {
        Check.lastAxis(x.getShape(), embeddingSize);
        NDList inputs = offsets == null ? new NDList(x) : new NDList(x, offsets);
        return Optional.ofNullable(fused.get(new Form(training, offsets != null)))
                .flatMap(
                        function ->
                                FusedBlock.run(this, function, parameterStore, inputs, training))
                .orElseGet(
                        () ->
                                decodePlainly(
                                        parameterStore,
                                        x,
                                        input -> input.masked(offsets),
                                        training));
    }

    /**
     * Runs the layer on sequences that begin at a position, or continue those in a cache.
     *
     * @param parameterStore where parameters are read
     * @param x [B, T, E]
     * @param position the position of the first token
     * @param cache null, or the keys and values of the tokens before
     * @param training whether gradients are wanted and dropout is applied
     * @return [B, T, E]
     */
    public NDArray decode(
            ParameterStore parameterStore,
            NDArray x,
            long position,
            KeyValueCache cache,
            boolean training) {
        if (cache == null && position == 0) {
            return decode(parameterStore, x, null, training);
        }
        Check.lastAxis(x.getShape(), embeddingSize);
        return decodePlainly(
                parameterStore,
                x,
                input -> cache == null ? input.at(position) : input.after(cache),
                training);
    }

    private KernelFunction fused(AttentionKernel kernel, float rate, boolean masked) {
        return KernelFunction.of(
                "__torch__.decoder_layer("
                        + AttentionKernel.leading(masked)
                        + ", "
                        + KernelFunction.literal(normWeight)
                        + ", "
                        + normEpsilon
                        + ", "
                        + rate
                        + ")",
                kernel.trainingBindings(rate),
                kernel.modelSources());
    }

    private NDArray decodePlainly(
            ParameterStore parameterStore,
            NDArray x,
            UnaryOperator<AttentionInput> context,
            boolean training) {
        NDArray n = attentionNorm.normalize(parameterStore, x, training);
        AttentionInput input = context.apply(AttentionInput.self(n));
        NDArray attended = x.add(attention.attend(parameterStore, input, training));

        NDArray normed = feedForwardNorm.normalize(parameterStore, attended, training);
        NDArray fed =
                feedForward
                        .forward(parameterStore, new NDList(normed), training)
                        .singletonOrThrow();
        if (training && dropout > 0) {
            fed = Dropout.dropout(fed, dropout, true).singletonOrThrow();
        }
        return attended.add(fed);
    }

    /** {@inheritDoc} */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameterStore,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        return new NDList(decode(parameterStore, inputs.singletonOrThrow(), null, training));
    }

    /**
     * Returns the attention of this layer.
     *
     * @return the attention
     */
    public Attention attention() {
        return attention;
    }

    /**
     * Returns the feed-forward network of this layer.
     *
     * @return the feed-forward network
     */
    public SwiGlu feedForward() {
        return feedForward;
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape x = new Shape(1, 1, embeddingSize);
        getChildren().values().forEach(child -> child.initialize(manager, dataType, x));
    }

    /** {@inheritDoc} */
    @Override
    public String description() {
        return "DecoderBlock[E=" + embeddingSize + ", " + attention.description() + "]";
    }
}
