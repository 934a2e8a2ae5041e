package io.github.sasblock.examples.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenSamplerTest {

    private static final int TRIES = 200;

    /** Logits with ties among them, and some that can never be chosen. */
    @Provide
    Arbitrary<float[]> logits() {
        Arbitrary<Float> finite = Arbitraries.integers().between(-40, 40).map(i -> i / 4f);
        Arbitrary<Float> special = Arbitraries.of(Float.NEGATIVE_INFINITY, Float.NaN, 0f, -0f);
        return Arbitraries.frequencyOf(Tuple.of(6, finite), Tuple.of(1, special))
                .array(float[].class)
                .ofMinSize(1)
                .ofMaxSize(30)
                .filter(logits -> possible(logits) > 0);
    }

    private static long possible(float... logits) {
        return IntStream.range(0, logits.length)
                .filter(i -> logits[i] > Float.NEGATIVE_INFINITY)
                .count();
    }

    @Property(tries = TRIES)
    void zeroTemperatureTakesTheFirstOfTheGreatest(@ForAll("logits") float[] logits) {
        int chosen = TokenSampler.GREEDY.sample(logits, new SplittableRandom(1));
        for (int id = 0; id < logits.length; id++) {
            assertThat(logits[id] > logits[chosen]).isFalse();
            assertThat(id < chosen && logits[id] == logits[chosen]).isFalse();
        }
    }

    @Property(tries = TRIES)
    void aTemperatureNearZeroTakesOneOfTheGreatest(
            @ForAll("logits") float[] logits, @ForAll long seed) {
        TokenSampler cold = new TokenSampler(1e-6, 0, 1);
        int greatest = TokenSampler.GREEDY.sample(logits, new SplittableRandom(1));
        int chosen = cold.sample(logits, new SplittableRandom(seed));
        assertThat(logits[chosen] == logits[greatest]).isTrue();
    }

    @Property(tries = TRIES)
    void topKKeepsTheKGreatestAndOfEqualOnesTheLowestIds(
            @ForAll("logits") float[] logits, @ForAll @IntRange(min = 1, max = 40) int k) {
        int[] kept = new TokenSampler(1, k, 1).candidates(logits);
        assertThat(kept).hasSize((int) Math.min(k, possible(logits))).doesNotHaveDuplicates();
        for (int id = 0; id < logits.length; id++) {
            int other = id;
            if (logits[id] > Float.NEGATIVE_INFINITY
                    && Arrays.stream(kept).noneMatch(i -> i == other)) {
                for (int chosen : kept) {
                    boolean before =
                            logits[chosen] > logits[id]
                                    || logits[chosen] == logits[id] && chosen < id;
                    assertThat(before).as("%d before %d", chosen, id).isTrue();
                }
            }
        }
    }

    @Property(tries = TRIES)
    void topPKeepsTheFewestThatAreLikelyEnough(
            @ForAll("logits") float[] logits,
            @ForAll @DoubleRange(min = 0.01, max = 0.99) double p,
            @ForAll @DoubleRange(min = 0.2, max = 3) double temperature) {
        int[] all = new TokenSampler(temperature, 0, 1).candidates(logits);
        int[] kept = new TokenSampler(temperature, 0, p).candidates(logits);
        double total = mass(logits, all, temperature);
        int[] fewer = Arrays.copyOf(kept, kept.length - 1);
        assertThat(kept).isNotEmpty().isEqualTo(Arrays.copyOf(all, kept.length));
        assertThat(mass(logits, kept, temperature) / total).isGreaterThan(p - 1e-9);
        assertThat(mass(logits, fewer, temperature) / total).isLessThan(p + 1e-9);
    }

    private static double mass(float[] logits, int[] ids, double temperature) {
        return Arrays.stream(ids).mapToDouble(id -> Math.exp(logits[id] / temperature)).sum();
    }

    @Property(tries = TRIES)
    void choosesOneOfTheCandidates(
            @ForAll("logits") float[] logits,
            @ForAll @DoubleRange(min = 0, max = 1e6) double temperature,
            @ForAll @IntRange(min = 0, max = 5) int k,
            @ForAll @DoubleRange(min = 0.01, max = 1) double p,
            @ForAll long seed) {
        TokenSampler sampler = new TokenSampler(temperature, k, p);
        int chosen = sampler.sample(logits, new SplittableRandom(seed));
        assertThat(sampler.candidates(logits)).contains(chosen);
        assertThat(logits[chosen]).isNotNaN().isGreaterThan(Float.NEGATIVE_INFINITY);
    }

    /** χ² of 9 degrees of freedom is above 27.88 once in a thousand times. */
    @ParameterizedTest
    @CsvSource({"1, 1", "0.5, 2", "3, 3"})
    void frequenciesFollowTheSoftmax(double temperature, long seed) {
        float[] logits = {0.3f, -1f, 2f, 0f, 0.3f, -0.5f, 1.1f, 1f, -2f, 0.7f};
        int draws = 100_000;
        int[] counts = new int[logits.length];
        SplittableRandom random = new SplittableRandom(seed);
        TokenSampler sampler = new TokenSampler(temperature, 0, 1);
        for (int i = 0; i < draws; i++) {
            counts[sampler.sample(logits, random)]++;
        }
        int[] all = IntStream.range(0, logits.length).toArray();
        double total = mass(logits, all, temperature);
        double chiSquare = 0;
        for (int id : all) {
            double expected = draws * Math.exp(logits[id] / temperature) / total;
            chiSquare += Math.pow(counts[id] - expected, 2) / expected;
        }
        assertThat(chiSquare).isLessThan(27.88);
    }

    @Test
    void theSameSeedChoosesTheSame() {
        float[] logits = new float[50];
        TokenSampler sampler = new TokenSampler(1, 0, 1);
        SplittableRandom first = new SplittableRandom(7);
        SplittableRandom second = new SplittableRandom(7);
        for (int i = 0; i < 20; i++) {
            assertThat(sampler.sample(logits, first)).isEqualTo(sampler.sample(logits, second));
        }
    }

    @Test
    void infiniteLogitsAreChosenAlone() {
        float[] logits = {1, Float.POSITIVE_INFINITY, 2};
        assertThat(new TokenSampler(1, 0, 1).sample(logits, new SplittableRandom(1))).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"-0.1, 0, 1", "NaN, 0, 1", "Infinity, 0, 1", "1, -1, 1", "1, 0, 0", "1, 0, 1.1"})
    void refusesWhatMakesNoSense(double temperature, int topK, double topP) {
        assertThatThrownBy(() -> new TokenSampler(temperature, topK, topP))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected temperature ≥ 0, top-k ≥ 0 and top-p in (0, 1]");
    }

    @Test
    void refusesLogitsOfWhichNoneCanBeChosen() {
        float[] logits = {Float.NaN, Float.NEGATIVE_INFINITY};
        assertThatThrownBy(() -> TokenSampler.GREEDY.sample(logits, new SplittableRandom(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("2 logits, expected one that is a number above −∞");
    }
}
