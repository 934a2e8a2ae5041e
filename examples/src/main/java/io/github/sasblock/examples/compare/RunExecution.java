package io.github.sasblock.examples.compare;

import ai.djl.nn.Block;
import io.github.sasblock.examples.compare.plan.PlannedRun;
import io.github.sasblock.examples.compare.result.RunResult;
import io.github.sasblock.examples.lab.LabText;
import io.github.sasblock.examples.pretrain.Corpus;
import io.github.sasblock.examples.pretrain.Plan;
import io.github.sasblock.examples.tokens.Windows;
import io.github.sasblock.examples.train.NonFiniteLossException;
import io.github.sasblock.examples.train.PeakMemory;
import io.github.sasblock.examples.train.Pretraining;
import io.github.sasblock.examples.train.TrainingListener;
import io.github.sasblock.transformer.ModelCounts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Trains one variant on one corpus with one seed. */
final class RunExecution {

    private static final int FLOAT32_BYTES = 4;
    private static final double NANOS = 1e9;

    private final PlannedRun run;
    private final Corpus corpus;
    private final PairedStart start;
    private final Consumer<TrainingListener.Step> progress;

    RunExecution(
            PlannedRun run,
            Corpus corpus,
            PairedStart start,
            Consumer<TrainingListener.Step> progress) {
        this.run = run;
        this.corpus = corpus;
        this.start = start;
        this.progress = progress;
    }

    /** Returns all that determines the result: the settings, and how much text there is. */
    static Map<String, Object> identity(PlannedRun run, Corpus corpus) {
        Map<String, Object> identity = new LinkedHashMap<>(run.identity());
        identity.put("training-windows", corpus.trainingWindows().count());
        identity.put("validation-targets", corpus.validationWindows().targets());
        return identity;
    }

    RunResult execute() throws IOException {
        long begin = System.nanoTime();
        PeakMemory memory = PeakMemory.sinceNow();
        Windows validation = corpus.validationWindows();
        try (Pretraining pretraining =
                new Pretraining(
                        run.variant().model(),
                        run.config().training().withDocuments(corpus.documents()),
                        corpus.trainingWindows(),
                        validation)) {
            long shared = start.applyTo(pretraining.model());
            Record record = new Record();
            String failure = null;
            PositionScorer scorer = null;
            try {
                pretraining.run(record);
                LabText laboratory = corpus.laboratory().orElse(null);
                scorer =
                        new PositionScorer(
                                        pretraining.model(),
                                        validation,
                                        corpus.documents(),
                                        laboratory)
                                .score();
            } catch (NonFiniteLossException e) {
                failure = e.getMessage();
            }
            return new RunResult(
                    run.corpus().name(),
                    run.variant().name(),
                    run.seed(),
                    identity(run, corpus),
                    model(shared),
                    record.curve,
                    scorer == null ? List.of() : scorer.positions(),
                    scorer == null ? null : scorer.answers(),
                    corpus.floor().isPresent() ? corpus.floor().getAsDouble() : null,
                    failure,
                    record.measured((System.nanoTime() - begin) / NANOS, memory.bytes()));
        }
    }

    private RunResult.Model model(long shared) {
        ModelCounts counts = run.variant().counts();
        int context = run.config().data().context();
        return new RunResult.Model(
                Plan.describe(run.variant().model().attention()),
                counts.parameters(),
                counts.forwardOperationsPerToken(context),
                counts.trainingOperationsPerToken(context),
                counts.cacheBytesPerToken(FLOAT32_BYTES),
                shared);
    }

    private final class Record implements TrainingListener {

        private final List<RunResult.Point> curve = new ArrayList<>();
        private final List<Double> seconds = new ArrayList<>();
        private Step last;

        @Override
        public void onStep(Step step) {
            last = step;
            progress.accept(step);
        }

        @Override
        public void onValidation(Validation validation, Block model) {
            curve.add(
                    new RunResult.Point(
                            validation.step(),
                            validation.tokens(),
                            validation.natsPerToken(),
                            validation.bitsPerByte()));
            seconds.add(validation.seconds());
        }

        RunResult.Measured measured(double total, OptionalLong peak) {
            return new RunResult.Measured(
                    seconds,
                    total,
                    last == null ? 0 : last.tokens() / last.seconds(),
                    peak.isPresent() ? peak.getAsLong() : null);
        }
    }
}
