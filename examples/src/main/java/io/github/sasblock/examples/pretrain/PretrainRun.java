package io.github.sasblock.examples.pretrain;

import ai.djl.ndarray.NDManager;
import io.github.sasblock.examples.checkpoint.Checkpoint;
import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.examples.progress.Progress;
import io.github.sasblock.examples.report.Console;
import io.github.sasblock.examples.report.Format;
import io.github.sasblock.examples.report.RunFolder;
import io.github.sasblock.examples.report.Section;
import io.github.sasblock.examples.storage.Storage;
import io.github.sasblock.examples.tokens.Tokenizer;
import io.github.sasblock.examples.tokens.Tokenizers;
import io.github.sasblock.examples.train.MatrixProductRate;
import io.github.sasblock.examples.train.Pretraining;
import io.github.sasblock.examples.train.StopRequest;
import io.github.sasblock.transformer.ModelCounts;
import java.io.IOException;
import java.util.List;

/** Pretrains a model as a configuration says, from its beginning or from where it was stopped. */
public final class PretrainRun {

    private final RunConfig config;
    private final Console console;
    private final Progress progress;
    private final StopRequest stop;
    private final Storage storage;

    /**
     * Creates a run.
     *
     * @param config all that determines it
     * @param console where the person reads
     * @param progress shows how far the text has been read
     * @param stop ends the training early, with a checkpoint
     */
    public PretrainRun(RunConfig config, Console console, Progress progress, StopRequest stop) {
        this(config, console, progress, stop, Storage.disk());
    }

    /**
     * Creates a run that writes its checkpoints and its log to a file system.
     *
     * @param config all that determines it
     * @param console where the person reads
     * @param progress shows how far the text has been read
     * @param stop ends the training early, with a checkpoint
     * @param storage the file system
     */
    public PretrainRun(
            RunConfig config,
            Console console,
            Progress progress,
            StopRequest stop,
            Storage storage) {
        this.config = config;
        this.console = console;
        this.progress = progress;
        this.stop = stop;
        this.storage = storage;
    }

    /**
     * Reads the text, shows the plan, trains, and writes all results to a new folder.
     *
     * @return whether the training came to its end; if not, it was asked to stop
     * @throws io.github.sasblock.examples.problem.InvalidInputException if the text or the folder
     *     is not what it must be
     * @throws io.github.sasblock.examples.train.TrainingStoppedException if a step cannot be taken
     * @throws IOException if reading or writing fails
     */
    public boolean start() throws IOException {
        RunFolder.requireNew(config.out()); // before the text is read, which may take hours
        try (Tokenizer tokenizer = Tokenizers.of(config.data().tokenizer());
                Corpus corpus = openCorpus(tokenizer)) {
            corpus.trainingWindows();
            corpus.validationWindows();
            try (HeldRun run = HeldRun.create(config, storage)) {
                return train(corpus, tokenizer, run);
            }
        }
    }

    /**
     * Goes on with the run whose folder the configuration names, from its newest checkpoint.
     *
     * @return whether the training came to its end; if not, it was asked to stop
     * @throws io.github.sasblock.examples.problem.InvalidInputException if the folder, the text or
     *     the configuration is not that of the checkpoint
     * @throws io.github.sasblock.examples.train.TrainingStoppedException if a step cannot be taken
     * @throws IOException if reading or writing fails
     */
    public boolean resume() throws IOException {
        try (HeldRun run = HeldRun.resume(config, storage, console::message);
                Tokenizer tokenizer = Tokenizers.of(config.data().tokenizer());
                Corpus corpus = openCorpus(tokenizer)) {
            run.requireTexts(corpus.fingerprints());
            return train(corpus, tokenizer, run);
        }
    }

    private Corpus openCorpus(Tokenizer tokenizer) throws IOException {
        return Corpus.open(config.data(), tokenizer, progress, console::message);
    }

    private boolean train(Corpus corpus, Tokenizer tokenizer, HeldRun run) throws IOException {
        run.folder().writeJson("config.json", config.settings());
        stop.heed(); // from here on the engine works, which must not be torn from its work
        try (Pretraining pretraining =
                new Pretraining(
                        config.languageModel(tokenizer.vocabularySize()),
                        config.training().withDocuments(corpus.documents()),
                        corpus.trainingWindows(),
                        corpus.validationWindows())) {
            return train(pretraining, corpus, run);
        } finally {
            stop.ignore();
        }
    }

    private boolean train(Pretraining pretraining, Corpus corpus, HeldRun run) throws IOException {
        RunReport.Yardsticks yardsticks = measure(pretraining, corpus, stepsLeft(run));
        CheckpointWriter checkpoints =
                new CheckpointWriter(
                        run.checkpoints(), config, corpus.fingerprints(), console::message);
        try (RunLog log = RunLog.open(config, run, storage, console::message);
                RunReport report =
                        new RunReport(
                                config, run.folder(), console, log, checkpoints, yardsticks)) {
            if (run.start().isPresent()) {
                pretraining.restore(run.start().get(), report.seconds());
            }
            boolean finished = pretraining.run(report, stop);
            checkpoints.requireLast();
            if (finished) {
                report.finish(
                        config.model().attention().name(),
                        pretraining.model().counts().parameters(),
                        corpus.floor());
            }
            return finished;
        }
    }

    /** Measures this machine, and shows the plan. */
    private RunReport.Yardsticks measure(Pretraining pretraining, Corpus corpus, long stepsLeft) {
        ModelCounts counts = pretraining.model().counts();
        double operations = counts.trainingOperationsPerToken(config.data().context());
        double rate = matrixProductRate();
        double secondsPerStep = pretraining.measureStep();
        console.plan(
                List.of(
                        Plan.model(
                                pretraining.model().config(),
                                counts,
                                config.data().context(),
                                config.model().sizes()),
                        Plan.text(corpus, epochs(corpus)),
                        Plan.training(config),
                        speed(operations, rate, secondsPerStep, stepsLeft)));
        return new RunReport.Yardsticks(operations, rate, corpus.bytesPerTrainingToken());
    }

    private long stepsLeft(HeldRun run) {
        long taken = run.start().map(Checkpoint::step).orElse(0L);
        return Math.max(0, config.training().steps() - taken);
    }

    private double epochs(Corpus corpus) {
        return (double) config.training().steps()
                * config.training().batch()
                / corpus.trainingWindows().count();
    }

    private static double matrixProductRate() {
        try (NDManager manager = NDManager.newBaseManager()) {
            return MatrixProductRate.measure(manager);
        }
    }

    private Section speed(double operations, double rate, double secondsPerStep, long stepsLeft) {
        double tokens = (double) config.training().batch() * config.data().context();
        Section section =
                Section.titled("Speed")
                        .row("matrix product", Format.fixed(rate / 1e9, 0) + " GFLOP/s, measured");
        return Double.isNaN(secondsPerStep)
                ? section.row("estimate", "none, since memory did not suffice for a step")
                : section.row(
                        "estimate",
                        Format.rate(tokens / secondsPerStep, "tok")
                                + ", "
                                + Format.percent(operations * tokens / secondsPerStep / rate)
                                + " of that; "
                                + Format.duration(secondsPerStep * stepsLeft)
                                + " and validation");
    }
}
