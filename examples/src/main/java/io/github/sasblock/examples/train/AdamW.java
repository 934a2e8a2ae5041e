package io.github.sasblock.examples.train;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.kernel.FlatArrays;
import io.github.sasblock.kernel.OptimizerKernel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
    private final List<NDArray> parameters = new ArrayList<>(); // without their gradients
    private final List<Boolean> decays = new ArrayList<>();
    private final FlatArrays means;
    private final FlatArrays squares;
    private final NDArray updates; // scalar
    private final SmallWork work;
    private long step;

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
            NDArray values = parameter.stopGradient();
            values.attach(this.manager);
            this.parameters.add(values);
            decays.add(settings.decay() == Decay.ALL || parameter.getShape().dimension() >= 2);
        }
        means = FlatArrays.zerosLike(this.manager, this.parameters);
        squares = FlatArrays.zerosLike(this.manager, this.parameters);
        updates = this.manager.zeros(new Shape(), DataType.FLOAT32);
        work = new SmallWork(means.flat().size(), "optimizer");
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
            List<FlatArrays> gradients, double learningRate, double clip, double scale) {
        OptimizerKernel.Arrays arrays =
                new OptimizerKernel.Arrays(updates, parameters, means, squares, gradients, decays);
        double norm =
                OptimizerKernel.find(arrays)
                        .map(kernel -> updateFused(kernel, arrays, learningRate, clip, scale))
                        .orElseGet(() -> updatePlainly(arrays, learningRate, clip, scale));
        if (Double.isFinite(norm)) {
            step++;
        }
        return norm;
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
        return work.run(() -> run(kernel, arrays, constants));
    }

    private double run(OptimizerKernel kernel, OptimizerKernel.Arrays arrays, double... constants) {
        try (NDManager scratch = manager.newSubManager(Device.cpu())) {
            return kernel.run(arrays, scratch.create(constants));
        }
    }

    private double updatePlainly(
            OptimizerKernel.Arrays arrays, double learningRate, double clip, double scale) {
        List<NDArray> sum = arrays.gradients().get(0).arrays();
        for (FlatArrays share : arrays.gradients().subList(1, arrays.gradients().size())) {
            for (int i = 0; i < sum.size(); i++) {
                sum.get(i).addi(share.arrays().get(i));
            }
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
        Gradients.clear(arrays.gradients());
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
            for (int i = 0; i < parameters.size(); i++) {
                update(i, gradients.get(i), constants);
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

    private void update(int place, NDArray gradient, Constants c) {
        NDArray parameter = parameters.get(place);
        NDArray mean = means.arrays().get(place);
        NDArray square = squares.arrays().get(place);
        try (NDManager scratch = parameter.getManager().newSubManager()) {
            gradient.tempAttach(scratch);
            if (decays.get(place)) {
                parameter.muli(c.keep());
            }
            mean.muli(c.beta1()).addi(gradient.mul(c.oneMinusBeta1()));
            square.muli(c.beta2()).addi(gradient.square().mul(c.oneMinusBeta2()));
            NDArray root = square.sqrt();
            root.attach(scratch);
            root.divi(c.squareCorrectionRoot()).addi(c.epsilon());
            NDArray change = mean.div(root);
            change.attach(scratch);
            parameter.subi(change.muli(c.rate()));
        }
    }

    /**
     * Returns all that the next update depends on but for the parameters and their gradients.
     *
     * @param names a name for each parameter
     * @return the moments by {@code mean.NAME} and {@code square.NAME}, and the {@code updates}
     *     made; the arrays stay those of this object
     */
    Map<String, NDArray> state(List<String> names) {
        Map<String, NDArray> state = new LinkedHashMap<>();
        state.put("updates", updates);
        for (int i = 0; i < names.size(); i++) {
            state.put("mean." + names.get(i), means.arrays().get(i));
        }
        for (int i = 0; i < names.size(); i++) {
            state.put("square." + names.get(i), squares.arrays().get(i));
        }
        return state;
    }

    /** Goes on from the number of updates that was saved, once the arrays of the state are. */
    void restoreStep() {
        step = (long) updates.getFloat();
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
        work.close();
        manager.close();
    }
}
