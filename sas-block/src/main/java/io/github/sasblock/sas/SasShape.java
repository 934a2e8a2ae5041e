package io.github.sasblock.sas;

import io.github.sasblock.nn.Check;

/**
 * The sizes of Simulated Attention Score, what is expanded, and how heads come together.
 *
 * @param headCount H
 * @param headSize D
 * @param simulatedHeadCount H′, a multiple of H
 * @param simulatedHeadSize D′, at least D
 * @param headExpansion how heads are expanded
 * @param kernelSize K, odd; 1 unless heads are expanded by convolution
 * @param expandFeatures whether features of queries and keys are expanded; without it D′ = D
 * @param expandValues whether the heads of values are expanded as those of queries and keys;
 *     without it simulated head h sees the values of head h mod H
 * @param aggregation how the outputs of the heads come together
 */
public record SasShape(
        int headCount,
        int headSize,
        int simulatedHeadCount,
        int simulatedHeadSize,
        HeadExpansionKind headExpansion,
        int kernelSize,
        boolean expandFeatures,
        boolean expandValues,
        Aggregation aggregation) {

    /** How the outputs of the heads come together. */
    public enum Aggregation {
        /** Heads h, h + H, h + 2H, … are averaged; the projection has weights for H heads. */
        AVERAGE,
        /** The projection has weights for each of the H′ heads. */
        CONCATENATION
    }

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
     * @param expandValues whether the heads of values are expanded as those of queries and keys;
     *     without it simulated head h sees the values of head h mod H
     * @param aggregation how the outputs of the heads come together
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
        Check.that(
                expandValues || headExpansion != HeadExpansionKind.NONE,
                "expand values",
                expandValues,
                "true, since no heads are expanded");
        Check.odd("kernel size K", kernelSize);
    }

    /**
     * Creates the paper's form: values are expanded, and heads averaged.
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
    public SasShape(
            int headCount,
            int headSize,
            int simulatedHeadCount,
            int simulatedHeadSize,
            HeadExpansionKind headExpansion,
            int kernelSize,
            boolean expandFeatures) {
        this(
                headCount,
                headSize,
                simulatedHeadCount,
                simulatedHeadSize,
                headExpansion,
                kernelSize,
                expandFeatures,
                true,
                Aggregation.AVERAGE);
    }

    /**
     * Returns this shape without the expansion of values.
     *
     * @return a shape whose simulated head h sees the values of head h mod H
     */
    public SasShape withSharedValues() {
        return new SasShape(
                headCount,
                headSize,
                simulatedHeadCount,
                simulatedHeadSize,
                headExpansion,
                kernelSize,
                expandFeatures,
                false,
                aggregation);
    }

    /**
     * Returns this shape with another aggregation.
     *
     * @param other how the outputs of the heads come together
     * @return the shape
     */
    public SasShape withAggregation(Aggregation other) {
        return new SasShape(
                headCount,
                headSize,
                simulatedHeadCount,
                simulatedHeadSize,
                headExpansion,
                kernelSize,
                expandFeatures,
                expandValues,
                other);
    }

    /**
     * Returns the number of simulated heads made of each head.
     *
     * @return r = H′/H
     */
    public int groups() {
        return simulatedHeadCount / headCount;
    }

    /**
     * Returns the number of heads of values.
     *
     * @return H′, or H where they are not expanded
     */
    public int valueHeadCount() {
        return expandValues ? simulatedHeadCount : headCount;
    }

    /**
     * Returns the number of heads that the output projection has weights for.
     *
     * @return H where heads are averaged, H′ where they are concatenated
     */
    public int slotCount() {
        return aggregation == Aggregation.AVERAGE ? headCount : simulatedHeadCount;
    }

    /**
     * Returns the number of heads that come out of the attention. Where heads that share values are
     * averaged too, their weights are averaged instead, before the one product with the values.
     *
     * @return H if values are not expanded and heads are averaged, H′ otherwise
     */
    public int attendedHeadCount() {
        return Math.max(valueHeadCount(), slotCount());
    }

    /**
     * Describes the shape, and what departs from the paper's form only where it does: the files of
     * that form hold these words.
     *
     * @return for example {@code SasShape[headCount=4, …, expandFeatures=true]}
     */
    @Override
    public String toString() {
        return "SasShape[headCount="
                + headCount
                + ", headSize="
                + headSize
                + ", simulatedHeadCount="
                + simulatedHeadCount
                + ", simulatedHeadSize="
                + simulatedHeadSize
                + ", headExpansion="
                + headExpansion
                + ", kernelSize="
                + kernelSize
                + ", expandFeatures="
                + expandFeatures
                + (expandValues ? "" : ", expandValues=false")
                + (aggregation == Aggregation.AVERAGE ? "" : ", aggregation=" + aggregation)
                + "]";
    }
}
