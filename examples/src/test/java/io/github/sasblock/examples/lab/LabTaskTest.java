package io.github.sasblock.examples.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.numbers.gamma.LogGamma;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each floor is computed a second time, by an oracle that reads nothing but the text. */
class LabTaskTest {

    private static final int CONTEXT = 128;
    private static final int LENGTH = CONTEXT - 1;

    private static LabText text(LabTask task, long seed) {
        return new LabText(task, seed, 50 * LENGTH, CONTEXT);
    }

    private static double log2(double number) {
        return Math.log(number) / Math.log(2);
    }

    @ParameterizedTest
    @EnumSource
    void isAFunctionOfTheSeed(LabTask task) {
        assertThat(text(task, 1).document(7).text())
                .isEqualTo(text(task, 1).document(7).text())
                .isNotEqualTo(text(task, 2).document(7).text())
                .isNotEqualTo(text(task, 1).document(8).text());
    }

    @ParameterizedTest
    @EnumSource
    void fillsDocumentsWithAsciiAndSomeAnswers(LabTask task) {
        for (int index = 0; index < 50; index++) {
            LabDocument document = text(task, 3).document(index);
            assertThat(document.text()).hasSize(LENGTH).matches("[a-zA-Z0-9]+");
            int answers = 0;
            for (int i = 0; i < document.length(); i++) {
                answers += document.isAnswer(i) ? 1 : 0;
            }
            assertThat(answers).isGreaterThan(LENGTH / 6);
        }
    }

    @ParameterizedTest
    @EnumSource
    void averagesTheSurprisalOfItsBytes(LabTask task) {
        LabText text = text(task, 4);
        double bits = 0;
        for (int index = 0; index < text.documentCount(); index++) {
            LabDocument document = text.document(index);
            for (int i = 0; i < document.length(); i++) {
                bits += document.surprisalBits(i);
            }
        }
        assertThat(text.floorBitsPerByte()).isCloseTo(bits / text.byteCount(), within(1e-12));
    }

    @Test
    void recallCostsWhatItsOracleSays() {
        for (int index = 0; index < 50; index++) {
            LabDocument document = text(LabTask.RECALL, 5).document(index);
            String text = document.text();
            for (int i = 0; i < LENGTH; i++) {
                boolean value = i % 2 == 1;
                int seen = value ? lastPair(text, text.charAt(i - 1), i - 1) : -1;
                boolean known = seen >= 0;
                assertThat(document.isAnswer(i)).isEqualTo(known);
                assertThat(document.surprisalBits(i))
                        .isCloseTo(known ? 0 : log2(26), within(1e-12));
                if (known) {
                    assertThat(text.charAt(i)).isEqualTo(text.charAt(seen + 1));
                }
            }
        }
    }

    private static int lastPair(String text, char key, int before) {
        for (int i = before - 2; i >= 0; i -= 2) {
            if (text.charAt(i) == key) {
                return i;
            }
        }
        return -1;
    }

    @Test
    void lagsCostWhatTheirOracleSays() {
        for (int index = 0; index < 50; index++) {
            LabDocument document = text(LabTask.LAGS, 6).document(index);
            String text = document.text();
            for (int i = 0; i < LENGTH; i++) {
                double expected =
                        switch (i % 3) {
                            case 0 -> log2(26);
                            case 1 -> log2(Math.min(9, i / 3 + 1));
                            default -> 0;
                        };
                assertThat(document.surprisalBits(i)).isCloseTo(expected, within(1e-12));
                assertThat(document.isAnswer(i)).isEqualTo(i % 3 == 2);
                if (i % 3 == 2) {
                    int lag = text.charAt(i - 1) - '0';
                    assertThat(text.charAt(i)).isEqualTo(text.charAt(i - 2 - 3 * lag));
                }
            }
        }
    }

    /** The marginal likelihood of a Dirichlet-multinomial, which knows no order of the bytes. */
    @Test
    void markovCostsItsMarginalLikelihood() {
        double alpha = 0.25;
        for (int index = 0; index < 50; index++) {
            LabDocument document = text(LabTask.MARKOV, 7).document(index);
            String text = document.text();
            double[][] counts = new double[8][8];
            for (int i = 1; i < LENGTH; i++) {
                counts[text.charAt(i - 1) - 'a'][text.charAt(i) - 'a']++;
            }
            double nats = Math.log(8);
            for (double[] row : counts) {
                double sum = 0;
                for (double count : row) {
                    sum += count;
                    nats -= logGamma(alpha + count) - logGamma(alpha);
                }
                nats -= logGamma(8 * alpha) - logGamma(8 * alpha + sum);
            }
            assertThat(document.surprisalBits()).isCloseTo(nats / Math.log(2), within(1e-8));
        }
    }

