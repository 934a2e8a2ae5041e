package io.github.sasblock.examples.compare.view;

import io.github.sasblock.examples.compare.analysis.ComparisonReport.Reach;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.Speed;
import io.github.sasblock.examples.compare.statistics.PairedDifference.Verdict;
import io.github.sasblock.examples.compare.statistics.Sample;
import io.github.sasblock.examples.report.Format;

/** Figures with their spread, as people read them. */
final class Words {

    static final String ONE_SEED = "one seed, no spread";

    private static final double THOUSAND = 1e3;

    private Words() {}

    /** Returns the class of the style sheets for a verdict on a loss: the lower, the better. */
    static String kind(Verdict verdict) {
        return switch (verdict) {
            case LOWER -> "better";
            case HIGHER -> "worse";
            case UNDECIDED, NO_SPREAD -> "noise";
        };
    }

    static String withError(Sample sample, int decimals) {
        if (sample == null) {
            return "no finished run";
        }
        return sample.hasSpread()
                ? Format.fixed(sample.mean(), decimals)
                        + " ± "
                        + Format.fixed(sample.standardError(), decimals)
                : ONE_SEED;
    }

    static String countWithError(Sample sample, double unit, int decimals, String suffix) {
        if (sample == null) {
            return "";
        }
        Sample scaled =
                new Sample(sample.count(), sample.mean() / unit, sample.standardError() / unit);
        return sample.hasSpread() ? withError(scaled, decimals) + suffix : ONE_SEED;
    }

    /** Returns thousands a second, with the lowest and the highest of the rounds. */
    static String speed(Speed speed) {
        return Format.fixed(speed.median() / THOUSAND, 2)
                + " k ("
                + Format.fixed(speed.lowest() / THOUSAND, 2)
                + "–"
                + Format.fixed(speed.highest() / THOUSAND, 2)
                + ")";
    }

    static String reach(Reach reach) {
        if (reach == null) {
            return "";
        }
        if (reach.reached() == 0) {
            return "not reached";
        }
        if (reach.share() == null) {
            return "reached by " + reach.reached() + " of " + reach.pairs() + " seeds";
        }
        return reach.share().hasSpread()
                ? Format.fixed(100 * reach.share().mean(), 0)
                        + " % ± "
                        + Format.fixed(100 * reach.share().standardError(), 0)
                : ONE_SEED;
    }
}
