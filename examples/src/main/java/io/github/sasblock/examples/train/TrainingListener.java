package io.github.sasblock.examples.train;

import ai.djl.nn.Block;
import java.io.IOException;

/** Is told what happens while a model trains. */
public interface TrainingListener {

    /**
     * A step was taken.
     *
     * @param step what it did
     * @throws IOException if it cannot be recorded
     */
    void onStep(Step step) throws IOException;

    /**
     * The model was scored on the validation text.
     *
     * @param validation the score
     * @param model the model as it is now
     * @throws IOException if it cannot be recorded
     */
    void onValidation(Validation validation, Block model) throws IOException;

    /**
     * The training can be saved, and should be: at an interval, after a validation, or before it
     * ends early.
     *
     * @param snapshot what to save, valid until this method returns
     * @throws IOException if it cannot be saved and the training is not to go on
     */
    default void onCheckpoint(Snapshot snapshot) throws IOException {}

    /**
     * Something happened that a person should know of: a step was skipped, or memory ran out.
     *
     * @param notice a sentence
     */
    default void onNotice(String notice) {}

    /**
     * A step.
     *
     * @param step its number, from 1
     * @param tokens how many tokens the run has trained on
     * @param loss the mean loss of the step's batch, in nats per token
     * @param learningRate the rate of its update
     * @param gradientNorm the global norm of the gradients before clipping
     * @param seconds the time spent in training so far
     * @param liveArrays the number of arrays that live after the step
     */
    record Step(
            long step,
            long tokens,
            double loss,
            double learningRate,
            double gradientNorm,
            double seconds,
            long liveArrays) {}

    /**
     * A validation.
     *
     * @param step the number of steps before it
     * @param tokens how many tokens the run has trained on
     * @param natsPerToken the mean loss
     * @param perplexity its exponential
     * @param bitsPerByte the total loss in bits, divided by the bytes scored
     * @param tokensScored how many tokens were scored
     * @param bytesScored how many bytes of text they stand for
     * @param seconds the time spent in training so far
     */
    record Validation(
            long step,
            long tokens,
            double natsPerToken,
            double perplexity,
            double bitsPerByte,
            long tokensScored,
            long bytesScored,
            double seconds) {}
}
