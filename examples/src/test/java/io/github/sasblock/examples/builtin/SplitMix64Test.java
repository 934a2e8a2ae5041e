package io.github.sasblock.examples.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SplitMix64Test {

    @Test
    void agreesWithTheJdksSplittableRandom() {
        java.util.SplittableRandom reference = new java.util.SplittableRandom(42);
        SplitMix64 random = new SplitMix64(42);
        for (int i = 0; i < 100; i++) {
            assertThat(random.next()).isEqualTo(reference.nextLong());
        }
    }

    @Test
    void drawsEveryNumberBelowABoundAboutEquallyOften() {
        SplitMix64 random = new SplitMix64(7);
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++) {
            counts[random.nextBelow(7)]++;
        }
        // The standard deviation of a count is 93.
        for (int count : counts) {
            assertThat(count).isBetween(9_500, 10_500);
        }
    }

    @Test
    void acceptsTheLargestBound() {
        SplitMix64 random = new SplitMix64(7);
        for (int i = 0; i < 1000; i++) {
            assertThat(random.nextBelow(Integer.MAX_VALUE)).isNotNegative();
        }
    }

    @Test
    void givesMembersOfAFamilyDifferentNumbers() {
        assertThat(SplitMix64.of(1, 0).next()).isNotEqualTo(SplitMix64.of(1, 1).next());
        assertThat(SplitMix64.of(1, 1).next()).isNotEqualTo(SplitMix64.of(2, 0).next());
        assertThat(SplitMix64.of(1, 1).next()).isNotEqualTo(SplitMix64.of(0, 2).next());
    }
}
