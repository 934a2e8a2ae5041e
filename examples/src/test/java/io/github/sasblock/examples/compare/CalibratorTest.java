package io.github.sasblock.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sasblock.examples.compare.plan.CompareOptions;
import io.github.sasblock.examples.compare.plan.ComparePlan;
import io.github.sasblock.examples.compare.result.Calibration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CalibratorTest {

    private static ComparePlan plan(Map<String, List<String>> settings) {
        return ComparePlan.read(
                new CompareOptions(
                        "mha,gqa,sas",
                        List.of(),
                        null,
                        List.of("lab:recall"),
                        "1",
                        "feed-forward",
                        "steps",
                        null,
                        settings,
                        null));
    }

    @Test
    void takesTurnsInRoundsOfAlternatingOrder() {
        List<String> turns = new ArrayList<>();
        Calibration calibration =
                new Calibrator(
                                plan(Map.of()).variants(),
                                (variant, steps) -> {
                                    turns.add(variant.name());
                                    return turns.size();
                                })
                        .measure((variant, round) -> {});
        assertThat(turns).hasSize(3 * Calibrator.ROUNDS);
        assertThat(turns.subList(0, 7))
                .containsExactly("mha", "gqa", "sas", "sas", "gqa", "mha", "mha");
        assertThat(calibration.variants().get("gqa").secondsByRound())
                .containsExactly(2.0, 5.0, 8.0, 11.0, 14.0);
        assertThat(calibration.variants().get("mha").tokens()).isEqualTo(8 * 128);
    }

    @Test
    void whatChangesTheTimeOfAStepChangesTheWorkload() {
        Map<String, String> usual = Calibrator.workloads(plan(Map.of()).variants());
        for (String name : List.of("batch", "micro-batch", "context", "threads", "layers")) {
            String value = name.equals("context") ? "64" : name.equals("threads") ? "7" : "4";
            assertThat(Calibrator.workloads(plan(Map.of(name, List.of(value))).variants()))
                    .as(name)
                    .doesNotContainEntry("mha", usual.get("mha"));
        }
        assertThat(Calibrator.workloads(plan(Map.of("steps", List.of("7"))).variants()))
                .isEqualTo(usual);
    }
}
