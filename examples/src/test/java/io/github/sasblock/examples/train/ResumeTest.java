package io.github.sasblock.examples.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.nn.Block;
import io.github.sasblock.examples.checkpoint.Checkpoint;
import io.github.sasblock.examples.checkpoint.CheckpointStore;
import io.github.sasblock.examples.tokens.TokenSequence;
import io.github.sasblock.examples.tokens.Windows;
import io.github.sasblock.examples.train.FaultPolicy.OnNonFinite;
import io.github.sasblock.kernel.FlatArrays;
import io.github.sasblock.kernel.Kernels;
import io.github.sasblock.kernel.Precision;
import io.github.sasblock.sas.SasShape;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import io.github.sasblock.transformer.DocumentMask;
import io.github.sasblock.transformer.LanguageModelConfig;
import io.github.sasblock.transformer.SasConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Trainings that stop and go on, and steps that go wrong. */
class ResumeTest {

    private static final int CONTEXT = 8;
    private static final long STEPS = 12;

    @TempDir private Path folder;
    private TokenSequence tokens;

    /** So short that an epoch ends between steps, and within one. */
    @BeforeEach
    void writeText() throws IOException {
        tokens = CatsAndDogs.tokens(folder, 20);
    }

    @AfterEach
    void close() {
        tokens.close();
        Kernels.use(Kernels.Mode.FUSED);
    }

