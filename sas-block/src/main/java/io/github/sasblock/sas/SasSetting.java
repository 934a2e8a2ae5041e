package io.github.sasblock.sas;

import io.github.sasblock.sas.SasShape.Aggregation;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import java.util.Locale;

/** Named settings of Simulated Attention Score: what becomes of H heads of D features. */
public enum SasSetting {
    /**
     * The proportions of arXiv 2507.07694: H′ = 3·H by convolution with K = 5, and D′ = 1.5·D, in
     * all of queries, keys and values.
     */
    PAPER(3, 1.5, HeadExpansionKind.CONVOLUTION, 5, true, Aggregation.AVERAGE),

    /** The paper's form with H′ = 2·H, and values of H heads that two simulated heads share. */
    SHARED_VALUES(2, 1.5, HeadExpansionKind.CONVOLUTION, 5, false, Aggregation.AVERAGE),

    /**
     * The features of queries and keys alone, D′ = 1.5·D; the heads stay. The cheapest of these.
     */
    FEATURES(1, 1.5, HeadExpansionKind.NONE, 1, true, Aggregation.AVERAGE);

    private final int groups;
    private final double growth;
    private final HeadExpansionKind headExpansion;
    private final int kernelSize;
    private final boolean expandValues;
    private final Aggregation aggregation;

    SasSetting(
            int groups,
            double growth,
            HeadExpansionKind headExpansion,
            int kernelSize,
            boolean expandValues,
            Aggregation aggregation) {
        this.groups = groups;
        this.growth = growth;
        this.headExpansion = headExpansion;
        this.kernelSize = kernelSize;
        this.expandValues = expandValues;
        this.aggregation = aggregation;
    }

    /**
     * Returns the name that one types.
     *
     * @return for example {@code paper}
     */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Returns the setting at a size.
     *
     * @param headCount H
     * @param headSize D
     * @return H′, D′, K, and what is expanded
     */
    public SasShape shape(int headCount, int headSize) {
        return new SasShape(
                headCount,
                headSize,
                Math.multiplyExact(groups, headCount),
                expandsFeatures() ? Math.toIntExact(simulatedHeadSize(headSize)) : headSize,
                headExpansion,
                kernelSize,
                expandsFeatures(),
                expandValues,
                aggregation);
    }

    /**
     * Returns the ratio of simulated heads to heads.
     *
     * @return r = H′/H
     */
    public int groups() {
        return groups;
    }

    /**
     * Returns the features of a simulated head.
     *
     * @param headSize D
     * @return D′, rounded up to an even number; of large D more than an int holds
     */
    public long simulatedHeadSize(int headSize) {
        return 2 * (long) Math.ceil(growth * headSize / 2);
    }

    /**
     * Returns whether features of queries and keys are expanded.
     *
     * @return whether D′ is more than D
     */
    public boolean expandsFeatures() {
        return growth > 1;
    }

    /**
     * Returns how heads are expanded.
     *
     * @return by convolution, by MLP, or not at all
     */
    public HeadExpansionKind headExpansion() {
        return headExpansion;
    }

    /**
     * Returns the kernel size of the convolution.
     *
     * @return K; 1 unless heads are expanded by convolution
     */
    public int kernelSize() {
        return kernelSize;
    }

    /**
     * Returns whether the heads of values are expanded.
     *
     * @return whether values have H′ heads
     */
    public boolean expandsValues() {
        return expandValues;
    }

    /**
     * Returns how the outputs of the heads come together.
     *
     * @return by average or concatenation
     */
    public Aggregation aggregation() {
        return aggregation;
    }
}
