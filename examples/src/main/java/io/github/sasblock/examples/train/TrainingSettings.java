package io.github.sasblock.examples.train;

import io.github.sasblock.transformer.DocumentMask;

/**
 * How a model is trained.
 *
 * @param steps the number of optimizer steps
 * @param batch the number of windows of a step
 * @param microBatch the number of windows in memory at once
 * @param adaptsMicroBatch whether that number is halved where memory does not suffice
 * @param learningRate the rate by step
 * @param adam the constants of AdamW
 * @param clip the largest global norm of the gradients; 0 for no limit
 * @param validateEvery the number of steps between validations
 * @param checkpointEvery the number of steps between checkpoints
 * @param seed the seed of initial values, dropout and the order of data
 * @param documents which tokens of a window see each other, in training and in validation
 * @param faults what is done about steps whose numbers are wrong
 * @param computation how a step is computed
 */
public record TrainingSettings(
        long steps,
        int batch,
        int microBatch,
        boolean adaptsMicroBatch,
        LearningRate learningRate,
        AdamW.Settings adam,
        double clip,
        long validateEvery,
        long checkpointEvery,
        long seed,
        DocumentMask documents,
        FaultPolicy faults,
        Computation computation) {

    /**
     * Returns the same settings for other windows.
     *
     * @param mask which tokens of a window see each other
     * @return the settings with that mask
     */
    public TrainingSettings withDocuments(DocumentMask mask) {
        return new TrainingSettings(
                steps,
                batch,
                microBatch,
                adaptsMicroBatch,
                learningRate,
                adam,
                clip,
                validateEvery,
                checkpointEvery,
                seed,
                mask,
                faults,
                computation);
    }
}
