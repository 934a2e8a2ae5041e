package io.github.sasblock.examples.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class AlternativesTest {

    @Test
    void refusesAnOpeningThatIsAPrefixOfAnother() {
        assertThatThrownBy(
                        () -> Alternatives.of(List.of("ring", "group", "ringed"), List.of(1, 1, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'ring' is a prefix of 'ringed'");
    }

    @Test
    void refusesTheSameOpeningTwiceAndAnEmptyOne() {
        assertThatThrownBy(() -> Alternatives.of(List.of("a", "a"), List.of(1, 1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Alternatives.of(List.of("a", ""), List.of(1, 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesWeightsThatAreNotPositiveOrNotAsManyAsTheOpenings() {
        assertThatThrownBy(() -> Alternatives.of(List.of("a", "b"), List.of(1, 0)))
                .hasMessage("weight 0: expected a positive number");
        assertThatThrownBy(() -> Alternatives.of(List.of("a", "b"), List.of(1)))
                .hasMessageContaining("2 openings and 1 weights");
    }

    @Test
    void givesEachAlternativeTheProbabilityOfItsWeight() {
        Weights weights = Alternatives.of(List.of("a", "b", "c"), List.of(1, 2, 5)).weights();
        int[] points = new int[3];
        for (int point = 0; point < weights.total(); point++) {
            points[weights.at(point)]++;
        }
        assertThat(points).containsExactly(1, 2, 5);
        assertThat(weights.bits(0)).isEqualTo(3);
        assertThat(weights.bits(1)).isEqualTo(2);
        assertThat(weights.bits(2)).isCloseTo(0.678071905112638, within(1e-14));
    }

    @Test
    void leavesOutWhatIsExcluded() {
        Alternatives rest =
                Alternatives.of(List.of("a", "b", "c"), List.of(1, 2, 5)).without(List.of("b"));
        assertThat(rest.openings()).containsExactly("a", "c");
        assertThat(rest.weights().weight(1)).isEqualTo(5);
        assertThat(rest.weights().total()).isEqualTo(6);
    }
}
