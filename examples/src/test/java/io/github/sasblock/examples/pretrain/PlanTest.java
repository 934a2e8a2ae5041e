package io.github.sasblock.examples.pretrain;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.examples.report.Section;
import io.github.sasblock.transformer.AttentionConfig;
import io.github.sasblock.transformer.CausalLanguageModel;
import io.github.sasblock.transformer.LanguageModelConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code bin/sas info} prints of a model. */
class PlanTest {

    private static Map<String, String> info(String... namesAndValues) {
        Map<String, List<String>> given = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            given.put(namesAndValues[i], List.of(namesAndValues[i + 1]));
        }
        RunConfig config = RunConfig.read(given, null);
        LanguageModelConfig model = config.languageModel(257);
        Section section =
                Plan.model(
                        model,
                        new CausalLanguageModel(model).counts(),
                        config.data().context(),
                        config.model().sizes());
        Map<String, String> rows = new LinkedHashMap<>();
        section.rows().forEach(row -> rows.put(row.label(), row.value()));
        return rows;
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
    void saysWhatIsCachedOfATokenAndLayer(String name, String form, int elements) {
        Map<String, String> info =
                name.equals("sas")
                        ? info("preset", "125m", "attention", name, "cache", form)
                        : info("preset", "125m", "attention", name);
        assertThat(info.get("key/value cache"))
                .endsWith(String.format("%,d elements a token and layer", elements));
    }

    @ParameterizedTest
    @MethodSource("attentionsAndEmbeddingSizes")
    void everyAttentionHasTheParametersOfMultiHeadAttentionUnlessToldOtherwise(
            String name, String embeddingSize) {
        String layer =
                info("preset", "125m", "attention", name, "embedding-size", embeddingSize)
                        .get("  each");
        String share = layer.replaceAll(".*, ([0-9.]+)% of multi-head attention's", "$1");
        assertThat(Double.parseDouble(share)).isBetween(99.0, 101.0);
    }

    static Stream<Arguments> attentionsAndEmbeddingSizes() {
        return Stream.of("768", "1024", "1280", "1600")
                .flatMap(
                        size ->
                                AttentionConfig.NAMES.stream()
                                        .map(name -> Arguments.of(name, size)));
    }

    @Test
    void saysWhatMatchingDid() {
        assertThat(info("preset", "125m", "attention", "tpa"))
                .containsEntry(
                        "  each",
                        "7,142,400 parameters in attention and feed-forward, 100.91% of multi-head"
                                + " attention's")
                .containsEntry(
                        "  matched",
                        "by heads: 34 heads, the most with which attention and feed-forward have at"
                                + " most 1 % more parameters than MHA's");
        assertThat(info("preset", "125m", "attention", "mha"))
                .containsEntry(
                        "  each",
                        "7,077,888 parameters in attention and feed-forward, 100.00% of multi-head"
                                + " attention's")
                .doesNotContainKey("  matched");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mha | mha, 12 heads of 64, rotary",
                "gqa | gqa, 22 heads of 64, 2 key/value, rotary",
                "mqa | mqa, 23 heads of 64, 1 key/value, rotary",
                "mla | mla, 13 heads of 64 + 32 rotated, query rank 512, key/value rank 256",
                "mfa | mfa, 15 heads of 128, 1 key/value, query rank 256, rotary",
                "tpa | tpa, 34 heads of 64, query rank 6, key/value rank 2, rotary",
                "tpa-kv | tpa-kv, 22 heads of 64, key/value rank 2, rotary",
                "sas | sas, 12 → 36 heads of 64 → 96, kernel 5, rotary after expansion",
            })
    void describesEachAttentionInALine(String name, String line) {
        assertThat(info("preset", "125m", "attention", name)).containsEntry("attention", line);
    }

    @Test
    void saysWhereThereIsNoRotaryEmbedding() {
        assertThat(info("attention", "mla", "rotary", "none", "value-size", "16").get("attention"))
                .contains("(values 16)")
                .endsWith(", no rotary embedding");
        assertThat(info("attention", "tpa", "rotary", "none").get("attention"))
                .endsWith(", no rotary embedding");
    }
}
