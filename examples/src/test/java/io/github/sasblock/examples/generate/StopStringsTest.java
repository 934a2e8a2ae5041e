package io.github.sasblock.examples.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class StopStringsTest {

    @Property(tries = 500)
    void showsTheTextUpToTheFirstStopHoweverItIsCut(
            @ForAll List<@StringLength(max = 4) @CharRange(from = 'a', to = 'b') String> pieces,
            @ForAll @Size(max = 3)
                    List<@StringLength(min = 1, max = 4) @CharRange(from = 'a', to = 'b') String>
                            stops) {
        StopStrings filter = new StopStrings(stops);
        StringBuilder shown = new StringBuilder();
        pieces.forEach(piece -> shown.append(filter.accept(piece)));
        shown.append(filter.end());

        String text = String.join("", pieces);
        String untilStop = text;
        for (int length = 1; length <= text.length() && untilStop.equals(text); length++) {
            String begun = text.substring(0, length);
            untilStop =
                    stops.stream()
                            .filter(begun::endsWith)
                            .map(stop -> begun.substring(0, begun.length() - stop.length()))
                            .min(Comparator.comparingInt(String::length))
                            .orElse(text);
        }
        assertThat(shown.toString()).isEqualTo(untilStop);
        assertThat(filter.met()).isEqualTo(stops.stream().anyMatch(text::contains));
    }

    @Test
    void holdsBackOnlyWhatMayBecomeAStop() {
        StopStrings filter = new StopStrings(List.of("end", "\n\n"));
        assertThat(filter.accept("at the e")).isEqualTo("at the ");
        assertThat(filter.accept("n")).isEmpty();
        assertThat(filter.accept("gine\n")).isEqualTo("engine");
        assertThat(filter.accept("x")).isEqualTo("\nx");
        assertThat(filter.accept("en")).isEmpty();
        assertThat(filter.end()).isEqualTo("en");
    }

    @Test
    void dropsWhatFollowsAStop() {
        StopStrings filter = new StopStrings(List.of("."));
        assertThat(filter.accept("Yes. No")).isEqualTo("Yes");
        assertThat(filter.accept("Perhaps")).isEmpty();
        assertThat(filter.end()).isEmpty();
    }

    @Test
    void refusesAnEmptyStop() {
        assertThatThrownBy(() -> new StopStrings(List.of("")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("stop string = \"\", expected at least a character");
    }
}
