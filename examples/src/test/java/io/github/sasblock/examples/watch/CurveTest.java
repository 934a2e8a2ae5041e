package io.github.sasblock.examples.watch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CurveTest {

    @Test
    void aFewPointsAreKeptAsTheyAre() {
        Curve curve = new Curve();
        curve.add(1, 5);
        curve.add(2, Double.NaN);
        curve.add(3, 4);
        assertThat(curve.rows()).isDeepEqualTo(new double[][] {{1, 5, 5, 5}, {3, 4, 4, 4}});
    }

    @Test
    void aMillionPointsTakeBoundedRoomAndKeepTheirExtremes() {
        Curve curve = new Curve();
        for (int step = 1; step <= 1_000_000; step++) {
            curve.add(step, step == 777_777 ? 100 : step == 5 ? -100 : 1);
        }
        double[][] rows = curve.rows();
        assertThat(rows.length).isBetween(500, 1024);
        double sum = 0;
        double low = 0;
        double high = 0;
        for (int i = 0; i < rows.length; i++) {
            assertThat(rows[i][0]).isGreaterThan(i == 0 ? 0 : rows[i - 1][0]);
            low = Math.min(low, rows[i][2]);
            high = Math.max(high, rows[i][3]);
            sum += rows[i][1];
        }
        assertThat(low).isEqualTo(-100);
        assertThat(high).isEqualTo(100);
        assertThat(sum / rows.length).isBetween(0.9, 1.1);
    }
}
