package io.github.sasblock.transformer;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.util.PairList;
import io.github.sasblock.attention.KeyValueCache;
import io.github.sasblock.kernel.AttentionKernel;
import io.github.sasblock.kernel.KernelFunction;
import io.github.sasblock.kernel.Kernels;
import io.github.sasblock.kernel.Script;
import io.github.sasblock.nn.Check;
import io.github.sasblock.nn.DescribedBlock;
import io.github.sasblock.nn.RmsNorm;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A Llama-style causal language model: embedding, decoder layers, norm, output projection.
 *
 * <p>Input tokens [B, T] of type INT64 or INT32, output logits [B, T, V].
 *
 * <p>Weights begin normally distributed. Those into heads and hidden layers have the standard
 * deviation √(2/(5E)), as in GPT-NeoX. The embedding's is small enough that the first loss is ln V.
 * What layers add to the residual stream begins a tenth as large as the embedding, divided by
 * √(2·layers): with larger values the tokens themselves are drowned at first, and learning starts
 * late.
 */
public final class CausalLanguageModel extends DescribedBlock {

    private static final byte VERSION = 1;
    private static final double RESIDUAL_SHARE = 0.1;

    private final LanguageModelConfig config;
    private final Parameter embedding;
    private final List<DecoderBlock> layers = new ArrayList<>();
    private final RmsNorm norm;
    private final Linear output;
    private final List<Parameter> inOrder; // all parameters, as the fused functions take them
    private final List<Shape> cacheEntries; // of a layer
    private final Optional<KernelFunction> continuation;

    /**
     * Creates the model.
     *
     * @param config its sizes
     * @throws IllegalArgumentException if the sizes of the attention do not fit
     */
    public CausalLanguageModel(LanguageModelConfig config) {
        super(VERSION);
        this.config = config;
        double embeddingDeviation = embeddingDeviation(config);
        Initializer inner = normal(Math.sqrt(2.0 / (5 * config.embeddingSize())));
        Initializer residual =
                normal(RESIDUAL_SHARE * embeddingDeviation / Math.sqrt(2.0 * config.layerCount()));
        embedding = addParameter(embeddingOf(config));
        for (int i = 0; i < config.layerCount(); i++) {
            DecoderBlock layer = addChildBlock("layer" + i, new DecoderBlock(config));
            layer.attention().setProjectionInitializers(inner, residual);
            layer.feedForward().setInitializers(inner, residual);
            layers.add(layer);
        }
        norm = addChildBlock("norm", config.norm());
        output = config.tiedEmbedding() ? null : addChildBlock("output", outputOf(config));
        inOrder = getParameters().values();
        cacheEntries = layers.get(0).attention().cacheEntries();
        continuation = layers.get(0).attention().kernel().map(this::continuation);
    }

    private static Parameter embeddingOf(LanguageModelConfig config) {
        return Parameter.builder()
                .setName("embedding")
                .setType(Parameter.Type.WEIGHT)
                .optShape(new Shape(config.vocabularySize(), config.embeddingSize()))
                .optInitializer(normal(embeddingDeviation(config)))
                .build();
    }

    /**
     * As large as the first loss allows. Logits have the variance E·σ², and the input's own token,
     * whose embedding the residual stream carries, gets the logit E·σ: its share of the sum of
     * exponentials stays near 1/50.
     */
    private static double embeddingDeviation(LanguageModelConfig config) {
        double size = config.embeddingSize();
        double ownLogit = Math.max(0.5, Math.log(config.vocabularySize() / 50.0));
        return Math.min(0.2 / Math.sqrt(size), ownLogit / size);
    }

    private static Initializer normal(double deviation) {
        return new NormalInitializer((float) deviation);
    }

    private static Linear outputOf(LanguageModelConfig config) {
        Linear linear = Linear.builder().setUnits(config.vocabularySize()).optBias(false).build();
        linear.setInitializer(normal(embeddingDeviation(config)), Parameter.Type.WEIGHT);
        return linear;
    }

