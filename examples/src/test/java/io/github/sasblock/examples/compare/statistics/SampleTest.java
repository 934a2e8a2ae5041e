package io.github.sasblock.examples.compare.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SampleTest {

    @Test
    void hasTheMeanAndItsStandardError() {
        // By hand: mean 5, squares 9+1+1+1+0+0+4+16 = 32, variance 32/7, error √(32/56).
        Sample sample = Sample.of(2, 4, 4, 4, 5, 5, 7, 9);
        assertThat(sample.mean()).isEqualTo(5);
        assertThat(sample.standardError()).isCloseTo(0.7559289460, within(1e-9));
        assertThat(sample.hasSpread()).isTrue();
    }

    @Test
    void ofOneSeedHasNoSpread() {
        Sample sample = Sample.of(3);
        assertThat(sample.mean()).isEqualTo(3);
        assertThat(sample.standardError()).isNaN();
        assertThat(sample.hasSpread()).isFalse();
    }

    @Test
    void needsAValue() {
        assertThatThrownBy(Sample::of).isInstanceOf(IllegalArgumentException.class);
    }
}
