package io.github.sasblock.examples.train;

import io.github.sasblock.attention.AttentionCounts;

/** How much a thread works on at once on a CPU. */
public final class WorkingSet {

    /**
     * Query, key and value features of all tokens. Measured on cores with 2 MB of second-level
     * cache of their own, as a balance within some percent: with fewer the calls take over, with
     * more every pass goes to memory. Rather more, since calls suffer most from other load.
     */
    private static final long FEATURES = 500_000;

    private WorkingSet() {}

    /**
     * Returns how many windows a thread takes at once.
     *
     * @param attention the attention of a layer
     * @param length the tokens of a window
     * @param most the most windows it may take
     * @return between 1 and {@code most}
     */
    public static int windows(AttentionCounts attention, long length, int most) {
        long tokens = FEATURES / attention.scoreMultiplyAddsPerKey();
        return (int) Math.max(1, Math.min(most, tokens / length));
    }
}
