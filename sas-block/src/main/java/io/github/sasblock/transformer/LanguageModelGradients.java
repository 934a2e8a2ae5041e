package io.github.sasblock.transformer;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import io.github.sasblock.kernel.FlatArrays;
import io.github.sasblock.kernel.KernelFunction;
import io.github.sasblock.kernel.Kernels;
import io.github.sasblock.kernel.Precision;
import io.github.sasblock.kernel.Script;
import io.github.sasblock.nn.Check;
import io.github.sasblock.nn.Scaling;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The loss of a language model and the gradients of all its weights, added up over batches.
 *
 * <p>The fused form is one native call a batch: forward and backward pass are written by hand, and
 * logits exist for a chunk of tokens at a time. It needs no {@link GradientCollector}, so several
 * instances for one model may work at the same time, each in a thread of its own. The plain form,
 * and a model with dropout, go through DJL's collector, of which a JVM has one.
 */
public final class LanguageModelGradients implements AutoCloseable {

    /** Tokens, targets, scale, windows at once; then weights and gradients. */
    static final int ARGUMENTS = 4;

    private final CausalLanguageModel model;
    private final Settings settings;
    private final NDManager manager;
    private final List<Parameter> parameters;
    private final ParameterStore store;
    private final NDList weights = new NDList(); // the parameters' values, without their gradients
    private final Optional<KernelFunction> lossKernel;
    private FlatArrays gradients;

    /**
     * How gradients are computed.
     *
     * @param precision the type of products and attention
     * @param recompute whether the backward pass of a layer repeats its forward pass instead of
     *     keeping its results: a third more operations, and the memory of one layer
     * @param documents which tokens of a window see each other
     */
    public record Settings(Precision precision, boolean recompute, DocumentMask documents) {

        /** The type of the weights, without recomputation; a token sees its whole window. */
        public static final Settings DEFAULT =
                new Settings(Precision.FP32, false, DocumentMask.NONE);

        /**
         * Returns settings of windows whose tokens see all that is before them.
         *
         * @param precision the type of products and attention
         * @param recompute whether the backward pass of a layer repeats its forward pass
         */
        public Settings(Precision precision, boolean recompute) {
            this(precision, recompute, DocumentMask.NONE);
        }
    }

    /**
     * Creates gradients that are zero.
     *
     * @param model an initialised model
     * @param parent the manager under which they are kept
     * @param settings how they are computed
     */
    public LanguageModelGradients(CausalLanguageModel model, NDManager parent, Settings settings) {
        this.model = model;
        this.settings = settings;
        manager = parent.newSubManager();
        store = new ParameterStore(manager, false);
        parameters = model.getParameters().values();
        for (Parameter parameter : parameters) {
            NDArray weight = parameter.getArray().stopGradient();
            weight.attach(manager);
            weights.add(weight);
        }
        lossKernel = model.lossKernel(settings, weights.head().getDataType());
    }

    /**
     * Adds the gradients of {@code scale} times the summed loss of a batch.
     *
     * @param tokens [B, T], of type INT64
     * @param targets [B, T], of type INT64: the token after each
     * @param scale the factor, such as one over the number of tokens of a step
     * @return the sum of the losses of the batch, in nats, not scaled
     * @throws IllegalArgumentException if tokens or targets have another shape or type
     */
    public double add(NDArray tokens, NDArray targets, double scale) {
        return add(tokens, targets, scale, Math.toIntExact(tokens.getShape().get(0)));
    }

    /**
     * Adds the gradients of {@code scale} times the summed loss of a batch, with only some of its
     * windows in memory at a time.
     *
     * @param tokens [B, T], of type INT64
     * @param targets [B, T], of type INT64: the token after each
     * @param scale the factor, such as one over the number of tokens of a step
     * @param windowsAtOnce the most of the B windows that are in memory at once, at least 1
     * @return the sum of the losses of the batch, in nats, not scaled
     * @throws IllegalArgumentException if tokens or targets have another shape or type
     */
    public double add(NDArray tokens, NDArray targets, double scale, int windowsAtOnce) {
        Check.positive("windowsAtOnce", windowsAtOnce);
        Check.that(
                tokens.getShape().dimension() == 2 && tokens.getDataType() == DataType.INT64,
                "tokens",
                tokens.getShape() + " " + tokens.getDataType(),
                "shape (B, T) and type int64");
        Check.that(
                targets.getShape().equals(tokens.getShape())
                        && targets.getDataType() == DataType.INT64,
                "targets",
                targets.getShape() + " " + targets.getDataType(),
                "shape " + tokens.getShape() + " and type int64");
        Optional<Script> script = script(tokens.getShape().get(1));
        if (script.isPresent()) {
            return addFused(script.get(), tokens, targets, scale, windowsAtOnce);
        }
        requirePlainSettings();
        return addPlain(tokens, targets, scale, windowsAtOnce);
    }

