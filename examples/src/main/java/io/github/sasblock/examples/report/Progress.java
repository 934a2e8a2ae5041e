package io.github.sasblock.examples.report;

/**
 * How far training has come.
 *
 * @param point the state after the step
 * @param steps how many steps the run takes in all; 0 where that is not known
 * @param bitsPerByte the loss in bits per byte; NaN where the bytes of a token are not known
 * @param secondsLeft how long the run will still take; 0 at its end, NaN where that is not known
 */
public record Progress(TrainPoint point, long steps, double bitsPerByte, double secondsLeft) {}