    /** {@inheritDoc} */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameterStore,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        return new NDList(logits(parameterStore, inputs.singletonOrThrow(), 0, training));
    }

    /**
     * Predicts the token after each token.
     *
     * @param parameterStore where parameters are read
     * @param tokens [B, T], of type INT64 or INT32
     * @param position the position of the first token
     * @param training whether gradients are wanted and dropout is applied
     * @return logits [B, T, V]
     */
    public NDArray logits(
            ParameterStore parameterStore, NDArray tokens, long position, boolean training) {
        NDArray x = embed(parameterStore, tokens, training); // [B, T, E]
        for (DecoderBlock layer : layers) {
            x = layer.decode(parameterStore, x, position, null, training);
        }
        return project(parameterStore, x, training);
    }

    /**
     * Predicts the token after each token of windows that may hold several documents.
     *
     * @param parameterStore where parameters are read
     * @param tokens [B, T], of type INT64 or INT32
     * @param documents which tokens see each other
     * @param training whether gradients are wanted and dropout is applied
     * @return logits [B, T, V]
     */
    public NDArray logits(
            ParameterStore parameterStore,
            NDArray tokens,
            DocumentMask documents,
            boolean training) {
        NDArray x = embed(parameterStore, tokens, training); // [B, T, E]
        Optional<NDArray> offsets = documents.offsets(tokens, x.getDataType()); // [B, 1, T, T]
        for (DecoderBlock layer : layers) {
            x = layer.decode(parameterStore, x, offsets.orElse(null), training);
        }
        return project(parameterStore, x, training);
    }

    /**
     * Predicts the token after each of some new tokens that continue those in the caches.
     *
     * @param parameterStore where parameters are read
     * @param tokens the new tokens [B, T]
     * @param caches one cache a layer, from {@link #newCaches}; they then hold the new tokens too
     * @return logits [B, T, V]
     */
    public NDArray continuedLogits(
            ParameterStore parameterStore, NDArray tokens, List<KeyValueCache> caches) {
        Check.that(
                caches.size() == layers.size(),
                "number of caches",
                caches.size(),
                "one for each of the " + layers.size() + " layers");
        requireTokens(tokens);
        return continuation
                .flatMap(
                        function ->
                                Kernels.find(
                                        tokens,
                                        function,
                                        2 + inOrder.size() + cacheEntries.size() * layers.size()))
                .map(script -> continuedByOneCall(script, parameterStore, tokens, caches))
                .orElseGet(() -> continuedPlainly(parameterStore, tokens, caches));
    }

    private NDArray continuedPlainly(
            ParameterStore parameterStore, NDArray tokens, List<KeyValueCache> caches) {
        NDArray x = embed(parameterStore, tokens, false); // [B, T, E]
        for (int i = 0; i < layers.size(); i++) {
            x = layers.get(i).decode(parameterStore, x, 0, caches.get(i), false);
        }
        return project(parameterStore, x, false);
    }

    private NDArray continuedByOneCall(
            Script script,
            ParameterStore parameterStore,
            NDArray tokens,
            List<KeyValueCache> caches) {
        NDList inputs = new NDList(tokens);
        try (NDManager scratch = tokens.getManager().newSubManager(Device.cpu())) {
            inputs.add(scratch.create(caches.get(0).length()));
            for (Parameter parameter : inOrder) {
                inputs.add(parameterStore.getValue(parameter, tokens.getDevice(), false));
            }
            DataType type = inputs.get(2).getDataType();
            List<Shape> next = cacheEntries.stream().map(tokens.getShape()::addAll).toList();
            caches.forEach(cache -> inputs.addAll(cache.reserve(next, type)));
            NDArray logits = script.run(inputs).singletonOrThrow();
            caches.forEach(cache -> cache.advance(tokens.getShape().get(1)));
            logits.attach(scratch);
            NDArray result = logits.duplicate(); // which may be changed in place
            result.attach(tokens.getManager());
            return result;
        }
    }

    private KernelFunction continuation(AttentionKernel attention) {
        int count = inOrder.size();
        return KernelFunction.of(
                        String.format(
                                Locale.ROOT,
                                "__torch__.continued_logits(a[0], int(a[1]), a[2:%d], a[%d:], %d,"
                                        + " %s, %s, %s)",
                                2 + count,
                                2 + count,
                                config.layerCount(),
                                KernelFunction.literal(config.normWeight()),
                                KernelFunction.literal(config.tiedEmbedding()),
                                config.normEpsilon()),
                        attention.decodingBindings(),
                        attention.decodingSources())
                .withoutAutograd();
    }

    /**
     * Returns empty caches for decoding.
     *
     * @param manager the manager under which they keep their arrays
     * @return one cache a layer; close them when the sequence is done
     */
    public List<KeyValueCache> newCaches(NDManager manager) {
        return layers.stream().map(layer -> new KeyValueCache(manager)).toList();
    }

    private NDArray embed(ParameterStore parameterStore, NDArray tokens, boolean training) {
        requireTokens(tokens);
        NDArray weight = parameterStore.getValue(embedding, tokens.getDevice(), training);
        NDArray x =
                tokens.getNDArrayInternal()
                        .embedding(tokens, weight, SparseFormat.DENSE)
                        .singletonOrThrow();
        if (training && config.dropout() > 0) {
            return Dropout.dropout(x, config.dropout(), true).singletonOrThrow();
        }
        return x;
    }

    private static void requireTokens(NDArray tokens) {
        DataType type = tokens.getDataType();
        Check.that(
                tokens.getShape().dimension() == 2
                        && (type == DataType.INT64 || type == DataType.INT32),
                "tokens",
                tokens.getShape() + " " + type,
                "shape (B, T) and type int64 or int32");
    }

    private NDArray project(ParameterStore parameterStore, NDArray x, boolean training) {
        NDArray normed = norm.normalize(parameterStore, x, training);
        if (output != null) {
            return output.forward(parameterStore, new NDList(normed), training).singletonOrThrow();
        }
        NDArray weight = parameterStore.getValue(embedding, x.getDevice(), training);
        return Linear.linear(normed, weight).singletonOrThrow();
    }

    /**
     * Returns the sum over all tokens of the negative log-likelihood of the targets.
     *
     * @param logits [B, T, V]
     * @param targets [B, T], of type INT64
     * @return nats, a scalar
     */
    public static NDArray crossEntropySum(NDArray logits, NDArray targets) {
        Check.that(
                targets.getDataType() == DataType.INT64,
                "data type of the targets",
                targets.getDataType(),
                "int64");
        long vocabulary = logits.getShape().get(2);
        NDArray flat = logits.reshape(-1, vocabulary).logSoftmax(1); // [B·T, V]
        try (NDArray column = targets.reshape(-1, 1)) { // [B·T, 1]
            return flat.gather(column, 1).sum().neg();
        }
    }

    /** Returns the fused loss with its gradients, where there is such. */
    Optional<KernelFunction> lossKernel(
            LanguageModelGradients.Settings settings, DataType weights) {
        if (config.dropout() > 0) {
            return Optional.empty();
        }
        return layers.get(0)
                .attention()
                .kernel()
                .map(attention -> lossKernel(attention, settings, weights));
    }

    /** Returns whether the fused loss may not run without autograd. */
    boolean needsAutograd(Device device, long length) {
        return layers.get(0)
                .attention()
                .kernel()
                .map(attention -> attention.needsAutograd(device.isGpu(), length))
                .orElse(true);
    }

    private KernelFunction lossKernel(
            AttentionKernel attention, LanguageModelGradients.Settings settings, DataType weights) {
        int count = inOrder.size();
        return KernelFunction.of(
                String.format(
                        Locale.ROOT,
                        "__torch__.loss_and_gradients(a[0], a[1], a[2], a[4:%d], a[%d:],"
                                + " int(a[3]), %d, %s, %s, %s, %d, %s, %d)",
                        LanguageModelGradients.ARGUMENTS + count,
                        LanguageModelGradients.ARGUMENTS + count,
                        config.layerCount(),
                        KernelFunction.literal(config.normWeight()),
                        KernelFunction.literal(config.tiedEmbedding()),
                        config.normEpsilon(),
                        settings.precision().scriptType(weights),
                        KernelFunction.literal(settings.recompute()),
                        settings.documents().endOfText()),
                attention.trainingBindings(0),
                attention.modelSources());
    }

    /**
     * Returns what the model costs.
     *
     * @return parameters by part, and operations
     */
    public ModelCounts counts() {
        long size = config.embeddingSize();
        long vocabulary = config.vocabularySize();
        DecoderBlock layer = layers.get(0);
        int count = layers.size();
        return new ModelCounts(
                size * vocabulary,
                count * layer.attention().counts().parameters(),
                count * layer.feedForward().parameterCount(),
                config.normWeight() ? (2L * count + 1) * size : 0,
                output == null ? 0 : size * vocabulary,
                count,
                layer.attention().counts(),
                size * vocabulary);
    }

    /**
     * Returns the configuration.
     *
     * @return the sizes of the model
     */
    public LanguageModelConfig config() {
        return config;
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0].add(config.vocabularySize())};
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape x = new Shape(1, 1, config.embeddingSize());
        getChildren().values().forEach(child -> child.initialize(manager, dataType, x));
    }

    /** {@inheritDoc} */
    @Override
    public String description() {
        return "CausalLanguageModel["
                + config.layerCount()
                + " layers, V="
                + config.vocabularySize()
                + ", hidden="
                + config.hiddenSize()
                + ", tied="
                + config.tiedEmbedding()
                + ", "
                + layers.get(0).description()
                + "]";
    }
}
