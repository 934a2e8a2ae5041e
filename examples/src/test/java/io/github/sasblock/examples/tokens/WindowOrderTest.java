package io.github.sasblock.examples.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WindowOrderTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 63, 64, 65, 1000, 4096, 4097, 100_000})
    void readsEachWindowOnceAnEpoch(int count) {
        assertThat(sorted(order(count, 1, 0))).isEqualTo(LongStream.range(0, count).toArray());
    }

    @Property(tries = 200)
    void readsEachWindowOnceWhateverTheCountAndSeed(
            @ForAll @IntRange(min = 1, max = 3000) int count,
            @ForAll long seed,
            @ForAll @LongRange(min = 0) long epoch) {
        assertThat(sorted(order(count, seed, epoch)))
                .isEqualTo(LongStream.range(0, count).toArray());
    }

    @Property(tries = 200)
    void staysInRangeForLargeCounts(
            @ForAll @LongRange(min = 1, max = 1L << 62) long count, @ForAll long seed) {
        WindowOrder order = new WindowOrder(count, seed);
        assertThat(order.window(0, 0)).isBetween(0L, count - 1);
        assertThat(order.window(0, count - 1)).isBetween(0L, count - 1);
    }

    @Test
    void differsBetweenEpochsAndSeeds() {
        long[] first = order(1000, 1, 0);
        assertThat(order(1000, 1, 0)).isEqualTo(first);
        assertThat(agreements(first, order(1000, 1, 1))).isLessThan(15);
        assertThat(agreements(first, order(1000, 2, 0))).isLessThan(15);
        assertThat(agreements(order(1000, 1, 1), order(1000, 2, 0))).isLessThan(15);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5})
    void givesEveryPermutationOfAFewWindowsEquallyOften(int count) {
        int permutations =
                LongStream.rangeClosed(1, count).mapToInt(i -> (int) i).reduce(1, (a, b) -> a * b);
        int samples = 500 * permutations;
        Map<String, Integer> counts = new HashMap<>();
        for (int seed = 0; seed < samples; seed++) {
            counts.merge(Arrays.toString(order(count, seed, 3)), 1, Integer::sum);
        }
        assertThat(counts).hasSize(permutations);
        double chiSquared =
                counts.values().stream().mapToDouble(n -> Math.pow(n - 500, 2) / 500).sum();
        assertThat(chiSquared).isLessThan(farTail(permutations - 1));
    }

    @Test
    void spreadsEveryPlaceAndEveryStepEvenly() {
        int count = 40;
        int samples = 20_000;
        int[][] places = new int[count][count];
        int[] steps = new int[count];
        for (int epoch = 0; epoch < samples; epoch++) {
            long[] order = order(count, 5, epoch);
            for (int i = 0; i < count; i++) {
                places[i][(int) order[i]]++;
                steps[Math.floorMod((int) (order[(i + 1) % count] - order[i]), count)]++;
            }
        }
        double expected = samples / (double) count;
        double chiSquared = 0;
        for (int[] place : places) {
            chiSquared += Arrays.stream(place).mapToDouble(n -> Math.pow(n - expected, 2)).sum();
        }
        assertThat(chiSquared / expected).isLessThan(farTail((count - 1) * (count - 1)));
        assertThat(steps[0]).isZero();
        double expectedSteps = samples * count / (count - 1.0);
        for (int step = 1; step < count; step++) {
            assertThat((double) steps[step])
                    .as("steps of %d", step)
                    .isBetween(0.97 * expectedSteps, 1.03 * expectedSteps);
        }
    }

    /** A value that chi-squared of so many degrees of freedom exceeds about once in 10^6. */
    private static double farTail(int degrees) {
        return degrees
                * Math.pow(1 - 2 / (9.0 * degrees) + 4.75 * Math.sqrt(2 / (9.0 * degrees)), 3);
    }

    @Test
    void refusesACountOfNothing() {
        assertThatThrownBy(() -> new WindowOrder(0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("count = 0: expected 1 to 2^62");
    }

    @Test
    void refusesAnIndexBeyondTheEpoch() {
        assertThatThrownBy(() -> new WindowOrder(3, 1).window(0, 3))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static long[] order(int count, long seed, long epoch) {
        WindowOrder order = new WindowOrder(count, seed);
        return LongStream.range(0, count).map(i -> order.window(epoch, i)).toArray();
    }

    private static long[] sorted(long[] values) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    private static long agreements(long[] a, long[] b) {
        return LongStream.range(0, a.length).filter(i -> a[(int) i] == b[(int) i]).count();
    }
}
