package io.github.sasblock.examples.pretrain;

import ai.djl.ndarray.NDManager;
import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.examples.progress.Progress;
import io.github.sasblock.examples.report.Console;
import io.github.sasblock.examples.report.Format;
import io.github.sasblock.examples.report.RunFolder;
import io.github.sasblock.examples.report.Section;
import io.github.sasblock.examples.report.Summary;
import io.github.sasblock.examples.tokens.Tokenizer;
import io.github.sasblock.examples.tokens.Tokenizers;
import io.github.sasblock.examples.tokens.Windows;
import io.github.sasblock.examples.train.MatrixProductRate;
import io.github.sasblock.examples.train.Pretraining;
import io.github.sasblock.transformer.LanguageModelConfig;
import io.github.sasblock.transformer.ModelCounts;
import java.io.IOException;
import java.util.List;

/** Pretrains a model as a configuration says. */
public final class PretrainRun {

    private final RunConfig config;
    private final Console console;
    private final Progress progress;

    /**
     * Creates a run.
     *
     * @param config all that determines it
     * @param console where the person reads
     * @param progress shows how far the text has been read
     */
    public PretrainRun(RunConfig config, Console console, Progress progress) {
        this.config = config;
        this.console = console;
        this.progress = progress;
    }

    /**
     * Reads the text, shows the plan, trains, and writes all results to the run's folder.
     *
     * @return the result
     * @throws io.github.sasblock.examples.problem.InvalidInputException if the text or the folder
     *     is not what it must be
     * @throws IOException if reading or writing fails
     */
    public Summary run() throws IOException {
        try (Tokenizer tokenizer = Tokenizers.of(config.data().tokenizer());
                Corpus corpus = Corpus.open(config.data(), tokenizer, progress, console::message)) {
            Windows training = corpus.trainingWindows();
            Windows validation = corpus.validationWindows();
            LanguageModelConfig model = config.languageModel(tokenizer.vocabularySize());
            RunFolder folder = RunFolder.create(config.out());
            folder.writeJson("config.json", config.settings());
            try (Pretraining pretraining =
                    new Pretraining(model, config.training(), training, validation)) {
                return train(pretraining, corpus, folder);
            }
        }
    }

    private Summary train(Pretraining pretraining, Corpus corpus, RunFolder folder)
            throws IOException {
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
                        speed(operations, rate, secondsPerStep)));
        RunReport.Yardsticks yardsticks =
                new RunReport.Yardsticks(operations, rate, corpus.bytesPerTrainingToken());
        try (RunReport report = new RunReport(config, folder, console, yardsticks)) {
            pretraining.run(report);
            return report.finish(
                    config.model().attention().name(), counts.parameters(), corpus.floor());
        }
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

    private Section speed(double operations, double rate, double secondsPerStep) {
        double tokens = (double) config.training().batch() * config.data().context();
        return Section.titled("Speed")
                .row("matrix product", Format.fixed(rate / 1e9, 0) + " GFLOP/s, measured")
                .row(
                        "estimate",
                        Format.rate(tokens / secondsPerStep, "tok")
                                + ", "
                                + Format.percent(operations * tokens / secondsPerStep / rate)
                                + " of that; "
                                + Format.duration(secondsPerStep * config.training().steps())
                                + " and validation");
    }
}
