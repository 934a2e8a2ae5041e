package io.github.sasblock.examples.compare.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.transformer.CausalLanguageModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComparePlanTest {

    @TempDir private Path folder;

    private String attentions = "mha,sas";
    private List<String> variants = List.of();
    private String baseline;
    private List<String> data = List.of("builtin:books");
    private String seeds = "1,2";
    private String match = "feed-forward";
    private String budget = "steps";
    private Path file;
    private final Map<String, List<String>> settings = new LinkedHashMap<>();

    private ComparePlan read() {
        return ComparePlan.read(
                new CompareOptions(
                        attentions,
                        variants,
                        baseline,
                        data,
                        seeds,
                        match,
                        budget,
                        null,
                        settings,
                        file));
    }

    private void assertRefused(String... parts) {
        assertThatThrownBy(this::read)
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContainingAll(parts);
    }

    private static long parameters(PlannedVariant variant) {
        return new CausalLanguageModel(variant.model()).counts().parameters();
    }

    private static PlannedVariant variant(ComparePlan plan, String name) {
        return plan.variants().stream()
                .filter(v -> v.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"tiny", "small", "125m"})
    void matchesParametersByFeedForwardWidth(String preset) {
        settings.put("preset", List.of(preset));
        attentions = "mha,gqa,mqa,mla,mfa,tpa,tpa-kv,sas";
        ComparePlan plan = read();
        for (PlannedVariant variant : plan.variants()) {
            double share = (double) parameters(variant) / parameters(plan.baseline());
            assertThat(share).as(variant.name()).isBetween(0.99, 1.01);
            assertThat(variant.counts().parameters()).isEqualTo(parameters(variant));
            assertThat(variant.config().model().hiddenSize())
                    .isEqualTo(variant.model().hiddenSize());
        }
        assertThat(variant(plan, "gqa").rule()).contains("feed-forward width", "parameters");
    }

    @Test
    void matchesParametersByHeads() {
        settings.put("preset", List.of("125m"));
        attentions = "mha,mqa,gqa,sas";
        match = "heads";
        ComparePlan plan = read();
        // The numbers of heads that Tensor Product Attention's authors give at E = 768.
        assertThat(variant(plan, "mqa").rule()).startsWith("heads 12 → 23,");
        assertThat(variant(plan, "gqa").rule()).startsWith("heads 12 → 22,");
        for (PlannedVariant variant : plan.variants()) {
            double share = (double) parameters(variant) / parameters(plan.baseline());
            assertThat(share).as(variant.name()).isBetween(0.99, 1.01);
        }
    }

    @Test
    void doesNotTakeTheMatchOfARunInAFile() throws IOException {
        file = Files.writeString(folder.resolve("c.yaml"), "match: heads\n");
        attentions = "mha,gqa";
        assertThat(variant(read(), "gqa").rule()).startsWith("feed-forward width");
    }

    @Test
    void givesControlsTheOperationsOfAnother() {
        attentions = "mha";
        variants =
                List.of(
                        "sas:sas=paper",
                        "wide:attention=mha,match=width:sas",
                        "deep:attention=mha,match=depth:sas",
                        "many:attention=mha,heads=9,head-size=32,match=none");
        ComparePlan plan = read();
        int context = plan.baseline().config().data().context();
        double sas = variant(plan, "sas").counts().trainingOperationsPerToken(context);
        for (String name : List.of("wide", "deep")) {
            double own = variant(plan, name).counts().trainingOperationsPerToken(context);
            assertThat(own / sas).as(name).isBetween(0.99, 1.01);
        }
        assertThat(variant(plan, "deep").model().layerCount()).isGreaterThan(3);
        assertThat(variant(plan, "wide").model().embeddingSize()).isGreaterThan(96);
        assertThat(variant(plan, "many").rule()).isEqualTo("not matched");
    }

    @Test
    void givesAllTheSameOperationsWhereThatIsTheBudget() {
        settings.put("steps", List.of("1000"));
        budget = "operations";
        attentions = "mha";
        variants = List.of("sas:sas=paper");
        ComparePlan plan = read();
        assertThat(plan.baseline().config().training().steps()).isEqualTo(1000);
        PlannedVariant sas = variant(plan, "sas");
        assertThat(sas.config().training().steps()).isLessThan(700);
        assertThat(sas.operations() / plan.baseline().operations()).isBetween(0.998, 1.002);
        assertThat(sas.config().training().learningRate().at(sas.config().training().steps()))
                .isEqualTo(plan.baseline().config().training().learningRate().at(1000));
    }

    @Test
    void readsAblationsOfSas() {
        variants =
                List.of(
                        "heads-only:expand-features=false",
                        "features-only:head-expansion=none",
                        "k1:kernel-size=1",
                        "mlp:head-expansion=mlp",
                        "before:rotary=before",
                        "r2:simulated-heads=6",
                        "identity:initialization=identity");
        ComparePlan plan = read();
        assertThat(plan.variants()).hasSize(9);
        assertThat(variant(plan, "k1").model().attention().toString()).contains("kernelSize=1");
        assertThat(variant(plan, "before").model().attention().toString()).contains("BEFORE");
    }

    @Test
    void runsASeedAfterTheOther() {
        seeds = "3,5-6";
        data = List.of("builtin:books", "lab:recall");
        ComparePlan plan = read();
        assertThat(plan.seeds()).containsExactly(3L, 5L, 6L);
        List<String> order = new ArrayList<>();
        for (PlannedRun run : plan.runs().subList(0, 5)) {
            order.add(run.corpus().name() + " " + run.variant().name() + " " + run.seed());
            assertThat(run.config().training().seed()).isEqualTo(run.seed());
            assertThat(run.config().data().train().get(0)).endsWith(run.corpus().name());
        }
        assertThat(order)
                .containsExactly(
                        "books mha 3",
                        "books sas 3",
                        "recall mha 3",
                        "recall sas 3",
                        "books mha 5");
    }

    @Test
    void readsTextByName() throws IOException {
        Path text = Files.writeString(folder.resolve("a.txt"), "text");
        data = List.of("mine=" + text + "," + text + ":" + text);
        PlannedCorpus corpus = read().corpora().get(0);
        assertThat(corpus.name()).isEqualTo("mine");
        assertThat(corpus.train()).containsExactly(text.toString(), text.toString());
        assertThat(corpus.validation()).containsExactly(text.toString());
    }

    @Test
    void namesItsFolderAfterTheCommandButItsSeeds() {
        Path out = read().out();
        seeds = "1-9";
        assertThat(read().out()).isEqualTo(out);
        settings.put("steps", List.of("7"));
        assertThat(read().out()).isNotEqualTo(out);
    }

    @Test
    void takesSettingsFromAFile() throws IOException {
        file = Files.writeString(folder.resolve("c.yaml"), "steps: 30\nseed: 9\nlayers: 1\n");
        settings.put("layers", List.of("2"));
        ComparePlan plan = read();
        assertThat(plan.baseline().config().training().steps()).isEqualTo(30);
        assertThat(plan.baseline().model().layerCount()).isEqualTo(2);
    }

    @Test
    void reportsAllProblemsAtOnce() {
        attentions = "mha,sass";
        seeds = "";
        match = "headz";
        budget = "time";
        baseline = "gqa";
        data = List.of("x=none.txt:nowhere.txt", "y", "lab:recal");
        settings.put("steps", List.of("0"));
        settings.put("seed", List.of("4"));
        variants = List.of("a:kernel-sise=3", "b c:d=e", "d:context=9", "e:attention=mha,match=x");
        assertRefused(
                "--attentions = sass: expected one of",
                "did you mean sas?",
                "--seeds = \"\": expected one seed at least",
                "--match = headz",
                "did you mean heads?",
                "--budget = time",
                "--baseline = gqa",
                "--data x = none.txt: expected a file or folder that is there",
                "--data x = nowhere.txt",
                "--data = y: expected NAME=TRAIN:VALIDATION",
                "lab:recal: expected one of",
                "--steps = 0",
                "--seed = 4: expected --seeds instead",
                "did you mean kernel-size?",
                "--variant = b c:d=e",
                "--variant d = context=9",
                "--variant e: match = x");
    }

    @Test
    void tellsOfNamesSizesSeedsAndTextsAtOnce() throws IOException {
        Path text = Files.writeString(folder.resolve("a.txt"), "text");
        attentions = "mha,sass";
        variants = List.of("big:attention=mha,heads=30,head-size=32");
        seeds = "";
        data = List.of("one=" + text + ":" + text, "two=" + text + ":nowhere.txt");
        assertRefused(
                "4 problems",
                "--attentions = sass: expected one of",
                "big: cannot be matched within 1 %",
                "--seeds = \"\": expected one seed at least",
                "--data two = nowhere.txt: expected a file or folder that is there");
    }

    @Test
    void refusesSizesThatCannotBeMatched() {
        variants = List.of("big:attention=mha,heads=30,head-size=32");
        assertRefused(
                "big: cannot be matched within 1 % of the",
                "parameters of mha: the nearest, feed-forward width 256 → 1, has");
        variants = List.of();
        match = "heads";
        assertRefused(
                "sas: cannot be matched within 1 %", "heads 3 →", "match it by feed-forward width");
    }

    @Test
    void refusesSeedsThatAreNone() {
        for (String wrong : List.of("1,1", "3-1", "a", "-1", "99999999999", "1-5000")) {
            seeds = wrong;
            assertRefused("--seeds", "different whole numbers");
        }
    }

    @Test
    void refusesNamesUsedTwice() {
        attentions = "mha,sas,sas";
        data = List.of("builtin:books", "books=builtin:arxiv");
        assertRefused("name of a variant = sas", "a name that is not used yet");
    }

    @Test
    void tellsOfAWrongVariantAlone() {
        attentions = "";
        variants = List.of("foo");
        assertThatThrownBy(this::read)
                .hasMessageStartingWith("--variant = foo: expected NAME:key=value")
                .hasMessageNotContaining("--attentions");
    }

    @Test
    void refusesMatchesThatLeadNowhere() {
        variants =
                Arrays.asList(
                        "a:attention=mha,match=width:zzz",
                        "b:attention=mha,match=width:c",
                        "c:attention=mha,match=depth:sas");
        assertRefused("--variant a: match = zzz");
        variants = variants.subList(1, 3);
        assertRefused("--variant b: match = c: expected a variant that is not itself matched");
    }

    @Test
    void refusesWhatTheLaboratoryCannotDo() {
        data = List.of("lab:recall");
        settings.put("tokenizer", List.of("gpt2"));
        settings.put("context", List.of("32"));
        assertRefused("--tokenizer = gpt2: expected bytes", "--context = 32: expected at least 53");
    }
}