    private Optional<Script> script(long length) {
        return lossKernel
                .map(
                        function ->
                                model.needsAutograd(weights.head().getDevice(), length)
                                        ? function
                                        : function.withoutAutograd())
                .flatMap(
                        function ->
                                Kernels.find(
                                        weights.head(), function, ARGUMENTS + 2 * weights.size()));
    }

    /**
     * Returns whether the fused form runs.
     *
     * @return whether it is chosen, the engine has it, and the model's attention has one
     */
    public boolean isFused() {
        return script(1).isPresent();
    }

    private double addFused(
            Script script, NDArray tokens, NDArray targets, double scale, int windowsAtOnce) {
        try (NDManager scratch = manager.newSubManager();
                NDManager host = manager.newSubManager(Device.cpu())) {
            NDList inputs = new NDList(ARGUMENTS + 2 * weights.size());
            NDArray first = tokens.reshape(tokens.getShape()); // whose manager gets the result
            first.attach(scratch);
            inputs.add(first);
            inputs.add(targets);
            inputs.add(scratch.create(scale).toType(weights.head().getDataType(), false));
            inputs.add(host.create((long) windowsAtOnce));
            inputs.addAll(weights);
            inputs.addAll(fusedGradients().arrays());
            return script.run(inputs).singletonOrThrow().getDouble();
        }
    }

    private FlatArrays fusedGradients() {
        if (gradients == null) {
            gradients = FlatArrays.zerosLike(manager, weights);
        }
        return gradients;
    }

    private double addPlain(NDArray tokens, NDArray targets, double scale, int windowsAtOnce) {
        long batch = tokens.getShape().get(0);
        double loss = 0;
        for (long first = 0; first < batch; first += windowsAtOnce) {
            String rows = first + ":" + Math.min(batch, first + windowsAtOnce);
            try (NDArray some = tokens.get(rows);
                    NDArray theirs = targets.get(rows)) {
                loss += addPlain(some, theirs, scale);
            }
        }
        return loss;
    }

    private double addPlain(NDArray tokens, NDArray targets, double scale) {
        try (NDManager scratch = manager.newSubManager();
                GradientCollector collector = manager.getEngine().newGradientCollector()) {
            NDArray input = tokens.duplicate();
            input.attach(scratch);
            NDArray logits = model.logits(store, input, settings.documents(), true); // [B, T, V]
            NDArray loss = CausalLanguageModel.crossEntropySum(logits, targets);
            collector.backward(Scaling.scaled(loss, scale));
            return loss.toType(DataType.FLOAT64, false).getDouble();
        }
    }

    private void requirePlainSettings() {
        if (settings.recompute() || settings.precision() != Precision.FP32) {
            throw new IllegalStateException(
                    settings
                            + ", expected precision FP32 without recomputation where the fused"
                            + " kernels are not available or dropout is not 0");
        }
    }

    /**
     * Returns the gradients.
     *
     * @return one for each parameter of the model, in their order; they stay those of this object
     * @throws IllegalStateException if a parameter has none, since it is frozen
     */
    public List<NDArray> arrays() {
        return buffer().arrays();
    }

    /**
     * Returns the gradients and, in the fused form, the one array of which they are views.
     *
     * @return the gradients; they stay those of this object
     */
    public FlatArrays buffer() {
        if (gradients == null) {
            gradients = isFused() ? fusedGradients() : FlatArrays.apart(gradientsOfParameters());
        }
        return gradients;
    }

    private List<NDArray> gradientsOfParameters() {
        List<NDArray> arrays = new ArrayList<>();
        for (Parameter parameter : parameters) {
            if (!parameter.getArray().hasGradient()) {
                throw new IllegalStateException(
                        "parameter "
                                + parameter.getName()
                                + " has no gradient: expected none of the model's parameters to be"
                                + " frozen");
            }
            NDArray gradient = parameter.getArray().getGradient();
            gradient.attach(manager);
            arrays.add(gradient);
        }
        return arrays;
    }

    /** Frees the gradients. */
    @Override
    public void close() {
        manager.close();
    }
}
