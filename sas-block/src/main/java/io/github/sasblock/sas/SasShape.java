package io.github.sasblock.sas;

import io.github.sasblock.nn.Check;

/**
 * The sizes of Simulated Attention Score.
 *
 * @param headCount H
 * @param headSize D
 * @param simulatedHeadCount H′, a multiple of H
 * @param simulatedHeadSize D′, at least D
 * @param headExpansion how heads are expanded
 * @param kernelSize K, odd; 1 unless heads are expanded by convolution
 * @param expandFeatures whether features of queries and keys are expanded; without it D′ = D
 */
public record SasShape(
        int headCount,
        int headSize,
        int simulatedHeadCount,
        int simulatedHeadSize,
        HeadExpansionKind headExpansion,
        int kernelSize,
        boolean expandFeatures) {

    /** How heads are expanded. */
    public enum HeadExpansionKind {
        /** Not at all: H′ = H, and no parameters. */
        NONE,
        /** By convolution along the features. */
        CONVOLUTION,
        /** By a multi-layer perceptron, the convolution with K = 1. */
        MLP
    }

    /**
     * Checks the values.
     *
     * @param headCount H
     * @param headSize D
     * @param simulatedHeadCount H′, a multiple of H
     * @param simulatedHeadSize D′, at least D
     * @param headExpansion how heads are expanded
     * @param kernelSize K, odd; 1 unless heads are expanded by convolution
     * @param expandFeatures whether features of queries and keys are expanded; without it D′ = D
     * @throws IllegalArgumentException if a value is not valid
     */
    public SasShape {
        Check.positive("head count H", headCount);
        Check.positive("head size D", headSize);
        Check.that(
                simulatedHeadCount >= headCount && simulatedHeadCount % headCount == 0,
                "simulated head count H'",
                simulatedHeadCount,
                "a multiple of the head count H = " + headCount);
        Check.that(
                headExpansion != HeadExpansionKind.NONE || simulatedHeadCount == headCount,
                "simulated head count H'",
                simulatedHeadCount,
                "the head count H = " + headCount + ", since heads are not expanded");
        Check.that(
                simulatedHeadSize >= headSize,
                "simulated head size D'",
                simulatedHeadSize,
                "at least the head size D = " + headSize);
        Check.that(
                expandFeatures || simulatedHeadSize == headSize,
                "simulated head size D'",
                simulatedHeadSize,
                "the head size D = " + headSize + ", since features are not expanded");
        Check.odd("kernel size K", kernelSize);
    }

    /**
     * Returns the number of heads that share a slot of the aggregation.
     *
     * @return r = H′/H
     */
    public int groups() {
        return simulatedHeadCount / headCount;
    }
}
