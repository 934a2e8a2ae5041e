package io.github.sasblock.examples.train;

/**
 * What is done about a step whose numbers are wrong.
 *
 * @param onNonFinite what happens where the loss or a gradient is not finite
 * @param maxNonFinite how many such steps of a run are skipped before it stops
 * @param spikeFactor a step is skipped if its loss is more than so many times its moving average; 0
 *     to skip none
 */
public record FaultPolicy(OnNonFinite onNonFinite, long maxNonFinite, double spikeFactor) {

    /** Stops at the first loss or gradient that is not finite, and skips no spike. */
    public static final FaultPolicy STRICT = new FaultPolicy(OnNonFinite.STOP, 0, 0);

    /** What happens where the loss or a gradient is not finite. */
    public enum OnNonFinite {
        /** The training stops before the update. */
        STOP,
        /** The batch is left without an update, and counted. */
        SKIP
    }
}
