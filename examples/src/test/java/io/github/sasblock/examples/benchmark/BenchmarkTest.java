package io.github.sasblock.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import io.github.sasblock.attention.Attention;
import io.github.sasblock.attention.AttentionInput;
import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.kernel.Kernels;
import io.github.sasblock.kernel.Precision;
import io.github.sasblock.transformer.AttentionConfig;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BenchmarkTest {

    private static final AttentionSizes SIZES = AttentionSizes.QUICK;

    @AfterEach
    void useTheFusedKernelsAgain() {
        Kernels.use(Kernels.Mode.FUSED);
    }

    private static BenchmarkReport run(String group, List<String> attentions) {
        return new Benchmark(settings(group, attentions, true), line -> {}).run();
    }

    private static BenchmarkSettings settings(
            String group, List<String> attentions, boolean quick) {
        return new BenchmarkSettings(
                List.of(group), List.of("small"), attentions, 2, quick, 2, SIZES, 0, 1, 12, 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"matrix", "attention", "training", "optimizer", "decoding"})
    void eachGroupMeasuresEachCaseAsOftenAsAsked(String group) {
        BenchmarkReport report = run(group, AttentionConfig.NAMES);
        assertThat(report.measurements())
                .isNotEmpty()
                .allSatisfy(one -> assertThat(one.samples()).hasSize(2).allMatch(s -> s > 0))
                .extracting(Measurement::label)
                .doesNotHaveDuplicates();
        assertThat(report.checks()).allMatch(Check::holds);
    }

    @Test
    void memoryIsMeasuredInProcessesOfTheirOwnBesideWhatIsPredicted() {
        assumeTrue(MemoryProbe.isAvailable(), "no /proc/self/status here");
        Set<String> passes =
                run("memory", List.of("mha", "sas")).measurements().stream()
                        .filter(one -> one.samples().stream().allMatch(sample -> sample > 0))
                        .map(one -> one.label().pass())
                        .collect(Collectors.toSet());
        assertThat(passes).contains(MemoryGroup.PEAK, MemoryGroup.PREDICTED);
    }

    @Test
    void theProcessThatMeasuresMemoryHasTheModelThatThisOneHas() {
        BenchmarkSettings settings = settings("memory", AttentionConfig.NAMES, false);
        for (String attention : AttentionConfig.NAMES) {
            Map<String, List<String>> values = settings.values("small", attention, 12);
            RunConfig read =
                    RunConfig.read(MemoryProbe.settings(MemoryProbe.arguments(values)), null);
            RunConfig expected = settings.run("small", attention, 12);
            assertThat(TrainedModel.config(read)).isEqualTo(TrainedModel.config(expected));
            assertThat(read.training()).isEqualTo(expected.training());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void thePairThatTrainingUsesHasTheGradientsOfAutograd(int workers) {
        for (String name : AttentionConfig.NAMES) {
            AttentionConfig config = SIZES.config(name);
            try (Workbench bench = new Workbench()) {
                NDArray x = bench.normal(SIZES.batch(), SIZES.length(), SIZES.embedding());
                NDArray gy = bench.normal(x.getShape().getShape());
                Attention attention = config.build(SIZES.embedding(), 0);
                attention.initialize(bench.manager(), DataType.FLOAT32, x.getShape());
                NDArray y = differentiatePlainly(bench, attention, x, gy);
                TrainingPair pair =
                        new TrainingPair(bench, attention, x, gy, Precision.FP32, workers);
                bench.closeLater(pair::close);
                NDList results = pair.results();
                assertClose(results.get(0), y);
                List<Parameter> parameters = attention.getParameters().values();
                for (int i = 0; i < parameters.size(); i++) {
                    assertClose(
                            pair.gradients().get(i), parameters.get(i).getArray().getGradient());
                }
            }
        }
    }

    private static NDArray differentiatePlainly(
            Workbench bench, Attention attention, NDArray x, NDArray gy) {
        Kernels.use(Kernels.Mode.PLAIN);
        ParameterStore store = new ParameterStore(bench.manager(), false);
        try (GradientCollector collector = bench.manager().getEngine().newGradientCollector()) {
            NDArray y = attention.attend(store, AttentionInput.self(x), true);
            collector.backward(y.mul(gy).sum());
            return y;
        }
    }

    private static void assertClose(NDArray actual, NDArray expected) {
        float scale = expected.abs().max().getFloat();
        assertThat(actual.sub(expected).abs().max().getFloat())
                .isCloseTo(0, within(1e-4f * Math.max(1, scale)));
    }
}