    private record Kind(String name, Computation computation, int microBatch, float dropout) {

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Kind> kinds() {
        Kernels.Mode fused = Kernels.Mode.FUSED;
        return Stream.of(
                new Kind("fp32", new Computation(fused, Precision.FP32, false, 2), 5, 0),
                new Kind("bf16", new Computation(fused, Precision.BF16, false, 2), 5, 0),
                new Kind("fp16", new Computation(fused, Precision.FP16, false, 2), 5, 0),
                new Kind("accumulation", new Computation(fused, Precision.FP32, false, 1), 2, 0),
                new Kind("dropout", new Computation(fused, Precision.FP32, false, 2), 2, 0.2f),
                new Kind(
                        "plain",
                        new Computation(Kernels.Mode.PLAIN, Precision.FP32, false, 2),
                        5,
                        0),
                new Kind(
                        "plain dropout",
                        new Computation(Kernels.Mode.PLAIN, Precision.FP32, false, 2),
                        3,
                        0.2f));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aTrainingThatStopsAndGoesOnEndsWithTheSameBytes(Kind kind) throws IOException {
        TrainingSettings settings = settings(kind.computation(), kind.microBatch(), STEPS);
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        Recorder expected = train(settings, kind.dropout(), whole, STEPS);
        List<Double> losses = new ArrayList<>();
        for (long stop : List.of(1L, 4L, 7L, STEPS)) {
            losses.addAll(train(settings, kind.dropout(), parts, stop).losses);
        }
        assertThat(losses).isEqualTo(expected.losses).hasSize((int) STEPS);
        Checkpoint first = newest(whole);
        Checkpoint second = newest(parts);
        assertThat(first.step()).isEqualTo(STEPS);
        for (String file : first.files()) {
            assertThat(second.file(file)).as(file).hasSameBinaryContentAs(first.file(file));
        }
    }

    @Test
    void aTrainingStoppedBeforeItWasScoredIsScoredWhenItGoesOn() throws IOException {
        TrainingSettings settings = settings(Computation.usual(), 5, 3);
        Path run = folder.resolve("run");
        Recorder stopped = train(settings, 0, run, 3); // asked to stop in its last step
        assertThat(stopped.validations).isEqualTo(1); // that before the first step
        assertThat(newest(run).state().validationLoss()).isNull();
        Recorder resumed = train(settings, 0, run, Long.MAX_VALUE);
        assertThat(resumed.losses).isEmpty();
        assertThat(resumed.validations).isEqualTo(1);
        assertThat(newest(run).state().validationLoss()).isNotNull();
    }

    @Test
    void aLossThatIsNotFiniteStopsBeforeTheUpdateAndNamesStepAndBatch() throws IOException {
        Path run = folder.resolve("run");
        Faults faults = new Faults().lossAt(3, loss -> Double.NaN);
        assertThatThrownBy(() -> train(STRICT, run, faults))
                .isInstanceOf(NonFiniteLossException.class)
                .hasMessageMatching(
                        "training stopped before the update of step 3: loss NaN, batch of windows"
                                + " (\\d+, ){4}\\d+ in epoch 0, loss not finite in window .*;"
                                + " lower --learning-rate.*--on-nonfinite skip");
        assertThat(newest(run).step()).isEqualTo(2);
    }

    @Test
    void aGradientThatIsNotFiniteStopsBeforeTheUpdateAndNamesTheParameter() throws IOException {
        Path run = folder.resolve("run");
        Faults faults = new Faults().gradientAt(3, Float.POSITIVE_INFINITY);
        assertThatThrownBy(() -> train(STRICT, run, faults))
                .isInstanceOf(NonFiniteLossException.class)
                .hasMessageContaining("before the update of step 3: loss ")
                .hasMessageContaining("gradient not finite in embedding");
        assertThat(newest(run).step()).isEqualTo(2);
    }

    @Test
    void skipsStepsThatAreNotFiniteUpToALimit() throws IOException {
        FaultPolicy skipping = new FaultPolicy(OnNonFinite.SKIP, 2, 0);
        Path run = folder.resolve("run");
        Faults twice = new Faults().lossAt(3, x -> Double.NaN).gradientAt(5, Float.NaN);
        Recorder recorder = train(skipping, run, twice);
        assertThat(recorder.losses).hasSize((int) STEPS);
        assertThat(recorder.notices)
                .hasSize(2)
                .allMatch(notice -> notice.startsWith("skipped step "));
        assertThat(newest(run).state().counters()).containsEntry("skipped-nonfinite", 2L);

        Faults thrice = twice.lossAt(7, x -> Double.NEGATIVE_INFINITY);
        assertThatThrownBy(() -> train(skipping, folder.resolve("other"), thrice))
                .isInstanceOf(NonFiniteLossException.class)
                .hasMessageContaining("step 7")
                .hasMessageContaining("2 such steps were skipped before it, as many as");
    }

    @Test
    void anOverflowInFloat16HalvesTheLossScaleInstead() throws IOException {
        Path run = folder.resolve("run");
        Computation fp16 = new Computation(Kernels.Mode.FUSED, Precision.FP16, false, 2);
        train(settings(fp16, 5, STEPS), 0, run, STEPS, new Faults().gradientOnceAt(3));
        assertThat(newest(run).state().lossScale()).isEqualTo(32_768);
    }

    @Test
    void skipsSpikesOfTheLoss() {
        SpikeFilter filter = new SpikeFilter(1.5);
        for (int i = 0; i < 20; i++) {
            assertThat(filter.add(i == 3 ? 9 : 1)).isFalse(); // too early to tell
        }
        assertThat(filter.add(9)).isTrue();
        assertThat(filter.add(1)).isFalse();
        int spikes = 0;
        while (filter.add(9)) {
            spikes++;
        }
        assertThat(spikes).as("a lasting rise is accepted in the end").isBetween(10, 200);
    }

    @Test
    void halvesTheMicroBatchWhereMemoryDoesNotSuffice() throws IOException {
        Faults faults = new Faults().memoryFor(1);
        TrainingSettings adapting = adapting(settings(Computation.usual(), 4, STEPS));
        Recorder recorder = train(adapting, 0, folder.resolve("run"), STEPS, faults);
        assertThat(recorder.losses).hasSize((int) STEPS);
        assertThat(recorder.notices)
                .hasSize(2)
                .allMatch(notice -> notice.startsWith("step 1: out of memory with "))
                .last()
                .asString()
                .contains("2 windows of 8 tokens at once", "--micro-batch 1");
        assertThat(newest(folder.resolve("run")).state().counters())
                .containsEntry("micro-batch", 1L);
    }

    @Test
    void tellsWhatToLowerWhereMemoryDoesNotSuffice() throws IOException {
        Path run = folder.resolve("run");
        assertThatThrownBy(() -> train(STRICT, run, new Faults().memoryFor(2)))
                .isInstanceOf(OutOfMemoryException.class)
                .hasMessageMatching(
                        "out of memory in step 1: the engine got no more.*, with 5 windows of 8"
                                + " tokens at once and \\d+ parameters; lower --micro-batch, now 5,"
                                + " or set it to auto");
        Faults heap = new Faults().heapFor(2);
        assertThatThrownBy(() -> train(STRICT, run, heap))
                .isInstanceOf(OutOfMemoryException.class)
                .hasMessageContaining("the Java heap of at most")
                .hasMessageContaining("raise -Xmx by SAS_JAVA_OPTS");
    }

    private static final FaultPolicy STRICT = FaultPolicy.STRICT;

    /** Gradients as they are, but for what is to go wrong, once for each run. */
    private static final class Faults {

        private final List<Fault> faults = new ArrayList<>();
        private int most = Integer.MAX_VALUE;
        private boolean heap;
        private boolean once;

        private record Fault(long step, DoubleUnaryOperator loss, float gradient) {}

        Faults lossAt(long step, DoubleUnaryOperator loss) {
            faults.add(new Fault(step, loss, 0));
            return this;
        }

        Faults gradientAt(long step, float value) {
            faults.add(new Fault(step, loss -> loss, value));
            return this;
        }

        Faults gradientOnceAt(long step) {
            once = true;
            return gradientAt(step, Float.POSITIVE_INFINITY);
        }

        Faults memoryFor(int windows) {
            most = windows;
            return this;
        }

        Faults heapFor(int windows) {
            heap = true;
            return memoryFor(windows);
        }

        StepGradients.Factory around(StepGradients.Factory factory) {
            return (model, parent, computation, documents, microBatch, length) ->
                    new Failing(
                            factory.create(
                                    model, parent, computation, documents, microBatch, length),
                            microBatch);
        }

        private final class Failing implements StepGradients {

            private final StepGradients gradients;
            private final int microBatch;

            Failing(StepGradients gradients, int microBatch) {
                this.gradients = gradients;
                this.microBatch = microBatch;
            }

            @Override
            public double add(GradientWorkers.Source source, long place, int size, double scale) {
                double loss = gradients.add(source, place, size, scale);
                if (microBatch > most) {
                    if (heap) {
                        throw new OutOfMemoryError("Java heap space");
                    }
                    throw new EngineException("DefaultCPUAllocator: can't allocate memory");
                }
                for (Fault fault : List.copyOf(faults)) {
                    if (place / 5 == fault.step() - 1) {
                        spoil(fault.gradient());
                        loss = fault.loss().applyAsDouble(loss);
                        if (once) {
                            faults.remove(fault);
                        }
                    }
                }
                return loss;
            }

            private void spoil(float value) {
                if (value != 0) {
                    NDArray first = gradients.buffers().get(0).arrays().get(0);
                    first.set(new NDIndex("0, 0"), value);
                }
            }

            @Override
            public List<FlatArrays> buffers() {
                return gradients.buffers();
            }

            @Override
            public void close() {
                gradients.close();
            }
        }
    }

    private static TrainingSettings settings(Computation computation, int microBatch, long steps) {
        return with(computation, microBatch, steps, STRICT, false);
    }

    private static TrainingSettings adapting(TrainingSettings s) {
        return with(s.computation(), s.microBatch(), s.steps(), s.faults(), true);
    }

    private static TrainingSettings with(
            Computation computation,
            int microBatch,
            long steps,
            FaultPolicy faults,
            boolean adapts) {
        return new TrainingSettings(
                steps,
                5,
                microBatch,
                adapts,
                new LearningRate(5e-3, 5e-4, 3, steps),
                new AdamW.Settings(0.9, 0.95, 1e-8, 0.1, AdamW.Decay.MATRICES),
                1,
                steps,
                2,
                1,
                DocumentMask.NONE,
                faults,
                computation);
    }

    private Recorder train(FaultPolicy policy, Path run, Faults faults) throws IOException {
        TrainingSettings settings = with(Computation.usual(), 5, STEPS, policy, false);
        return train(settings, 0, run, STEPS, faults);
    }

    private Recorder train(TrainingSettings settings, float dropout, Path run, long stopAt)
            throws IOException {
        return train(settings, dropout, run, stopAt, new Faults());
    }

    /** Trains from the newest checkpoint, if there is one, and asks to stop after a step. */
    private Recorder train(
            TrainingSettings settings, float dropout, Path run, long stopAt, Faults faults)
            throws IOException {
        Kernels.use(settings.computation().kernels());
        SasConfig attention =
                SasConfig.of(new SasShape(2, 8, 4, 12, HeadExpansionKind.CONVOLUTION, 3, true));
        Files.createDirectories(run);
        CheckpointStore store = CheckpointStore.open(run.resolve("checkpoints"), 2);
        boolean last = stopAt == STEPS && settings.steps() == STEPS;
        try (Pretraining pretraining =
                new Pretraining(
                        LanguageModelConfig.of(320, 16, 1, attention).withDropout(dropout),
                        settings,
                        Windows.training(tokens, CONTEXT),
                        Windows.validation(tokens, CONTEXT),
                        faults.around(GradientWorkers::new))) {
            Recorder recorder = new Recorder(store, last ? Long.MAX_VALUE : stopAt);
            if (store.newestLoadable().checkpoint().isPresent()) {
                pretraining.restore(store.newestLoadable().require(), 0);
            }
            pretraining.run(recorder, recorder.stop);
            return recorder;
        }
    }

    private static Checkpoint newest(Path run) throws IOException {
        return CheckpointStore.open(run.resolve("checkpoints"), 2).newestLoadable().require();
    }

    private static final class Recorder implements TrainingListener {

        private final StopRequest stop = new StopRequest();
        private final CheckpointStore store;
        private final long stopAt;
        private final List<Double> losses = new ArrayList<>();
        private final List<String> notices = new ArrayList<>();
        private int validations;

        Recorder(CheckpointStore store, long stopAt) {
            this.store = store;
            this.stopAt = stopAt;
            stop.heed();
        }

        @Override
        public void onStep(Step step) {
            losses.add(step.loss());
            if (step.step() == stopAt) {
                stop.request();
            }
        }

        @Override
        public void onValidation(Validation validation, Block model) {
            validations++;
        }

        @Override
        public void onCheckpoint(Snapshot snapshot) throws IOException {
            store.save(snapshot.state().build(), snapshot.tensors()).requireSaved();
        }

        @Override
        public void onNotice(String notice) {
            notices.add(notice);
        }
    }
}
