package io.github.sasblock.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttentionSizesTest {

    @Test
    void readsEightNumbers() {
        assertThat(AttentionSizes.parse("2, 16, 16, 2, 8, 4, 12, 3"))
                .isEqualTo(AttentionSizes.QUICK);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1,2,3 | eight whole numbers",
                "2,16,16,2,8,4,12,x | positive whole numbers",
                "2,16,16,2,8,4,0,3 | positive whole numbers",
                "2,16,16,2,8,4,13,3 | even D and D'",
                "2,16,16,2,8,5,12,3 | a multiple of the head count",
                "2,16,16,2,8,4,12,4 | odd"
            })
    void saysWhatItExpected(String text, String expected) {
        assertThatThrownBy(() -> AttentionSizes.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(expected);
    }
}
