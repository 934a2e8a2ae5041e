package io.github.sasblock.examples.compare.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.sasblock.examples.compare.analysis.ComparisonReport.CorpusReport;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.VariantReport;
import io.github.sasblock.examples.compare.result.Calibration;
import io.github.sasblock.examples.compare.result.RunResult;
import io.github.sasblock.examples.compare.result.StepTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnalysisTest {

    private final Map<String, String> rules = new LinkedHashMap<>();
    private final Map<String, StepTime> stepTimes = new LinkedHashMap<>();

    AnalysisTest() {
        rules.put("mha", "the baseline");
        rules.put("sas", "narrower");
    }

    /**
     * A run with a validation every ten steps of one token, so that steps are tokens. Its own clock
     * is far off.
     */
    private RunResult run(
            String variant, long seed, double operations, double secondsPerStep, double... bits) {
        stepTimes.put(variant, new StepTime(variant, 1, List.of(secondsPerStep)));
        List<RunResult.Point> curve = new ArrayList<>();
        List<Double> seconds = new ArrayList<>();
        for (int i = 0; i < bits.length; i++) {
            curve.add(new RunResult.Point(10L * i, 10L * i, bits[i] * Math.log(2), bits[i]));
            seconds.add(1e6 * i * seed);
        }
        return new RunResult(
                "books",
                variant,
                seed,
                Map.of(),
                new RunResult.Model(variant, 100, operations / 3, operations, 8, 0),
                curve,
                List.of(),
                null,
                0.5,
                null,
                new RunResult.Measured(seconds, 99, 10, null));
    }

    private VariantReport sas(RunResult... results) {
        Calibration calibration = new Calibration("", 1, stepTimes);
        CorpusReport report =
                new Analysis("mha", rules, calibration, List.of(results)).report("books");
        return report.variants().get(report.variants().size() - 1);
    }

    @Test
    void pairsRunsBySeed() {
        VariantReport sas =
                sas(
                        run("mha", 1, 1, 1, 8, 4, 3),
                        run("mha", 2, 1, 1, 8, 4, 2),
                        run("sas", 1, 1, 1, 8, 4, 2.5),
                        run("sas", 2, 1, 1, 8, 4, 1.6),
                        run("sas", 3, 1, 1, 8, 4, 9));
        assertThat(sas.atEqualSteps().bySeed()).hasSize(2);
        assertThat(sas.atEqualSteps().bySeed().get(0)).isCloseTo(-0.5, within(1e-12));
        assertThat(sas.atEqualSteps().bySeed().get(1)).isCloseTo(-0.4, within(1e-12));
        assertThat(sas.atEqualSteps().difference().mean()).isCloseTo(-0.45, within(1e-12));
        assertThat(sas.seeds()).containsExactly(1L, 2L, 3L);
    }

    @Test
    void comparesAtEqualOperationsAndTimeWhereBothWere() {
        // SAS spends twice the operations and four times the time a step: at MHA's end it has
        // made 10 of 20 steps, or 5.
        VariantReport sas = sas(run("mha", 1, 1, 1, 8, 4, 3), run("sas", 1, 2, 4, 8, 2, 1));
        assertThat(sas.atEqualOperations().bySeed().get(0)).isCloseTo(2 - 3, within(1e-12));
        assertThat(sas.atEqualOperations().budget()).isEqualTo(1);
        assertThat(sas.measured().atEqualTime().bySeed().get(0)).isCloseTo(5 - 3, within(1e-12));
    }

    @Test
    void tellsTheSpeedOfTheRounds() {
        RunResult mha = run("mha", 1, 1, 1, 8, 4, 3);
        RunResult sas = run("sas", 1, 2, 4, 8, 2, 1);
        stepTimes.put("sas", new StepTime("sas", 100, List.of(9.0, 4.0, 5.0, 2.0)));
        assertThat(sas(mha, sas).measured().tokensPerSecond())
                .isEqualTo(new ComparisonReport.Speed(100 / 4.5, 100 / 9.0, 50));
    }

    @Test
    void comparesWithTheBaselinesCurveWhereAVariantSpendsLess() {
        VariantReport sas = sas(run("mha", 1, 2, 1, 8, 4, 3), run("sas", 1, 1, 1, 8, 5, 3.5));
        assertThat(sas.atEqualOperations().bySeed().get(0)).isCloseTo(3.5 - 4, within(1e-12));
        assertThat(sas.atEqualOperations().budget()).isEqualTo(0.5);
    }

    @Test
    void tellsWhenTheBaselinesFinalLossIsReached() {
        VariantReport sas = sas(run("mha", 1, 1, 1, 8, 4, 3), run("sas", 1, 2, 3, 8, 2, 1));
        // From 8 to 2 in ten steps: 3 after 8.33 of 20.
        assertThat(sas.stepsToBaseline().share().mean()).isCloseTo(5 / 12.0, within(1e-12));
        assertThat(sas.operationsToBaseline().share().mean()).isCloseTo(10 / 12.0, within(1e-12));
        assertThat(sas.measured().timeToBaseline().share().mean())
                .isCloseTo(15 / 12.0, within(1e-12));
    }

    @Test
    void neverExtrapolatesToAReachThatWasNot() {
        VariantReport sas =
                sas(
                        run("mha", 1, 1, 1, 8, 4, 3),
                        run("mha", 2, 1, 1, 8, 4, 3),
                        run("sas", 1, 1, 1, 8, 4, 3.1),
                        run("sas", 2, 1, 1, 8, 4, 2.9));
        assertThat(sas.stepsToBaseline().reached()).isEqualTo(1);
        assertThat(sas.stepsToBaseline().pairs()).isEqualTo(2);
        assertThat(sas.stepsToBaseline().share()).isNull();
    }

    @Test
    void leavesOutRunsThatDiverged() {
        RunResult good = run("sas", 1, 1, 1, 8, 4, 3);
        RunResult bad =
                new RunResult(
                        "books",
                        "sas",
                        2,
                        Map.of(),
                        good.model(),
                        List.of(new RunResult.Point(0, 0, 5, 8)),
                        List.of(),
                        null,
                        0.5,
                        "training stopped before the update of step 3",
                        new RunResult.Measured(List.of(0.0), 1, 0, null));
        VariantReport sas =
                sas(run("mha", 1, 1, 1, 8, 4, 3), run("mha", 2, 1, 1, 8, 4, 3), good, bad);
        assertThat(sas.seeds()).containsExactly(1L);
        assertThat(sas.failures()).hasSize(1);
        assertThat(Verdicts.sentence(sas, "mha"))
                .contains("did not finish every run: seed 2: training stopped");
    }

    @Test
    void saysWhoWinsAndWhetherItIsNoise() {
        RunResult[] results = {
            run("mha", 1, 1, 1, 8, 4, 3),
            run("mha", 2, 1, 1, 8, 4, 3.1),
            run("mha", 3, 1, 1, 8, 4, 3.2),
            run("sas", 1, 2, 9, 8, 2.99, 2.5),
            run("sas", 2, 2, 9, 8, 3.3, 2.61),
            run("sas", 3, 2, 9, 8, 3.0, 2.7)
        };
        assertThat(Verdicts.sentence(sas(results), "mha"))
                .isEqualTo(
                        "sas beats mha at equal steps, and loses to mha at equal time; at equal"
                                + " operations the difference may be noise.");
        assertThat(Verdicts.sentence(sas(results[0], results[3]), "mha"))
                .isEqualTo("sas against mha: one seed, no spread.");
        assertThat(Verdicts.interval(sas(results).atEqualSteps()))
                .isEqualTo("−0.497 [−0.511, −0.482]");
    }
}