    private static double logGamma(double x) {
        return LogGamma.value(x);
    }

    /** A chain whose rows are drawn from the Dirichlet distribution costs as much on average. */
    @Test
    void markovDrawsWhatItClaims() {
        LabText text = new LabText(LabTask.MARKOV, 8, 2_000L * LENGTH, CONTEXT);
        double expected = 0;
        double expectedSquares = 0;
        for (int index = 0; index < 2_000; index++) {
            String document = text.document(index).text();
            // In a Dirichlet row, E[p_j²] = (α + 1)/(8α + 1)/8: two draws from one row agree with
            // the probability (α + 1)/(8α + 1).
            Map<Character, Character> first = new HashMap<>();
            Set<Character> done = new HashSet<>();
            for (int i = 1; i < LENGTH; i++) {
                char state = document.charAt(i - 1);
                Character before = first.putIfAbsent(state, document.charAt(i));
                if (before != null && done.add(state)) {
                    expected++;
                    expectedSquares += before == document.charAt(i) ? 1 : 0;
                }
            }
        }
        double share = expectedSquares / expected;
        double probability = 1.25 / 3;
        double deviation = Math.sqrt(probability * (1 - probability) / expected);
        assertThat(share).isCloseTo(probability, within(4 * deviation));
    }

    @Test
    void nearestCostsWhatItsOracleSays() {
        for (int index = 0; index < 50; index++) {
            LabDocument document = text(LabTask.NEAREST, 9).document(index);
            String text = document.text();
            Set<String> free = grid();
            double bits = 0;
            for (int p = 0; p < 24; p += 3) {
                bits += log2(free.size()) + log2(26);
                assertThat(free.remove(text.substring(p, p + 2))).isTrue();
            }
            Map<String, Character> answers = answers(text.substring(0, 24));
            for (int q = 24; q + 2 < LENGTH; q += 3) {
                bits += log2(answers.size());
                assertThat(answers.get(text.substring(q, q + 2))).isEqualTo(text.charAt(q + 2));
                assertThat(document.isAnswer(q + 2)).isTrue();
                assertThat(document.surprisalBits(q + 2)).isZero();
                assertThat(document.isAnswer(q)).isFalse();
            }
            double cutOff = document.surprisalBits(LENGTH - 1); // 127 = 24 + 3·34 + 1
            assertThat(document.surprisalBits()).isCloseTo(bits + cutOff, within(1e-9));
        }
    }

    private static Set<String> grid() {
        Set<String> cells = new TreeSet<>();
        for (int cell = 0; cell < 100; cell++) {
            cells.add("" + cell / 10 + cell % 10);
        }
        return cells;
    }

    /** The answers of all queries that have one nearest point. */
    private static Map<String, Character> answers(String points) {
        Map<String, Character> answers = new HashMap<>();
        for (String cell : grid()) {
            double least = Double.POSITIVE_INFINITY;
            char answer = 0;
            boolean tie = false;
            for (int p = 0; p < points.length(); p += 3) {
                double distance =
                        Math.hypot(
                                cell.charAt(0) - points.charAt(p),
                                cell.charAt(1) - points.charAt(p + 1));
                tie = Math.abs(distance - least) < 1e-9 || tie && distance > least;
                if (distance < least - 1e-9) {
                    least = distance;
                    answer = Character.toLowerCase(points.charAt(p + 2));
                }
            }
            if (!tie) {
                answers.put(cell, answer);
            }
        }
        return answers;
    }

    @Test
    void refusesAContextTooShortForTheTask() {
        assertThatThrownBy(() -> new LabText(LabTask.NEAREST, 1, 1000, 48))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("--context = 48: expected at least 49 for lab:nearest");
        assertThatThrownBy(() -> new LabText(LabTask.NEAREST, 1, 0, 49))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("= 0 bytes: expected a positive number");
    }

    @Test
    void namesItsTasks() {
        assertThat(LabTask.of("lab:lags")).isEqualTo(LabTask.LAGS);
        assertThatThrownBy(() -> LabTask.of("lab:lag")).hasMessageContaining("lab:lags");
    }
}
