package io.github.sasblock.examples.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import io.github.sasblock.examples.tokens.TokenSequence;
import io.github.sasblock.examples.tokens.Windows;
import io.github.sasblock.kernel.Kernels;
import io.github.sasblock.kernel.Precision;
import io.github.sasblock.sas.SasShape;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import io.github.sasblock.transformer.AttentionConfig;
import io.github.sasblock.transformer.CausalLanguageModel;
import io.github.sasblock.transformer.DocumentMask;
import io.github.sasblock.transformer.LanguageModelConfig;
import io.github.sasblock.transformer.MfaConfig;
import io.github.sasblock.transformer.MlaConfig;
import io.github.sasblock.transformer.MultiHeadConfig;
import io.github.sasblock.transformer.SasConfig;
import io.github.sasblock.transformer.TpaConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PretrainingTest {

    private static final int CONTEXT = 16;

    /** A learning rate at which twenty steps do not magnify rounding. */
    private static final double GENTLE = 1e-3;

    private static final AttentionConfig MHA = MultiHeadConfig.of(2, 2, 8);
    private static final AttentionConfig SAS =
            SasConfig.of(new SasShape(2, 8, 4, 12, HeadExpansionKind.CONVOLUTION, 3, true));

    @TempDir private Path folder;
    private TokenSequence tokens;

    @BeforeEach
    void writeText() throws IOException {
        tokens = CatsAndDogs.tokens(folder, 900);
    }

    @AfterEach
    void close() {
        tokens.close();
    }

    @Test
    void learns() throws IOException {
        Record record = train(SAS, new Run(60, 8, 8, 0, 1));
        double first = record.validations.get(0).natsPerToken();
        double last = record.validations.get(record.validations.size() - 1).natsPerToken();
        // So few different bytes are in this text that the initial values' luck does not average
        // out.
        assertThat(first).isCloseTo(Math.log(320), within(0.1));
        assertThat(last).isLessThan(first / 2);
    }

    @Test
    void isAFunctionOfTheSeed() throws IOException {
        assertThat(train(SAS, new Run(5, 4, 4, 0.1f, 3)).losses())
                .isEqualTo(train(SAS, new Run(5, 4, 4, 0.1f, 3)).losses())
                .isNotEqualTo(train(SAS, new Run(5, 4, 4, 0.1f, 4)).losses());
    }

    @Test
    void stopsBeforeTheUpdateWhenAParameterHasNoGradientAndNamesIt() {
        Computation plain = new Computation(Kernels.Mode.PLAIN, Precision.FP32, false, 1);
        Record record = new Record();
        try (Pretraining pretraining =
                pretraining(MHA, new Run(2, 1, 1, 0, 1).with(plain), PretrainingTest::frozen)) {
            assertThatThrownBy(() -> pretraining.run(record))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageMatching(
                            "parameter .*embedding.* has no gradient: expected none .*");
        }
        assertThat(record.steps).isEmpty();
    }

    private static StepGradients frozen(
            CausalLanguageModel model,
            NDManager parent,
            Computation computation,
            DocumentMask documents,
            int microBatch,
            int length) {
        model.getParameters().valueAt(0).freeze(true);
        return new GradientWorkers(model, parent, computation, documents, microBatch, length);
    }

    /** So the error above is one of the program, and no option leads to it. */
    @Test
    void freezesNoParameterOfAnyAttention() {
        List<AttentionConfig> attentions =
                List.of(
                        MHA,
                        SAS,
                        new MlaConfig(2, 4, 2, 4, 5, 6, false, 10_000),
                        new MfaConfig(2, 4, 5, true, true, 10_000),
                        new TpaConfig(2, 4, 6, 2, true, true, 10_000));
        for (AttentionConfig attention : attentions) {
            try (Pretraining pretraining =
                    pretraining(attention, new Run(1, 1, 1, 0, 1), GradientWorkers::new)) {
                assertThat(pretraining.model().getParameters().values())
                        .as(attention.name())
                        .isNotEmpty()
                        .allMatch(parameter -> parameter.getArray().hasGradient());
            }
        }
    }

    @Test
    void givesTheSameStepsWhateverTheMicroBatch() throws IOException {
        List<Double> whole = train(MHA, new Run(6, 6, 6, 0, 1)).losses();
        List<Double> inParts = train(MHA, new Run(6, 6, 4, 0, 1)).losses();
        for (int i = 0; i < whole.size(); i++) {
            assertThat(inParts.get(i)).isCloseTo(whole.get(i), within(1e-4));
        }
    }

    @Test
    void scoresEachValidationTokenOnce() throws IOException {
        TrainingListener.Validation validation =
                train(MHA, new Run(1, 1, 1, 0, 1)).validations.get(0);
        assertThat(validation.tokensScored()).isEqualTo(tokens.size() - 1);
        assertThat(validation.bytesScored()).isEqualTo(tokens.textBytes() - 1);
        assertThat(validation.perplexity())
                .isCloseTo(Math.exp(validation.natsPerToken()), within(1e-6));
    }

    @AfterEach
    void useTheFusedKernelsAgain() {
        Kernels.use(Kernels.Mode.FUSED);
    }

    @Test
    void fusedAndPlainKernelsLearnTheSame() throws IOException {
        Run run = new Run(20, 4, 4, 0, 3, GENTLE, 1);
        Computation plain = new Computation(Kernels.Mode.PLAIN, Precision.FP32, false, 1);
        for (AttentionConfig attention : List.of(MHA, SAS)) {
            List<Double> fused = losses(train(attention, run));
            List<Double> expected = losses(train(attention, run.with(plain)));
            for (int i = 0; i < fused.size(); i++) {
                assertThat(fused.get(i))
                        .as(attention.name() + ", step " + (i + 1))
                        .isCloseTo(expected.get(i), within(1e-4));
            }
        }
    }

    /** Each e is taken for an end of text. */
    @Test
    void fusedAndPlainKernelsLearnTheSameFromDocumentsApart() throws IOException {
        Run together = new Run(10, 4, 4, 0, 3, GENTLE, 1);
        Run apart = together.with(new DocumentMask('e'));
        Computation plain = new Computation(Kernels.Mode.PLAIN, Precision.FP32, false, 1);
        Record fused = train(SAS, apart);
        Record expected = train(SAS, apart.with(plain));
        for (int i = 0; i < fused.steps.size(); i++) {
            assertThat(fused.losses().get(i)).isCloseTo(expected.losses().get(i), within(1e-4));
        }
        double score = fused.validations.get(1).natsPerToken();
        assertThat(score)
                .isCloseTo(expected.validations.get(1).natsPerToken(), within(1e-4))
                .isNotEqualTo(train(SAS, together).validations.get(1).natsPerToken());
    }

    @Test
    void recomputationChangesNoBit() throws IOException {
        Run run = new Run(20, 4, 4, 0, 3);
        Computation recompute = new Computation(Kernels.Mode.FUSED, Precision.FP32, true, 2);
        assertThat(losses(train(SAS, run.with(recompute)))).isEqualTo(losses(train(SAS, run)));
    }

    @Test
    void threadsChangeTheRoundingAlone() throws IOException {
        Run run = new Run(20, 5, 5, 0, 3, GENTLE, 1);
        Computation one = new Computation(Kernels.Mode.FUSED, Precision.FP32, false, 1);
        List<Double> expected = losses(train(SAS, run.with(one)));
        List<Double> shared = losses(train(SAS, run));
        assertThat(shared).isEqualTo(losses(train(SAS, run)));
        for (int i = 0; i < shared.size(); i++) {
            assertThat(shared.get(i)).isCloseTo(expected.get(i), within(1e-4));
        }
    }

    @Test
    void narrowTypesLearnNearlyTheSame() throws IOException {
        Run run = new Run(20, 4, 4, 0, 3);
        List<Double> expected = losses(train(SAS, run));
        for (Precision precision : List.of(Precision.BF16, Precision.FP16)) {
            Computation narrow = new Computation(Kernels.Mode.FUSED, precision, false, 2);
            List<Double> losses = losses(train(SAS, run.with(narrow)));
            assertThat(losses.get(19))
                    .as(precision.name())
                    .isLessThan(losses.get(0) - 0.5)
                    .isCloseTo(expected.get(19), within(0.1));
        }
    }

    private static List<Double> losses(Record record) {
        return record.losses();
    }

    @Test
    void stopsBeforeTheUpdateWhenTheLossIsNotFinite() {
        Run wild = new Run(500, 2, 2, 0, 1, 1e30, 0);
        assertThatThrownBy(() -> train(MHA, wild))
                .isInstanceOf(NonFiniteLossException.class)
                .hasMessageMatching(
                        "training stopped before the update of step \\d+: loss .*, batch of windows"
                                + " \\d+, \\d+ in epoch 0, .*; lower --learning-rate, raise"
                                + " --warmup, or leave such steps out with --on-nonfinite skip");
    }

    /** In a process of its own, whose Java heap is wholly resident from the start. */
    @Test
    void holdsMemorySteadyFromStepTwentyToTwoHundred() throws IOException, InterruptedException {
        assumeTrue(Files.exists(Path.of("/proc/self/status")), "no /proc/self/status here");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xms64m",
                                "-Xmx64m",
                                "-XX:+UseSerialGC",
                                "-XX:+AlwaysPreTouch",
                                "-cp",
                                System.getProperty("java.class.path"),
                                SteadyMemory.class.getName())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        List<String> lines = process.inputReader().lines().toList();
        assertThat(process.waitFor()).isZero();
        assertThat(lines).hasSize(2);
        for (String line : lines) { // name, live arrays and kilobytes after step 20 and step 200
            String[] fields = line.split(" ");
            assertThat(fields[2]).as("live arrays with " + fields[0]).isEqualTo(fields[1]);
            double growth = Double.parseDouble(fields[4]) / Double.parseDouble(fields[3]);
            assertThat(growth).as("resident set with " + fields[0]).isLessThan(1.02);
        }
    }

    /** Trains, and prints what memory it took. */
    public static final class SteadyMemory {

        private SteadyMemory() {}

        public static void main(String[] arguments) throws IOException {
            PretrainingTest test = new PretrainingTest();
            test.folder = Files.createTempDirectory("steady");
            test.writeText();
            for (AttentionConfig attention : List.of(MHA, SAS)) {
                Record record = test.train(attention, new Run(200, 8, 4, 0, 1));
                System.out.println(
                        String.join(
                                " ",
                                attention.name(),
                                String.valueOf(record.steps.get(19).liveArrays()),
                                String.valueOf(record.steps.get(199).liveArrays()),
                                String.valueOf(leastResident(record, 11, 20)),
                                String.valueOf(leastResident(record, 191, 200))));
            }
            System.exit(0);
        }

        /** The least of ten steps: a compiler of the JVM takes and gives back some as it likes. */
        private static long leastResident(Record record, int firstStep, int lastStep) {
            return Collections.min(record.residentKilobytes.subList(firstStep - 1, lastStep));
        }
    }

    private record Run(
            int steps,
            int batch,
            int micro,
            float dropout,
            long seed,
            double learningRate,
            double clip,
            DocumentMask documents,
            Computation computation) {

        Run(
                int steps,
                int batch,
                int micro,
                float dropout,
                long seed,
                double learningRate,
                double clip) {
            this(
                    steps,
                    batch,
                    micro,
                    dropout,
                    seed,
                    learningRate,
                    clip,
                    DocumentMask.NONE,
                    new Computation(Kernels.Mode.FUSED, Precision.FP32, false, 2));
        }

        Run with(Computation other) {
            return new Run(
                    steps, batch, micro, dropout, seed, learningRate, clip, documents, other);
        }

        Run with(DocumentMask other) {
            return new Run(
                    steps, batch, micro, dropout, seed, learningRate, clip, other, computation);
        }

        Run(int steps, int batch, int micro, float dropout, long seed) {
            this(steps, batch, micro, dropout, seed, 5e-3, 1);
        }

        TrainingSettings settings() {
            return new TrainingSettings(
                    steps,
                    batch,
                    micro,
                    false,
                    new LearningRate(learningRate, learningRate / 10, Math.min(5, steps), steps),
                    new AdamW.Settings(0.9, 0.95, 1e-8, 0.1, AdamW.Decay.MATRICES),
                    clip,
                    steps,
                    steps,
                    seed,
                    documents,
                    FaultPolicy.STRICT,
                    computation);
        }
    }

    private Record train(AttentionConfig attention, Run run) throws IOException {
        Record record = new Record();
        try (Pretraining pretraining = pretraining(attention, run, GradientWorkers::new)) {
            pretraining.run(record);
        }
        return record;
    }

    private Pretraining pretraining(
            AttentionConfig attention, Run run, StepGradients.Factory gradients) {
        return new Pretraining(
                LanguageModelConfig.of(320, 16, 2, attention).withDropout(run.dropout()),
                run.settings(),
                Windows.training(tokens, CONTEXT),
                Windows.validation(tokens, CONTEXT),
                gradients);
    }

    private static final class Record implements TrainingListener {

        private final List<Step> steps = new ArrayList<>();
        private final List<Validation> validations = new ArrayList<>();
        private final List<Long> residentKilobytes = new ArrayList<>();

        @Override
        public void onStep(Step step) throws IOException {
            steps.add(step);
            residentKilobytes.add(resident());
        }

        @Override
        public void onValidation(Validation validation, Block model) {
            validations.add(validation);
        }

        List<Double> losses() {
            return steps.stream().map(Step::loss).toList();
        }

        private static long resident() throws IOException {
            Path status = Path.of("/proc/self/status");
            if (!Files.exists(status)) {
                return 0;
            }
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        }
    }
}
