package io.github.sasblock.examples.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sasblock.transformer.AttentionConfig;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a person reads of the costs of a configuration. */
class InfoCommandTest {

    private static final Pattern SHARE =
            Pattern.compile("([\\d.]+)% of multi-head attention's", Pattern.DOTALL);
    private static final Pattern CACHE = Pattern.compile("([\\d ,]+) elements a token and layer");

    private static String info(String... options) {
        List<String> arguments = new ArrayList<>(List.of("info", "--preset=125m"));
        arguments.addAll(Arrays.asList(options));
        PrintStream standard = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, UTF_8));
        try {
            assertThat(Sas.commandLine().execute(arguments.toArray(new String[0]))).isZero();
        } finally {
            System.setOut(standard);
        }
        return printed.toString(UTF_8).replaceAll("\\s+", " "); // lines are broken to fit
    }

    private static String found(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
        return matcher.group(1).strip();
    }

    static Stream<Arguments> everyAttentionAtEverySize() {
        return Stream.of(768, 1024, 1280, 1600)
                .flatMap(
                        size ->
                                AttentionConfig.NAMES.stream()
                                        .map(name -> Arguments.of(size, name)));
    }

    @ParameterizedTest
    @MethodSource("everyAttentionAtEverySize")
    void aLayerHasTheParametersOfMultiHeadAttentionWithinOnePercent(int size, String attention) {
        String printed = info("--attention=" + attention, "--embedding-size=" + size);
        assertThat(Double.parseDouble(found(SHARE, printed))).isBetween(99.0, 101.0);
    }

    @ParameterizedTest
    @CsvSource({
        "mha, compact, 1536",
        "gqa, compact, 256",
        "mqa, compact, 128",
        "mla, compact, 288",
        "mfa, compact, 256",
        "tpa, compact, 392",
        "sas, compact, 1536",
        "sas, expanded, 5760"
    })
    void printsTheElementsOfTheCache(String attention, String cache, String elements) {
        String printed =
                attention.equals("sas")
                        ? info("--attention=sas", "--cache=" + cache)
                        : info("--attention=" + attention);
        assertThat(found(CACHE, printed).replaceAll("\\D", "")).endsWith(elements);
    }

    @ParameterizedTest
    @CsvSource({
        "--expand-values=false, values not expanded",
        "--aggregation=concatenation, heads concatenated"
    })
    void tellsWhatDepartsFromThePaper(String option, String words) {
        assertThat(info("--attention=sas", option)).contains(words);
        assertThat(info("--attention=sas")).doesNotContain(words);
    }
}
