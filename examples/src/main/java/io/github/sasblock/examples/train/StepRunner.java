package io.github.sasblock.examples.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.jni.JniUtils;
import io.github.sasblock.examples.checkpoint.TrainingState;
import io.github.sasblock.examples.train.FaultPolicy.OnNonFinite;
import io.github.sasblock.safetensors.BlockWeights;
import io.github.sasblock.transformer.CausalLanguageModel;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Takes the steps of a training: the gradients of a batch, what may be wrong, the update. */
final class StepRunner implements AutoCloseable {

    private static final String SKIPPED_NON_FINITE = "skipped-nonfinite";
    private static final String SKIPPED_SPIKES = "skipped-spikes";
    private static final String MICRO_BATCH = "micro-batch";
    private static final String LOSSES = "losses";
    private static final String LOSS_SCALE_STEPS = "loss-scale-steps";
    private static final String LOSS = "loss";

    private final CausalLanguageModel model;
    private final NDManager manager;
    private final TrainingSettings settings;
    private final Batches batches;
    private final int length;
    private final StepGradients.Factory factory;
    private final List<String> names;
    private final AdamW optimizer;
    private final LossScale lossScale;
    private final SpikeFilter spikes;
    private final long tokensPerStep;

    private StepGradients gradients;
    private int microBatch;
    private long skippedNonFinite;
    private long skippedSpikes;

    /**
     * What a step came to.
     *
     * @param loss the mean loss of its batch
     * @param learningRate the rate of its update
     * @param norm the norm of its gradients before clipping; NaN where it was not computed
     */
    record Result(double loss, double learningRate, double norm) {}

    StepRunner(
            CausalLanguageModel model,
            NDManager manager,
            TrainingSettings settings,
            Batches batches,
            int length,
            StepGradients.Factory factory) {
        this.model = model;
        this.manager = manager;
        this.settings = settings;
        this.batches = batches;
        this.length = length;
        this.factory = factory;
        Map<String, Parameter> named = BlockWeights.named(model);
        names = List.copyOf(named.keySet());
        List<NDArray> parameters = named.values().stream().map(Parameter::getArray).toList();
        optimizer = new AdamW(manager, parameters, settings.adam());
        lossScale = LossScale.of(settings.computation().precision());
        spikes = new SpikeFilter(settings.faults().spikeFactor());
        tokensPerStep = (long) settings.batch() * length;
        use(settings.microBatch());
    }

    private void use(int windowsAtOnce) {
        microBatch = windowsAtOnce;
        gradients =
                factory.create(
                        model,
                        manager,
                        settings.computation(),
                        settings.documents(),
                        windowsAtOnce,
                        length);
    }

    /**
     * Takes a step.
     *
     * @param step the step, from 1
     * @param listener is told of what people should know
     * @return what it came to
     * @throws TrainingStoppedException if it was not taken and the training cannot go on; the
     *     parameters and moments are as before
     */
    Result take(long step, TrainingListener listener) {
        double rate = settings.learningRate().at(step);
        double loss = addGradients(step, listener);
        if (!Double.isFinite(loss)) {
            return skipNonFinite(step, new Result(loss, rate, Double.NaN), listener);
        }
        if (spikes.add(loss)) {
            return skipSpike(step, new Result(loss, rate, Double.NaN), listener);
        }
        double norm = update(rate);
        while (lossScale.repeats(norm)) {
            addGradients(step, listener);
            norm = update(rate);
        }
        Result result = new Result(loss, rate, norm);
        return Double.isFinite(norm) ? result : skipNonFinite(step, result, listener);
    }

    /** Adds the gradients of the step's mean loss, and returns that loss. */
    private double addGradients(long step, TrainingListener listener) {
        boolean failed = false;
        while (true) {
            try {
                if (failed) {
                    Gradients.clear(gradients.buffers());
                    useLess(step, listener);
                }
                return meanLoss(step);
            } catch (RuntimeException | OutOfMemoryError e) {
                if (!OutOfMemoryException.isLackOfMemory(e)) {
                    throw e;
                }
                if (!settings.adaptsMicroBatch() || microBatch == 1) {
                    throw OutOfMemoryException.of("in step " + step, sizes(), microBatch, e);
                }
                failed = true;
            }
        }
    }

    private void useLess(long step, TrainingListener listener) {
        listener.onNotice(
                "step "
                        + step
                        + ": out of memory with "
                        + sizes()
                        + "; going on with --micro-batch "
                        + microBatch / 2
                        + ", the step stays the same");
        gradients.close();
        if (manager.getDevice().isGpu()) {
            JniUtils.emptyCudaCache();
        }
        use(microBatch / 2);
    }

