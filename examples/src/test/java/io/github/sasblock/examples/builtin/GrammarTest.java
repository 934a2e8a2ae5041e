package io.github.sasblock.examples.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GrammarTest {

    @Test
    void writesTextWithBreaksAndEdgeSpaces() {
        assertThat(sample("s: One ¶\n    two·<end>\nend: three.¶", 0))
                .isEqualTo("One\ntwo three.\n");
    }

    @Test
    void recallsWhatARuleWrote() {
        String text = sample("s: <letter as x> is <the x>\nletter: a | b | c | d", 3);
        assertThat(text).matches("([abcd]) is \\1");
    }

    @Test
    void putsTheRightArticleBeforeAWord() {
        String grammar = "s: <a word>\nword: even ring | unital ring | flat ring";
        Set<String> texts = new java.util.TreeSet<>();
        for (long seed = 0; seed < 50; seed++) {
            texts.add(sample(grammar, seed));
        }
        assertThat(texts).containsExactly("a flat ring", "a unital ring", "an even ring");
    }

    @Test
    void givesTheAlternativesOfALeadingRuleTheShareOfThatRule() {
        String grammar = "s: (1) <animal>s | (2) none\nanimal: (3) cat | dog";
        Map<String, Double> bits = new HashMap<>();
        for (long seed = 0; seed < 100; seed++) {
            SamplingChoices choices = new SamplingChoices(new SplitMix64(seed));
            derivation(grammar, choices).body();
            bits.put(choices.text(), choices.surprisalBits());
        }
        assertThat(bits).containsOnlyKeys("cats", "dogs", "none");
        assertThat(bits.get("cats")).isCloseTo(2, within(1e-12));
        assertThat(bits.get("dogs")).isCloseTo(Math.log(12) / Math.log(2), within(1e-12));
        assertThat(bits.get("none")).isCloseTo(Math.log(1.5) / Math.log(2), within(1e-12));
    }

    @Test
    void choosesAmongTextThatIsRemembered() {
        String grammar = "s: <name as x><name as y><who>\nname: A | B\nwho: <the x>! | <the y>?";
        SamplingChoices choices = new SamplingChoices(seedOf(grammar, "AB"));
        derivation(grammar, choices).body();
        assertThat(choices.text()).matches("AB(A!|B\\?)");
    }

    @Test
    void refusesAChoiceThatTheTextCouldNotTell() {
        assertRefused("s: one | on", "<s>: the opening 'on' is a prefix of 'one'");
        assertRefused("s: <t> | one\nt: only | o", "<t>: the opening 'o' is a prefix of 'only'");
        assertRefused("s: <t as x> | one\nt: a | b", "<s>: ");
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertRefused("s: one <two>", "<two>: no such rule, needed by [s, two]");
        assertRefused("s: <do something>", "<s>: <do something>: expected one of []");
        assertRefused("s: <what is this thing>", "slot <what is this thing>");
        assertRefused("s: a\ns: b", "<s>: defined twice");
        assertRefused("s: a |", "<s>: an empty alternative");
        assertRefused("s: <s> | b", "begins with itself");
    }

    private static void assertRefused(String grammar, String message) {
        assertThatThrownBy(() -> Grammar.parse(grammar, Set.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static SplitMix64 seedOf(String grammar, String start) {
        long seed = 0;
        while (!sample(grammar.replace("<who>", ""), seed).startsWith(start)) {
            seed++;
        }
        return new SplitMix64(seed);
    }

    private static String sample(String grammar, long seed) {
        SamplingChoices choices = new SamplingChoices(new SplitMix64(seed));
        derivation(grammar, choices).body();
        return choices.text();
    }

    private static Derivation derivation(String grammar, Choices choices) {
        return new Derivation(Grammar.parse(grammar, Set.of()), choices) {
            @Override
            void body() {
                expand("s");
            }

            @Override
            void act(String action, String argument) {
                throw new AssertionError(action);
            }
        };
    }
}
