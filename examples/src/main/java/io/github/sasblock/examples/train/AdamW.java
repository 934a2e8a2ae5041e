package io.github.sasblock.examples.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
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
    private final List<State> states = new ArrayList<>();
    private long step;

    private record State(NDArray parameter, NDArray mean, NDArray square, boolean decays) {}

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
        for (NDArray parameter : parameters) {
            states.add(stateOf(parameter));
        }
    }

    private State stateOf(NDArray parameter) {
        boolean decays = settings.decay() == Decay.ALL || parameter.getShape().dimension() >= 2;
        return new State(parameter, zeros(parameter), zeros(parameter), decays);
    }

    private NDArray zeros(NDArray like) {
        return manager.zeros(like.getShape(), like.getDataType());
    }

    /**
     * Updates the parameters.
     *
     * @param gradients one for each parameter, in the same order
     * @param learningRate lr
     */
    public void update(List<NDArray> gradients, double learningRate) {
        step++;
        double meanCorrection = 1 - Math.pow(settings.beta1(), step);
        double squareCorrection = 1 - Math.pow(settings.beta2(), step);
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