    private double meanLoss(long step) {
        Seeds.use(manager, settings.seed(), step);
        long place = (step - 1) * settings.batch();
        return gradients.add(batches::batch, place, settings.batch(), scale()) / tokensPerStep;
    }

    private double scale() {
        return lossScale.factor() / tokensPerStep;
    }

    private double update(double rate) {
        return optimizer.update(gradients.buffers(), rate, settings.clip(), lossScale.factor());
    }

    private Result skipNonFinite(long step, Result result, TrainingListener listener) {
        Gradients.clear(gradients.buffers());
        String found =
                new NonFiniteStep.Search(gradients, batches, names, settings.batch())
                        .find(step, result.loss(), result.norm(), scale())
                        .describe();
        FaultPolicy faults = settings.faults();
        if (faults.onNonFinite() == OnNonFinite.STOP) {
            throw new NonFiniteLossException(
                    "training stopped before the update of "
                            + found
                            + "; lower --learning-rate, raise --warmup, or leave such steps out"
                            + " with --on-nonfinite skip");
        }
        if (skippedNonFinite == faults.maxNonFinite()) {
            throw new NonFiniteLossException(
                    "training stopped before the update of "
                            + found
                            + "; "
                            + skippedNonFinite
                            + " such steps were skipped before it, as many as --max-nonfinite"
                            + " allows; lower --learning-rate, or raise --warmup");
        }
        skippedNonFinite++;
        listener.onNotice(
                "skipped "
                        + found
                        + " (skipped "
                        + skippedNonFinite
                        + " of at most "
                        + faults.maxNonFinite()
                        + ")");
        return result;
    }

    private Result skipSpike(long step, Result result, TrainingListener listener) {
        Gradients.clear(gradients.buffers());
        skippedSpikes++;
        listener.onNotice(
                String.format(
                        Locale.ROOT,
                        "skipped step %d: loss %.4f, more than %s times the average %.4f"
                                + " (spikes skipped so far: %d)",
                        step,
                        result.loss(),
                        settings.faults().spikeFactor(),
                        spikes.average().orElseThrow(),
                        skippedSpikes));
        return result;
    }

    /** Computes the gradients of the first step and throws them away. */
    void rehearse() {
        try {
            gradients.add(batches::batch, 0, settings.batch(), 0);
        } finally {
            Gradients.clear(gradients.buffers());
        }
    }

    /** Takes a step at a learning rate of zero: the parameters stay, the moments do not. */
    void rehearseWithUpdate(long step) {
        meanLoss(step);
        update(0);
    }

    /** Returns what the memory of a step depends on, for people. */
    String sizes() {
        return microBatch
                + " windows of "
                + length
                + " tokens at once and "
                + model.counts().parameters()
                + " parameters";
    }

    int microBatch() {
        return microBatch;
    }

    /** Returns the tensors that the next step depends on besides the weights. */
    Map<String, NDArray> tensors() {
        return optimizer.state(names);
    }

    /** Adds all other that the next step depends on. */
    void addTo(TrainingState.Builder state) {
        state.optLossScale(lossScale.factor())
                .optCounter(LOSS_SCALE_STEPS, lossScale.steps())
                .optCounter(SKIPPED_NON_FINITE, skippedNonFinite)
                .optCounter(SKIPPED_SPIKES, skippedSpikes)
                .optCounter(LOSSES, spikes.losses());
        spikes.average().ifPresent(average -> state.optAverage(LOSS, average));
        if (settings.adaptsMicroBatch()) {
            state.optCounter(MICRO_BATCH, microBatch);
        }
    }

    /** Goes on from a state, once the tensors are those that were saved with it. */
    void restore(TrainingState state) {
        Map<String, Long> counters = state.counters();
        optimizer.restoreStep();
        lossScale.restore(state.lossScale(), counters.get(LOSS_SCALE_STEPS).intValue());
        skippedNonFinite = counters.get(SKIPPED_NON_FINITE);
        skippedSpikes = counters.get(SKIPPED_SPIKES);
        spikes.restore(state.averages().getOrDefault(LOSS, 0.0), counters.get(LOSSES));
        int savedMicroBatch = counters.getOrDefault(MICRO_BATCH, 0L).intValue();
        if (settings.adaptsMicroBatch() && savedMicroBatch > 0 && savedMicroBatch < microBatch) {
            gradients.close();
            use(savedMicroBatch);
        }
    }

    @Override
    public void close() {
        gradients.close();
        optimizer.close();
    }
}
