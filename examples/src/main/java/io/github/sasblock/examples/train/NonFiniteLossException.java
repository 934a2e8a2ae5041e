package io.github.sasblock.examples.train;

/**
 * Training met a loss or a gradient that is not a number; the parameters are as before the step.
 */
public final class NonFiniteLossException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param step the step at which it happened
     * @param loss the step's loss
     * @param gradientNorm the norm of the step's gradients
     */
    public NonFiniteLossException(long step, double loss, double gradientNorm) {
        super(
                "training stopped before the update of step "
                        + step
                        + ": loss "
                        + loss
                        + ", gradient norm "
                        + gradientNorm
                        + "; lower --learning-rate, or raise --warmup");
    }
}
