package io.github.sasblock.examples.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WindowsTest {

    private static final int END = 256;

    @TempDir Path folder;

    @Test
    void readsInputsAndTheTokensAfterThem() throws IOException {
        try (TokenSequence tokens = FixedText.of("abcdefg").tokens(folder)) {
            Windows windows = Windows.training(tokens, 3);
            assertThat(windows.count()).isEqualTo(2);
            assertThat(inputs(windows, 0)).containsExactly('a', 'b', 'c');
            assertThat(targets(windows, 0)).containsExactly('b', 'c', 'd');
            assertThat(inputs(windows, 1)).containsExactly('d', 'e', 'f');
            assertThat(targets(windows, 1)).containsExactly('e', 'f', 'g');
        }
    }

    @ParameterizedTest
    @CsvSource({"3, 1, 3", "4, 1, 3", "6, 2, 6", "7, 2, 6"})
    void trainsOnWholeWindowsOnly(int letters, int count, int targets) throws IOException {
        try (TokenSequence tokens = FixedText.of("abcdefg".substring(0, letters)).tokens(folder)) {
            Windows windows = Windows.training(tokens, 3);
            assertThat(windows.count()).isEqualTo(count);
            assertThat(windows.targets()).isEqualTo(targets);
            assertThat(windows.length(count - 1)).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 19, 20, 100})
    void scoresEachTokenButTheFirstOnceInValidation(int length) throws IOException {
        String text = "the quick brown fox!";
        try (TokenSequence tokens = FixedText.of(text).tokens(folder)) {
            Windows windows = Windows.validation(tokens, length);
            List<Integer> scored = new ArrayList<>();
            long bytes = 0;
            for (long w = 0; w < windows.count(); w++) {
                int[] inputs = inputs(windows, w);
                int[] targets = targets(windows, w);
                for (int i = 0; i < windows.length(w); i++) {
                    assertThat(inputs[i]).isEqualTo(text.charAt(scored.size()));
                    scored.add(targets[i]);
                }
                bytes += windows.textBytes(w);
            }
            int[] expected = new int[(int) tokens.size() - 1];
            tokens.read(1, expected);
            assertThat(scored).hasSize(expected.length).last().isEqualTo(END);
            assertThat(scored.stream().mapToInt(i -> i).toArray()).isEqualTo(expected);
            assertThat(windows.targets()).isEqualTo(expected.length);
            assertThat(bytes).isEqualTo(text.length() - 1);
        }
    }

    @Test
    void fillsAShorterWindowWithZeros() throws IOException {
        try (TokenSequence tokens = FixedText.of("abcd").tokens(folder)) {
            Windows windows = Windows.validation(tokens, 3);
            assertThat(windows.length(1)).isEqualTo(1);
            int[] inputs = {9, 9, 9};
            int[] targets = {9, 9, 9};
            windows.read(1, inputs, targets);
            assertThat(inputs).containsExactly('d', 0, 0);
            assertThat(targets).containsExactly(END, 0, 0);
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 1", "3, 1", "4, 2", "11, 5", "18, 9"})
    void limitsValidationToWholeWindowsSpreadEvenly(int maxTokens, int count) throws IOException {
        try (TokenSequence tokens = FixedText.of("the quick brown fo").tokens(folder)) {
            Windows subset = Windows.validation(tokens, 2).validationSubset(maxTokens);
            assertThat(subset.count()).isEqualTo(count);
            assertThat(subset.targets()).isEqualTo(2L * count);
        }
    }

    @Test
    void takesTheMiddleOfEachShareInASubset() throws IOException {
        try (TokenSequence tokens = FixedText.of("abcdefghijklmnopqrst").tokens(folder)) {
            Windows subset = Windows.validation(tokens, 2).validationSubset(5);
            assertThat(inputs(subset, 0)).containsExactly('e', 'f');
            assertThat(inputs(subset, 1)).containsExactly('o', 'p');
        }
    }

    @Test
    void isNotLimitedByALimitThatAllowsAll() throws IOException {
        try (TokenSequence tokens = FixedText.of("abcd").tokens(folder)) {
            Windows windows = Windows.validation(tokens, 3);
            assertThat(windows.validationSubset(4)).isSameAs(windows);
            assertThat(windows.validationSubset(3).count()).isEqualTo(1);
        }
    }

    @Test
    void refusesALimitBelowOneWindow() throws IOException {
        try (TokenSequence tokens = FixedText.of("abcd").tokens(folder)) {
            assertThatThrownBy(() -> Windows.validation(tokens, 3).validationSubset(2))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessage(
                            "validation is limited to 2 tokens, expected at least one window of 3");
        }
    }

    @Test
    void tellsHowManyTokensAreMissingForAWindow() throws IOException {
        try (TokenSequence tokens = FixedText.of("abcd").tokens(folder)) {
            assertThatThrownBy(() -> Windows.training(tokens, 5))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessage(
                            "the text has 5 tokens of the tokenizer bytes, expected at least 6 for"
                                    + " one window of length 5");
        }
    }

    @Test
    void refusesArraysOfAnotherLength() throws IOException {
        try (TokenSequence tokens = FixedText.of("abcd").tokens(folder)) {
            Windows windows = Windows.training(tokens, 3);
            assertThatThrownBy(() -> windows.read(0, new int[3], new int[4]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("targets of 4 tokens, expected 3");
            assertThatThrownBy(() -> windows.read(1, new int[3], new int[3]))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    private static int[] inputs(Windows windows, long window) {
        int[] inputs = new int[windows.length()];
        windows.read(window, inputs, new int[windows.length()]);
        return inputs;
    }

    private static int[] targets(Windows windows, long window) {
        int[] targets = new int[windows.length()];
        windows.read(window, new int[windows.length()], targets);
        return targets;
    }
}
