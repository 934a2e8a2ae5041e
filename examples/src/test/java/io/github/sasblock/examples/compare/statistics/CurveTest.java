package io.github.sasblock.examples.compare.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CurveTest {

    private final Curve curve =
            new Curve(new double[] {0, 10, 20, 40}, new double[] {5, 3, 3.5, 1});

    @Test
    void isStraightBetweenItsPoints() {
        assertThat(curve.at(0)).hasValue(5);
        assertThat(curve.at(5)).hasValue(4);
        assertThat(curve.at(10)).hasValue(3);
        assertThat(curve.at(30)).hasValue(2.25);
        assertThat(curve.at(40)).hasValue(1);
    }

    @Test
    void isNotKnownBeyondItsEnds() {
        assertThat(curve.at(40.001)).isEmpty();
        assertThat(curve.at(-1)).isEmpty();
        assertThat(curve.at(Double.NaN)).isEmpty();
    }

    @Test
    void isReachedWhereItFirstComesDown() {
        assertThat(curve.reaches(5)).hasValue(0);
        assertThat(curve.reaches(3.5)).hasValue(7.5);
        assertThat(curve.reaches(2.25)).hasValue(30);
        assertThat(curve.reaches(0.99)).isEmpty();
    }

    @Test
    void refusesPointsOutOfOrder() {
        assertThatThrownBy(() -> new Curve(new double[] {1, 0}, new double[] {1, 1}))
                .hasMessageContaining("expected ascending");
        assertThatThrownBy(() -> new Curve(new double[] {1}, new double[] {1, 1}))
                .hasMessageContaining("expected as many");
    }
}
