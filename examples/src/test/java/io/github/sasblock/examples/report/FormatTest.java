package io.github.sasblock.examples.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormatTest {

    private final Locale before = Locale.getDefault();

    @AfterEach
    void restoreLocale() {
        Locale.setDefault(before);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "812, 812",
        "0.5, 0.50",
        "999.6, 1.00 k",
        "1000, 1.00 k",
        "4500, 4.50 k",
        "12345, 12.3 k",
        "99960, 100 k",
        "999499, 999 k",
        "999500, 1.00 M",
        "1234567, 1.23 M",
        "3.1e9, 3.10 G",
        "-4500, -4.50 k",
        "NaN, NaN",
        "Infinity, inf",
        "-Infinity, -inf"
    })
    void countsHaveThreeSignificantDigits(double count, String expected) {
        assertThat(Format.count(count)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 B", "812, 812 B", "1500, 1.5 kB", "3100000000, 3.1 GB", "-1500, -1.5 kB"})
    void bytesHaveDecimalPrefixes(long bytes, String expected) {
        assertThat(Format.bytes(bytes)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "3.25, 3.3 tok/s",
        "850, 850 tok/s",
        "4500, 4.5 k tok/s",
        "12300, 12.3 k tok/s",
        "462000, 462 k tok/s",
        "NaN, NaN tok/s"
    })
    void ratesNameTheirUnit(double rate, String expected) {
        assertThat(Format.rate(rate, "tok")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0s",
        "0.42, 0.42s",
        "0.999, 1.0s",
        "4.2, 4.2s",
        "9.96, 10s",
        "59.4, 59s",
        "59.6, 1m00s",
        "130, 2m10s",
        "3599.6, 1h00m",
        "3720, 1h02m",
        "86399, 1d00h",
        "273600, 3d04h",
        "-130, -2m10s",
        "NaN, NaN",
        "Infinity, inf"
    })
    void durationsHaveTwoUnits(double seconds, String expected) {
        assertThat(Format.duration(seconds)).isEqualTo(expected);
    }

    @Test
    void otherNumbers() {
        assertThat(Format.exact(1_234_567)).isEqualTo("1,234,567");
        assertThat(Format.percent(0.314)).isEqualTo("31%");
        assertThat(Format.percent(Double.NaN)).isEqualTo("NaN");
        assertThat(Format.fixed(2.0306, 3)).isEqualTo("2.031");
        assertThat(Format.fixed(Double.NEGATIVE_INFINITY, 3)).isEqualTo("-inf");
        assertThat(Format.scientific(0.0024)).isEqualTo("2.4e-03");
        assertThat(Format.scientific(Double.NaN)).isEqualTo("NaN");
    }

    @Test
    void theLocaleOfThePlaceChangesNothing() {
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        assertThat(Format.count(1_234_567)).isEqualTo("1.23 M");
        assertThat(Format.exact(1_234_567)).isEqualTo("1,234,567");
        assertThat(Format.duration(3720)).isEqualTo("1h02m");
        assertThat(Format.scientific(0.0024)).isEqualTo("2.4e-03");
    }
}
