/**
 * What a pretraining run prints and leaves on disk besides its checkpoints.
 *
 * <p>{@link io.github.sasblock.examples.report.RunFolder} is the folder of a run. In it lie the
 * metrics of each step ({@link io.github.sasblock.examples.report.MetricsLog}, and {@link
 * io.github.sasblock.examples.report.TensorBoardWriter} for TensorBoard), the result ({@link
 * io.github.sasblock.examples.report.Summary}) and its picture ({@link
 * io.github.sasblock.examples.report.LossChart}). {@link
 * io.github.sasblock.examples.report.Console} is what the person at the terminal sees.
 *
 * <p>The package knows nothing of training: it takes plain records. Losses are in nats per token
 * and rates in tokens per second, unless a name says otherwise; a number that is not known is NaN.
 */
package io.github.sasblock.examples.report;
