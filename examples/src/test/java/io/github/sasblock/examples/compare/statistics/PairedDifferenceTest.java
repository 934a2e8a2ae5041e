package io.github.sasblock.examples.compare.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.sasblock.examples.compare.statistics.PairedDifference.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairedDifferenceTest {

    /** NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.2, column 0.975. */
    @ParameterizedTest
    @CsvSource({
        "1, 12.706",
        "2, 4.303",
        "3, 3.182",
        "4, 2.776",
        "5, 2.571",
        "9, 2.262",
        "29, 2.045",
        "100, 1.984"
    })
    void usesThePublishedQuantilesOfStudentsT(int degreesOfFreedom, double published) {
        assertThat(PairedDifference.quantile(degreesOfFreedom)).isCloseTo(published, within(5e-4));
    }

    /**
     * The sleep data of Student (The Probable Error of a Mean, 1908): mean −1.58, interval −2.4599
     * to −0.7001, as R's {@code t.test(extra ~ group, paired = TRUE)} prints.
     */
    @Test
    void givesStudentsOwnInterval() {
        double[] first = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
        double[] second = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
        double[] differences = new double[first.length];
        for (int i = 0; i < first.length; i++) {
            differences[i] = first[i] - second[i];
        }
        PairedDifference difference = PairedDifference.of(differences);
        assertThat(difference.mean()).isCloseTo(-1.58, within(1e-12));
        assertThat(difference.low()).isCloseTo(-2.4598858, within(1e-6));
        assertThat(difference.high()).isCloseTo(-0.7001142, within(1e-6));
        assertThat(difference.verdict()).isEqualTo(Verdict.LOWER);
    }

    @Test
    void callsADifferenceNoiseWhereTheIntervalHoldsZero() {
        assertThat(PairedDifference.of(1, -1.5, 2).verdict()).isEqualTo(Verdict.UNDECIDED);
        assertThat(PairedDifference.of(1, 1.1, 0.9).verdict()).isEqualTo(Verdict.HIGHER);
    }

    @Test
    void ofOnePairHasNoInterval() {
        PairedDifference difference = PairedDifference.of(-3);
        assertThat(difference.verdict()).isEqualTo(Verdict.NO_SPREAD);
        assertThat(difference.low()).isNaN();
    }
}
