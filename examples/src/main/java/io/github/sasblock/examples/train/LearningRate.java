package io.github.sasblock.examples.train;

/**
 * A learning rate that rises linearly and falls along half a cosine.
 *
 * @param peak the rate after the warm-up
 * @param minimum the rate at the last step
 * @param warmup the number of steps of the warm-up
 * @param steps the number of steps in all
 */
public record LearningRate(double peak, double minimum, long warmup, long steps) {

    /**
     * Returns the rate of a step.
     *
     * @param step the step, from 1
     * @return the rate with which the step's update is made
     */
    public double at(long step) {
        if (step <= warmup) {
            return peak * step / warmup;
        }
        double progress = (double) (step - warmup) / Math.max(1, steps - warmup);
        return minimum + (peak - minimum) * (1 + Math.cos(Math.PI * Math.min(1, progress))) / 2;
    }
}
