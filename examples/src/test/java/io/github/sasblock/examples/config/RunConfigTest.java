package io.github.sasblock.examples.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.sas.RotaryPlacement;
import io.github.sasblock.sas.SasSetting;
import io.github.sasblock.sas.SasShape;
import io.github.sasblock.sas.SasShape.Aggregation;
import io.github.sasblock.transformer.AttentionConfig;
import io.github.sasblock.transformer.CausalLanguageModel;
import io.github.sasblock.transformer.MatchedSizes.Rule;
import io.github.sasblock.transformer.MlaConfig;
import io.github.sasblock.transformer.ModelPreset;
import io.github.sasblock.transformer.MultiHeadConfig;
import io.github.sasblock.transformer.SasConfig;
import io.github.sasblock.transformer.TpaConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class RunConfigTest {

    @TempDir private Path folder;

    private static RunConfig read(String... namesAndValues) {
        return RunConfig.read(given(namesAndValues), null);
    }

    private static Map<String, List<String>> given(String... namesAndValues) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            values.put(namesAndValues[i], List.of(namesAndValues[i + 1]));
        }
        return values;
    }

    @Test
    void isSasOnBuiltInTextByDefault() {
        RunConfig config = read();
        assertThat(config.model().attention())
                .isEqualTo(SasConfig.of(SasSetting.FEATURES.shape(3, 32)));
        assertThat(config.data().isBuiltIn()).isTrue();
        assertThat(config.out().toString()).startsWith("runs").endsWith("-sas-tiny");
    }

    @ParameterizedTest
    @EnumSource(ModelPreset.class)
    void takesItsSizesFromThePreset(ModelPreset preset) {
        RunConfig config = read("preset", preset.label(), "attention", "mha");
        assertThat(config.model().attention()).isEqualTo(preset.multiHead());
        assertThat(config.model().embeddingSize()).isEqualTo(preset.embeddingSize());
        assertThat(config.data().context()).isEqualTo(preset.contextLength());
    }

    @Test
    void namesEachAttention() {
        MultiHeadConfig gqa =
                (MultiHeadConfig) read("preset", "125m", "attention", "gqa").model().attention();
        assertThat(gqa.name()).isEqualTo("gqa");
        assertThat(gqa.keyValueHeadCount()).isEqualTo(2);
        assertThat(read("attention", "mqa").model().attention().name()).isEqualTo("mqa");
        SasConfig sas = (SasConfig) read("rotary", "before").model().attention();
        assertThat(sas.rotary()).isEqualTo(RotaryPlacement.BEFORE);
    }

    @Test
    void takesTasksOfTheLaboratoryAsBuiltInText() {
        RunConfig config = read("data", "lab:recall");
        assertThat(config.data().isBuiltIn()).isTrue();
        assertThat(config.data().builtInBytes()).isEqualTo(8_000_000);
    }

    @Test
    void padsTheVocabulary() {
        assertThat(read().languageModel(257).vocabularySize()).isEqualTo(320);
        assertThat(read().languageModel(320).vocabularySize()).isEqualTo(320);
    }

    @Test
    void matchesTheParametersOfMultiHeadAttentionByTheHiddenSize() {
        long sas = parameters(read("preset", "small", "sas", "paper", "hidden-size", "313"));
        long mha = parameters(read("preset", "small", "attention", "mha"));
        assertThat((double) sas / mha).isBetween(0.99, 1.01);
    }

    private static long parameters(RunConfig config) {
        return new CausalLanguageModel(config.languageModel(257)).counts().parameters();
    }

    @Test
    void isRepeatedByTheSettingsItWrote() throws IOException {
        RunConfig first =
                read(
                        "preset",
                        "small",
                        "attention",
                        "gqa",
                        "heads",
                        "8",
                        "seed",
                        "5",
                        "steps",
                        "9");
        Path file = folder.resolve("config.json");
        Files.writeString(file, new ObjectMapper().writeValueAsString(first.settings()));
        RunConfig second = RunConfig.read(Map.of(), file);
        assertThat(second).isEqualTo(first);
    }

    @Test
    void readsWhatDepartsFromThePaper() {
        RunConfig config =
                read("expand-values", "false", "aggregation", "concatenation", "attention", "sas");
        SasShape shape = ((SasConfig) config.model().attention()).shape();
        assertThat(shape.expandValues()).isFalse();
        assertThat(shape.aggregation()).isEqualTo(Aggregation.CONCATENATION);
        assertThat(config.settings())
                .containsEntry("expand-values", false)
                .containsEntry("aggregation", "concatenation");
    }

    @Test
    void aMaskOfDocumentsIsWrittenOnlyWhereThereIsOne() {
        assertThat(read("document-mask", "false").settings()).doesNotContainKey("document-mask");
        RunConfig masked = read("document-mask", "true");
        assertThat(masked.settings()).containsEntry("document-mask", true);
        assertThat(masked.data().documentMask()).isTrue();
    }

    @Test
    void namedSettingsSetAllThatTheyStandFor() {
        assertThat(sas(read("sas", "features"))).isEqualTo(sas(read("head-expansion", "none")));
        assertThat(sas(read("sas", "shared-values")))
                .isEqualTo(sas(read("simulated-heads", "6", "expand-values", "false")));
    }

    private static Object sas(RunConfig config) {
        return config.model().attention();
    }

    @Test
    void thePapersFormIsWrittenAsBeforeThereWereOthers() {
        RunConfig config = read("sas", "paper", "expand-values", "true", "aggregation", "average");
        assertThat(config.model().attention()).isEqualTo(ModelPreset.TINY.sas());
        assertThat(config.settings()).doesNotContainKeys("sas", "expand-values", "aggregation");
    }

    @Test
    void isThePapersSasWhereHeadsAreSimulatedOrNoneWasMeasured() {
        assertThat(read("kernel-size", "5").model()).isEqualTo(read("sas", "paper").model());
        assertThat(read("preset", "125m").model().attention()).isEqualTo(ModelPreset.P125M.sas());
        assertThat(read("preset", "small").model())
                .isEqualTo(read("preset", "small", "sas", "features").model());
    }

    /** Whatever the form, and whatever is usual at the size, a run's own settings repeat it. */
    @ParameterizedTest
    @EnumSource(SasSetting.class)
    void repeatsARunFromItsSettings(SasSetting setting) {
        RunConfig config = read("sas", setting.label());
        Map<String, List<String>> again = new LinkedHashMap<>();
        config.settings()
                .forEach(
                        (name, value) ->
                                again.put(
                                        name,
                                        value instanceof List<?> list
                                                ? list.stream().map(String::valueOf).toList()
                                                : List.of(String.valueOf(value))));
        assertThat(RunConfig.read(again, null).model()).isEqualTo(config.model());
    }

    @Test
    void valuesAloneCannotBeLeftOutWhereNoHeadsAreExpanded() {
        assertThatThrownBy(() -> read("head-expansion", "none", "expand-values", "false"))
                .hasMessageContaining(
                        "--expand-values = false: expected none, since --head-expansion is none");
    }

    @Test
    void readsYamlAndLetsTheCommandLineWin() throws IOException {
        Path file = folder.resolve("run.yaml");
        Files.writeString(
                file,
                "attention: mha\nsteps: 70\nlearning-rate: 1e-3\ndata: [a.txt, b.txt]\n"
                        + "validation: v.txt\n");
        RunConfig config = RunConfig.read(given("steps", "80"), file);
        assertThat(config.training().steps()).isEqualTo(80);
        assertThat(config.training().learningRate().peak()).isEqualTo(1e-3);
        assertThat(config.data().train()).containsExactly("a.txt", "b.txt");
        assertThat(config.model().attention().name()).isEqualTo("mha");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "steps: [1, 2]          | --steps = 1, 2: expected one value",
                "stepz: 3               | did you mean steps?",
                "steps: {a: 1}          | steps in .* expected a value or a list of values",
                "'- 1'                  | expected a mapping of settings to values",
                "'steps: ]'             | not valid YAML",
            })
    void refusesAFileThatIsNotOfSettings(String yaml, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("bad.yaml"), yaml + "\n");
        assertThatThrownBy(() -> RunConfig.read(Map.of(), file))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageMatching("(?s).*" + message.replace("?", "\\?") + ".*");
    }

    @Test
    void refusesAMissingFile() {
        Path file = folder.resolve("none.yaml");
        assertThatThrownBy(() -> RunConfig.read(Map.of(), file))
                .hasMessage("--config = " + file + ": no such file");
    }

    @Test
    void reportsAllProblemsAtOnce() {
        assertThatThrownBy(
                        () ->
                                read(
                                        "attention", "ssa",
                                        "steps", "0",
                                        "batch", "x",
                                        "dropout", "1",
                                        "tensorboard", "maybe",
                                        "heads", "5",
                                        "data", "book.txt"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContainingAll(
                        "7 problems",
                        "--attention = ssa: expected one of mha, gqa, mqa, mla, mfa, tpa,"
                                + " tpa-kv, sas; did you mean sas?",
                        "--steps = 0: expected a whole number, at least 1",
                        "--batch = x: expected a whole number",
                        "--dropout = 1: expected a number, at least 0 and less than 1",
                        "--tensorboard = maybe: expected true or false",
                        "--heads = 5: expected a divisor of --embedding-size = 96",
                        "--validation = (none): expected a path of text to score");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sas | simulated-heads | 7     | --simulated-heads = 7: expected a multiple of"
                        + " --heads = 3",
                "sas | simulated-heads | 2     | --simulated-heads = 2: expected a multiple of"
                        + " --heads = 3",
                "sas | kernel-size     | 4     | --kernel-size = 4: expected an odd number",
                "sas | simulated-head-size | 31 | --simulated-head-size = 31: expected",
                "sas | simulated-head-size | 49 | --simulated-head-size = 49: expected an even"
                        + " number for the rotary embedding, or --rotary none",
                "sas | sas             | paper | ",
                "sas | sas             | papr  | --sas = papr: expected one of paper,"
                        + " shared-values, features; did you mean paper?",
                "mha | sas             | paper | --sas = paper: expected only with --attention sas",
                "sas | expand-values   | no    | ",
                "sas | aggregation     | concatenation | ",
                "sas | aggregation     | mean  | --aggregation = mean: expected one of average,"
                        + " concatenation",
                "mha | aggregation     | average | --aggregation = average: expected only with"
                        + " --attention sas",
                "mha | head-size       | 33    | --head-size = 33: expected an even number",
                "mha | kernel-size     | 3     | --kernel-size = 3: expected only with --attention"
                        + " sas",
                "mha | kv-heads        | 3     | --kv-heads = 3: expected only with --attention"
                        + " gqa",
                "gqa | kv-heads        | 2     | ",
                "mha | query-rank      | 8     | --query-rank = 8: expected only with --attention"
                        + " mla or mfa or tpa",
                "mfa | kv-rank         | 8     | --kv-rank = 8: expected only with --attention mla"
                        + " or tpa or tpa-kv",
                "tpa | rotary-size     | 8     | --rotary-size = 8: expected only with --attention"
                        + " mla",
                "mla | rotary-size     | 7     | --rotary-size = 7: expected an even number",
                "mla | query-rank      | 0     | --query-rank = 0: expected a whole number",
                "tpa | head-size       | 33    | --head-size = 33: expected an even number",
                "mla | match           | width | --match = width: expected one of heads,"
                        + " feed-forward, none",
                "tpa | kv-rank         | 900   | --match = heads: expected an attention whose layer"
                        + " can be within 1 % of multi-head attention's 110592 parameters; this one"
                        + " has",
                "mha | rotary          | before | --rotary = before: expected one of none, after",
                "sas | micro-batch     | 99    | --micro-batch = 99: expected at most --batch",
                "sas | data            | builtin:book | did you mean builtin:books?",
                "sas | data            | builtin:mixed | ",
                "sas | steps           | 1e3   | --steps = 1e3: expected a whole number",
                "sas | learning-rate   | NaN   | --learning-rate = NaN: expected a number",
            })
    void namesTheValueAndWhatWasExpected(
            String attention, String name, String value, String message) {
        Map<String, List<String>> values = given("attention", attention, name, value);
        if (message == null) {
            assertThat(RunConfig.read(values, null)).isNotNull();
        } else {
            assertThatThrownBy(() -> RunConfig.read(values, null)).hasMessageContaining(message);
        }
    }

    @ParameterizedTest
    @MethodSource("presetsAndAttentions")
    void takesTheSizesOfAttentionsFromThePreset(ModelPreset preset, String name) {
        List<String> given = new ArrayList<>(List.of("preset", preset.label(), "attention", name));
        if (name.equals("sas")) {
            given.addAll(List.of("sas", "paper"));
        }
        RunConfig usual = read(given.toArray(String[]::new));
        given.addAll(List.of("match", "heads"));
        RunConfig config = read(given.toArray(String[]::new));
        assertThat(config.model().sizes()).isEqualTo(preset.matched(name));
        boolean keepsHeads = name.equals("mha") || name.equals("sas");
        assertThat(usual.model().sizes().rule()).isEqualTo(keepsHeads ? Rule.NONE : Rule.HEADS);
        assertThat(usual.model().attention()).isEqualTo(config.model().attention());
    }

    static Stream<Arguments> presetsAndAttentions() {
        return Stream.of(ModelPreset.values())
                .flatMap(
                        preset ->
                                AttentionConfig.NAMES.stream()
                                        .map(name -> Arguments.of(preset, name)));
    }

    @ParameterizedTest
    @CsvSource({"1024, 16", "1280, 20", "1600, 25"})
    void keepsTheSizeOfHeadsAtAnotherEmbeddingSize(String embedding, int heads) {
        RunConfig config = read("preset", "125m", "attention", "mha", "embedding-size", embedding);
        assertThat(config.model().attention()).isEqualTo(MultiHeadConfig.of(heads, heads, 64));
    }

    @Test
    void matchesByTheFeedForwardNetwork() {
        RunConfig config = read("preset", "125m", "attention", "gqa", "match", "feed-forward");
        assertThat(config.model().attention()).isEqualTo(MultiHeadConfig.of(12, 2, 64));
        assertThat(config.model().hiddenSize()).isGreaterThan(2048);
        assertThat(config.model().sizes().isMatched()).isTrue();
        RunConfig sas = read("preset", "125m", "attention", "sas", "match", "feed-forward");
        assertThat(sas.model().hiddenSize()).isEqualTo(2023);
    }

    @Test
    void matchesOnRequestAloneWhereHeadsAreGiven() {
        RunConfig given = read("preset", "125m", "attention", "gqa", "heads", "6");
        assertThat(given.model().attention()).isEqualTo(MultiHeadConfig.of(6, 2, 128));
        assertThat(given.model().hiddenSize()).isEqualTo(2048);
        assertThat(given.model().sizes().rule()).isEqualTo(Rule.NONE);
        assertThatThrownBy(
                        () ->
                                read(
                                        "preset", "125m",
                                        "attention", "gqa",
                                        "heads", "6",
                                        "hidden-size", "99",
                                        "match", "heads"))
                .hasMessageContainingAll(
                        "--heads = 6: expected 22, which --match heads chooses, or --match none",
                        "--hidden-size = 99: expected 2048, which --match heads chooses, or --match"
                                + " none");
        assertThatThrownBy(() -> read("attention", "gqa", "heads", "3", "kv-heads", "2"))
                .hasMessage("--kv-heads = 2: expected a divisor of --heads = 3");
    }

    @Test
    void setsRanksAndSizesOfLatentsAndFactors() {
        assertThat(
                        read(
                                        "preset", "125m",
                                        "attention", "mla",
                                        "query-rank", "96",
                                        "kv-rank", "64",
                                        "rotary-size", "8",
                                        "value-size", "32",
                                        "match", "none")
                                .model()
                                .attention())
                .isEqualTo(new MlaConfig(12, 64, 8, 32, 96, 64, false, 10_000));
        MlaConfig plain =
                (MlaConfig) read("attention", "mla", "rotary", "none").model().attention();
        assertThat(plain.rotarySize()).isZero();
        TpaConfig tpa =
                (TpaConfig)
                        read("attention", "tpa", "query-rank", "3", "kv-rank", "2", "bias", "true")
                                .model()
                                .attention();
        assertThat(tpa).isEqualTo(new TpaConfig(tpa.headCount(), 32, 3, 2, true, true, 10_000));
    }

    @ParameterizedTest
    @CsvSource({"gqa", "mqa", "mla", "mfa", "tpa", "tpa-kv", "sas"})
    void matchedSizesAreRepeatedByTheSettingsTheyWereWrittenTo(String name) throws IOException {
        RunConfig first = read("attention", name, "match", "heads");
        Path file = folder.resolve("config.json");
        Files.writeString(file, new ObjectMapper().writeValueAsString(first.settings()));
        assertThat(RunConfig.read(Map.of(), file)).isEqualTo(first);
    }
}
