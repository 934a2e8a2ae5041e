package io.github.sasblock.examples.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sequences of far more tokens than an int counts, and mixtures. */
class FarTokensTest {

    private static final int SHARD_TOKENS = 1 << 28;
    private static final int LENGTH = 256;

    /** A shard whose tokens tell where they stand. */
    private record Fake(int first) implements Shard {

        @Override
        public long tokens() {
            return SHARD_TOKENS;
        }

        @Override
        public long documents() {
            return 1;
        }

        @Override
        public long textBytes() {
            return SHARD_TOKENS;
        }

        @Override
        public void read(int from, int[] into, int offset, int count) {
            for (int i = 0; i < count; i++) {
                into[offset + i] = first ^ (from + i);
            }
        }

        @Override
        public long textBytes(int from, int to) {
            return to - from;
        }
    }

    private static TokenSequence sequence(int shards) {
        return fakes(0, shards);
    }

    @Test
    void readsBeyondTwoToThe31Tokens() {
        try (TokenSequence tokens = sequence(40)) {
            assertThat(tokens.size()).isEqualTo(40L << 28);
            assertThat(tokens.documents()).isEqualTo(40);
            long at = 33L * SHARD_TOKENS - 2;
            int[] read = new int[4];
            tokens.read(at, read);
            assertThat(read).containsExactly(SHARD_TOKENS - 2, SHARD_TOKENS - 1, 0, 1);
            assertThat(tokens.textBytes(5, tokens.size() - 5)).isEqualTo((40L << 28) - 10);
            tokens.read(tokens.size() - 4, read);
            assertThat(read[3]).isEqualTo(SHARD_TOKENS - 1);
        }
    }

    @Test
    void hasWindowsBeyondTwoToThe31Tokens() {
        try (TokenSequence tokens = sequence(40)) {
            Windows windows = Windows.training(tokens, LENGTH);
            assertThat(windows.count()).isEqualTo(((40L << 28) - 1) / LENGTH);
            assertThat(windows.targets()).isEqualTo(windows.count() * LENGTH);
            int[] inputs = new int[LENGTH];
            int[] targets = new int[LENGTH];
            windows.read(windows.count() - 1, inputs, targets);
            assertThat(inputs[0]).isEqualTo(SHARD_TOKENS - 2 * LENGTH);
            assertThat(targets[LENGTH - 1]).isEqualTo(SHARD_TOKENS - LENGTH);
            assertThat(Windows.validation(tokens, LENGTH).targets()).isEqualTo(tokens.size() - 1);
        }
    }

    @Test
    void spreadsASubsetEvenlyOverTrillionsOfTokens() {
        try (TokenSequence tokens = sequence(8000)) { // 2^41 tokens
            Windows all = Windows.training(tokens, 1);
            int[] input = new int[1];
            int[] target = new int[1];
            all.read(all.count() - 1, input, target);
            assertThat(target[0]).isEqualTo(SHARD_TOKENS - 1);
            Windows some = all.validationSubset(16);
            for (int i = 0; i < 16; i++) {
                some.read(i, input, target);
                long place = (2L * i + 1) * (8000L * SHARD_TOKENS - 1) / 32;
                assertThat(input[0]).isEqualTo((int) (place % SHARD_TOKENS));
            }
        }
    }

    @Test
    void mixesWindowsByWeightAndReadsEachAtLeastOnce() {
        try (TokenSequence small = sequence(1);
                TokenSequence large = sequence(3)) {
            int length = 1 << 26;
            Windows few = Windows.training(small, length); // 3 windows
            Windows many = Windows.training(large, length); // 11 windows
            Windows mixed = Windows.mixture(List.of(few, many), List.of(1.4, 0.6));
            assertThat(mixed.count()).isEqualTo(37); // 11 / 0.3
            assertThat(mixed.length()).isEqualTo(length);
            assertThat(mixed.length(36)).isEqualTo(length);
            assertThat(mixed.targets()).isEqualTo(37L * length);
            assertThat(mixed.textBytes(36)).isEqualTo(length);
        }
    }

    @Test
    void readsTheWindowsOfAMixtureInTurn() {
        TokenSequence first = fakes(0, 1);
        TokenSequence second = fakes(1 << 29, 2);
        int length = 1 << 27;
        Windows mixed =
                Windows.mixture(
                        List.of(Windows.training(first, length), Windows.training(second, length)),
                        List.of(0.5, 0.5)); // 1 window and 3: six in all
        assertThat(mixed.count()).isEqualTo(6);
        int[] inputs = new int[length];
        int[] targets = new int[length];
        int[] starts = new int[6];
        for (int i = 0; i < 6; i++) {
            mixed.read(i, inputs, targets);
            starts[i] = inputs[0];
        }
        int marked = 1 << 29;
        assertThat(starts).containsExactly(0, 0, 0, marked, marked | length, marked);
    }

    private static TokenSequence fakes(int mark, int shards) {
        PreparationReport report = new PreparationReport(0, 0, 0, 0, 0, 0, 0, "", List.of());
        ShardIndex.Source source = new ShardIndex.Source("fake", "fake");
        ShardIndex index =
                new ShardIndex(2, "fake", 1 << 30, source, true, "all", report, List.of());
        return new TokenSequence(
                Path.of("fake"), index, Collections.nCopies(shards, new Fake(mark)));
    }
}
