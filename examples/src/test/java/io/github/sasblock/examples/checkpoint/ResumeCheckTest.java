package io.github.sasblock.examples.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.examples.config.Settings;
import io.github.sasblock.examples.problem.InvalidInputException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResumeCheckTest {

    @Test
    void everyDifferenceThatForbidsIsListedWithBothValues() {
        Map<String, Object> saved =
                Map.of("layers", 4, "data", List.of("a", "b"), "tokenizer", "gpt2", "steps", 100);
        Map<String, Object> present =
                Map.of("layers", 6, "data", List.of("a"), "tokenizer", "bytes", "steps", 200);
        assertThatThrownBy(() -> ResumeCheck.of(saved, present).requireCompatible())
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("the run cannot continue with another configuration")
                .hasMessageContainingAll(
                        "--layers: 4 in the checkpoint, 6 now",
                        "--data: a, b in the checkpoint, a now",
                        "--tokenizer: gpt2 in the checkpoint, bytes now")
                .hasMessageNotContaining("--steps");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "steps",
                "validate-every",
                "out",
                "tensorboard",
                "micro-batch",
                "learning-rate",
                "kernels",
                "precision",
                "recompute",
                "threads",
                "match",
                "cache-dir"
            })
    void whatMayChangeIsPrinted(String setting) {
        ResumeCheck check = ResumeCheck.of(Map.of(setting, 1000), Map.of(setting, 2000.5));
        assertThat(check.requireCompatible().messages())
                .containsExactly("from here on --" + setting + " is 2000.5, before 1000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "attention",
                "embedding-size",
                "layers",
                "heads",
                "kernel-size",
                "data",
                "validation",
                "tokenizer",
                "context",
                "batch",
                "seed",
                "beta1",
                "dropout",
                "a-setting-of-tomorrow"
            })
    void whatTheTensorsOrThePlaceInTheDataDependOnIsRefused(String setting) {
        assertThat(ResumeCheck.of(Map.of(setting, 1), Map.of(setting, 2)).refused()).hasSize(1);
        assertThat(ResumeCheck.of(Map.of(setting, 1), Map.of()).refused())
                .containsExactly(new ResumeCheck.Difference(setting, "1", "(not set)"));
    }

    /** Whoever adds a setting decides here. */
    @Test
    void everySettingIsDecidedOn() {
        List<String> refused =
                Settings.names().stream()
                        .filter(name -> !refused(name).isEmpty())
                        .sorted()
                        .toList();
        assertThat(refused)
                .containsExactly(
                        "aggregation",
                        "attention",
                        "batch",
                        "beta1",
                        "beta2",
                        "bias",
                        "builtin-bytes",
                        "context",
                        "data",
                        "decay",
                        "document-mask",
                        "drop-duplicates",
                        "dropout",
                        "embedding-size",
                        "epsilon",
                        "expand-features",
                        "expand-values",
                        "head-expansion",
                        "head-size",
                        "heads",
                        "held-out",
                        "hidden-size",
                        "initialization",
                        "kernel-size",
                        "kv-heads",
                        "kv-rank",
                        "layers",
                        "norm-epsilon",
                        "query-rank",
                        "rotary",
                        "rotary-base",
                        "rotary-size",
                        "seed",
                        "simulated-head-size",
                        "simulated-heads",
                        "text-field",
                        "tied-embedding",
                        "tokenizer",
                        "validation",
                        "value-size");
    }

    private static List<ResumeCheck.Difference> refused(String setting) {
        return ResumeCheck.of(Map.of(setting, 1), Map.of(setting, 2)).refused();
    }

    @Test
    void numbersAreComparedByValue() {
        Map<String, Object> saved = Map.of("clip", 1, "learning-rate", 1e-4, "builtin-bytes", 100L);
        Map<String, Object> present =
                Map.of("clip", 1.0, "learning-rate", 0.0001, "builtin-bytes", 100);
        assertThat(ResumeCheck.of(saved, present)).isEqualTo(new ResumeCheck(List.of(), List.of()));
    }

    @Test
    void everySettingEqualToItselfIsNoDifference() {
        Map<String, String> all =
                Settings.names().stream().collect(Collectors.toMap(name -> name, name -> "x"));
        assertThat(ResumeCheck.of(all, all).messages()).isEmpty();
        assertThat(ResumeCheck.of(all, all).requireCompatible().refused()).isEmpty();
    }
}
