package io.github.sasblock.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class StatisticsTest {

    @Test
    void interpolatesBetweenSamplesInAnyOrder() {
        assertThat(Statistics.of(List.of(4.0, 1.0, 3.0, 2.0)))
                .isEqualTo(new Statistics(1.75, 2.5, 3.25));
    }

    @Test
    void takesTheMiddleSampleWhereThereIsOne() {
        assertThat(Statistics.of(List.of(9.0, 1.0, 5.0, 7.0, 3.0)))
                .isEqualTo(new Statistics(3, 5, 7));
    }

    @Test
    void oneSampleIsAllOfThem() {
        assertThat(Statistics.of(List.of(2.5))).isEqualTo(new Statistics(2.5, 2.5, 2.5));
    }

    @Test
    void refusesNoSamples() {
        assertThatThrownBy(() -> Statistics.of(List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one");
    }
}
