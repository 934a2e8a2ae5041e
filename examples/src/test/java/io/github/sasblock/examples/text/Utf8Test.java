package io.github.sasblock.examples.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.examples.problem.InvalidInputException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class Utf8Test {

    @Property(tries = 300)
    void countsTheBytesThatItEncodes(@ForAll String text) {
        String wellFormed = new String(text.getBytes(UTF_8), UTF_8) + "é€😀";
        assertThat(Utf8.encode(wellFormed))
                .isEqualTo(wellFormed.getBytes(UTF_8))
                .hasSize(Utf8.length(wellFormed, 0, wellFormed.length()));
    }

    @Test
    void refusesAnUnpairedSurrogate() {
        for (String text : new String[] {"ab\uD83D", "ab\uDE00c", "ab\uD83D\uD83D\uDE00"}) {
            assertThatThrownBy(() -> Utf8.encode(text))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("unpaired surrogate (U+D")
                    .hasMessageContaining("at character 3");
        }
    }
}
