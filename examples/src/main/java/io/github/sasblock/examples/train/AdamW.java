package io.github.sasblock.examples.train;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.kernel.OptimizerKernel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * AdamW (arXiv 1711.05101) with PyTorch's update: at step t, for a parameter p with gradient g,
 *
 * <pre>
 * p ← p − lr·λ·p                                   if p decays
 * m ← β₁·m + (1 − β₁)·g
 * v ← β₂·v + (1 − β₂)·g²
 * p ← p − lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)
 * </pre>
 */
public final class AdamW implements AutoCloseable {

    /**
     * The constants of the update.
     *
     * @param beta1 β₁, the decay of the mean of gradients
     * @param beta2 β₂, the decay of the mean of squared gradients
     * @param epsilon ε
     * @param weightDecay λ
     * @param decay which parameters decay
     */
    public record Settings(
            double beta1, double beta2, double epsilon, double weightDecay, Decay decay) {}

    /** Which parameters decay. */
    public enum Decay {
        /** Those of two axes or more; not biases and the weights of norms. */
        MATRICES,
        /** All. */
        ALL
    }

    private final Settings settings;
    private final NDManager manager;
    private final List<State> states = new ArrayList<>(); // those that decay first
    private final NDArray updates; // scalar
    private long step;

    private record State(
            int place, NDArray parameter, NDArray mean, NDArray square, boolean decays) {}

    /**
     * Creates the optimizer.
     *
     * @param manager the manager under which the moments are kept
     * @param parameters what is updated, in place
     * @param settings the constants
     */
    public AdamW(NDManager manager, List<NDArray> parameters, Settings settings) {
        this.settings = settings;
        this.manager = manager.newSubManager();
        updates = this.manager.zeros(new Shape(), DataType.FLOAT32);
        for (int place = 0; place < parameters.size(); place++) {
            states.add(stateOf(place, parameters.get(place)));
        }
        states.sort(Comparator.comparing(state -> !state.decays()));
    }

    private State stateOf(int place, NDArray parameter) {
        boolean decays = settings.decay() == Decay.ALL || parameter.getShape().dimension() >= 2;
        NDArray values = parameter.stopGradient();
        values.attach(manager);
        return new State(place, values, zeros(parameter), zeros(parameter), decays);
    }

    private NDArray zeros(NDArray like) {
        return manager.zeros(like.getShape(), like.getDataType());
    }

    /**
     * Adds up gradients, clips them by their global norm, updates the parameters, and sets the
     * gradients to zero.
     *
     * @param gradients of each worker one for each parameter, in the order of the parameters
     * @param learningRate lr
     * @param clip the largest global norm; 0 for no limit
     * @param scale the factor by which the gradients are too large
     * @return the global norm before clipping; where it is not finite, the parameters and moments
     *     are as before
     */
    public double update(
            List<List<NDArray>> gradients, double learningRate, double clip, double scale) {
        OptimizerKernel.Arrays arrays = arrays(gradients);
        double norm =
                OptimizerKernel.find(arrays)
                        .map(kernel -> updateFused(kernel, arrays, learningRate, clip, scale))
                        .orElseGet(() -> updatePlainly(arrays, learningRate, clip, scale));
        if (Double.isFinite(norm)) {
            step++;
        }
        return norm;
    }

    private OptimizerKernel.Arrays arrays(List<List<NDArray>> gradients) {
        List<NDArray> ordered = new ArrayList<>();
        for (List<NDArray> ofWorker : gradients) {
            states.forEach(state -> ordered.add(ofWorker.get(state.place())));
        }
        return new OptimizerKernel.Arrays(
                updates,
                states.stream().map(State::parameter).toList(),
                states.stream().map(State::mean).toList(),
                states.stream().map(State::square).toList(),
                ordered,
                (int) states.stream().filter(State::decays).count());
    }

    private double updateFused(
            OptimizerKernel kernel,
            OptimizerKernel.Arrays arrays,
            double learningRate,
            double clip,
            double scale) {
        double[] constants = {
            learningRate,
            settings.beta1(),
            settings.beta2(),
            settings.epsilon(),
            settings.weightDecay(),
            clip,
            scale
        };
        try (NDManager scratch = manager.newSubManager(Device.cpu())) {
            return kernel.run(arrays, scratch.create(constants));
        }
    }

    private double updatePlainly(
            OptimizerKernel.Arrays arrays, double learningRate, double clip, double scale) {
        int count = states.size();
        List<NDArray> sum = arrays.gradients().subList(0, count);
        for (int i = count; i < arrays.gradients().size(); i++) {
            sum.get(i % count).addi(arrays.gradients().get(i));
        }
        if (scale != 1) {
            Gradients.scale(sum, 1 / scale);
        }
        double norm = Gradients.norm(sum);
        if (Double.isFinite(norm)) {
            Gradients.clip(sum, norm, clip);
            update(sum, learningRate);
            updates.addi(1);
        }
        arrays.gradients().forEach(gradient -> gradient.set(new NDIndex("..."), 0));
        return norm;
    }

    private void update(List<NDArray> gradients, double learningRate) {
        double meanCorrection = 1 - Math.pow(settings.beta1(), step + 1);
        double squareCorrection = 1 - Math.pow(settings.beta2(), step + 1);
        try (NDManager scratch = manager.newSubManager()) {
            Constants constants =
                    new Constants(
                            scratch.create(1 - learningRate * settings.weightDecay()),
                            scratch.create(settings.beta1()),
                            scratch.create(1 - settings.beta1()),
                            scratch.create(settings.beta2()),
                            scratch.create(1 - settings.beta2()),
                            scratch.create(Math.sqrt(squareCorrection)),
                            scratch.create(settings.epsilon()),
                            scratch.create(learningRate / meanCorrection));
            for (int i = 0; i < states.size(); i++) {
                update(states.get(i), gradients.get(i), constants);
            }
        }
    }

    private record Constants(
            NDArray keep,
            NDArray beta1,
            NDArray oneMinusBeta1,
            NDArray beta2,
            NDArray oneMinusBeta2,
            NDArray squareCorrectionRoot,
            NDArray epsilon,
            NDArray rate) {}

    private static void update(State state, NDArray gradient, Constants c) {
        try (NDManager scratch = state.parameter().getManager().newSubManager()) {
            gradient.tempAttach(scratch);
            NDArray parameter = state.parameter();
            if (state.decays()) {
                parameter.muli(c.keep());
            }
            state.mean().muli(c.beta1()).addi(gradient.mul(c.oneMinusBeta1()));
            state.square().muli(c.beta2()).addi(gradient.square().mul(c.oneMinusBeta2()));
            NDArray root = state.square().sqrt();
            root.attach(scratch);
            root.divi(c.squareCorrectionRoot()).addi(c.epsilon());
            NDArray change = state.mean().div(root);
            change.attach(scratch);
            parameter.subi(change.muli(c.rate()));
        }
    }

    /**
     * Returns how many updates were made.
     *
     * @return t
     */
    public long step() {
        return step;
    }

    /** Frees the moments. */
    @Override
    public void close() {
        manager.close();
    }
}
