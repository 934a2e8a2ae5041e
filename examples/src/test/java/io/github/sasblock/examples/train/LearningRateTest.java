package io.github.sasblock.examples.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LearningRateTest {

    private static final LearningRate RATE = new LearningRate(1.0, 0.1, 10, 110);

    @Test
    void risesLinearlyToThePeak() {
        assertThat(RATE.at(1)).isEqualTo(0.1);
        assertThat(RATE.at(5)).isEqualTo(0.5);
        assertThat(RATE.at(10)).isEqualTo(1.0);
    }

    @Test
    void fallsAlongHalfACosineToTheMinimum() {
        assertThat(RATE.at(60)).isCloseTo(0.55, within(1e-12));
        assertThat(RATE.at(35)).isCloseTo(0.1 + 0.9 * (1 + Math.sqrt(0.5)) / 2, within(1e-12));
        assertThat(RATE.at(110)).isCloseTo(0.1, within(1e-12));
    }

    @Test
    void beginsAtThePeakWithoutWarmup() {
        assertThat(new LearningRate(1, 0, 0, 1000).at(1)).isCloseTo(1, within(1e-5));
    }

    @Test
    void mayBeAllWarmup() {
        assertThat(new LearningRate(1, 0, 4, 4).at(4)).isEqualTo(1);
    }
}
