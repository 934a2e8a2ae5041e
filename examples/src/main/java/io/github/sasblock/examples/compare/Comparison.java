package io.github.sasblock.examples.compare;

import io.github.sasblock.examples.compare.analysis.Analysis;
import io.github.sasblock.examples.compare.analysis.ComparisonReport;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.Clock;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.CorpusReport;
import io.github.sasblock.examples.compare.plan.ComparePlan;
import io.github.sasblock.examples.compare.plan.PlannedCorpus;
import io.github.sasblock.examples.compare.plan.PlannedRun;
import io.github.sasblock.examples.compare.plan.PlannedVariant;
import io.github.sasblock.examples.compare.result.Calibration;
import io.github.sasblock.examples.compare.result.CalibrationStore;
import io.github.sasblock.examples.compare.result.RunResult;
import io.github.sasblock.examples.compare.result.RunStore;
import io.github.sasblock.examples.compare.result.StepTime;
import io.github.sasblock.examples.compare.view.LiveTable;
import io.github.sasblock.examples.compare.view.ReportFiles;
import io.github.sasblock.examples.compare.view.TextTable;
import io.github.sasblock.examples.pretrain.Corpus;
import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.problem.Problems;
import io.github.sasblock.examples.progress.Progress;
import io.github.sasblock.examples.report.Format;
import io.github.sasblock.examples.tokens.Tokenizer;
import io.github.sasblock.examples.tokens.Tokenizers;
import io.github.sasblock.examples.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs a comparison: all runs that are not finished yet, a seed after the other, and the report.
 *
 * <p>Before the first run the steps of all variants are timed in turns. Whatever stops it, each
 * finished run is kept; the same command goes on with the next.
 */
public final class Comparison {

    private final ComparePlan plan;
    private final String command;
    private final LiveTable table;
    private final Progress progress;
    private final RunStore store;
    private final CalibrationStore calibrations;
    private final TimeLeft timeLeft;
    private final List<RunResult> results = new ArrayList<>();
    private Calibration calibration;

    /**
     * Creates a comparison.
     *
     * @param plan what is compared
     * @param command the command, for the report
     * @param table where the person reads
     * @param progress shows how far a text has been read
     */
    public Comparison(ComparePlan plan, String command, LiveTable table, Progress progress) {
        this.plan = plan;
        this.command = command;
        this.table = table;
        this.progress = progress;
        store = new RunStore(plan.out());
        calibrations = new CalibrationStore(plan.out());
        timeLeft = new TimeLeft(plan.runs());
    }

    /**
     * Trains what is not finished yet, and writes the report.
     *
     * @return the report's page
     * @throws InvalidInputException if a text or the folder is not what it must be; nothing was
     *     trained then
     * @throws IOException if reading or writing fails
     */
    public Path run() throws IOException {
        try (Tokenizer tokenizer = Tokenizers.of(plan.baseline().config().data().tokenizer())) {
            checkBeforehand(tokenizer);
            calibrate(tokenizer, calibrations.find());
            for (long seed : plan.seeds()) {
                for (PlannedCorpus corpus : plan.corpora()) {
                    runAll(corpus, seed, tokenizer);
                }
                ReportFiles.write(plan.out(), report(), command);
                table.update(TextTable.lines(report()));
                table.show();
            }
        }
        return ReportFiles.write(plan.out(), report(), command);
    }

    /**
     * Measures the time of all variants' steps anew, whether it is known or not, and trains
     * nothing.
     *
     * @return the report's page, if there are finished runs to report on
     * @throws InvalidInputException if a text or the folder is not what it must be
     * @throws IOException if reading or writing fails
     */
    public Optional<Path> calibrate() throws IOException {
        try (Tokenizer tokenizer = Tokenizers.of(plan.baseline().config().data().tokenizer())) {
            checkBeforehand(tokenizer);
            calibrate(tokenizer, Optional.empty());
            for (long seed : plan.seeds()) {
                for (PlannedCorpus corpus : plan.corpora()) {
                    addFinished(corpus, seed, tokenizer);
                }
            }
        }
        return results.isEmpty()
                ? Optional.empty()
                : Optional.of(ReportFiles.write(plan.out(), report(), command));
    }

    private void addFinished(PlannedCorpus corpus, long seed, Tokenizer tokenizer)
            throws IOException {
        try (Corpus opened = open(corpus, seed, tokenizer)) {
            for (PlannedVariant variant : plan.variants()) {
                find(plan.run(corpus, variant, seed), opened).ifPresent(results::add);
            }
        }
    }

    /** Measures the steps of all variants, unless that was done for each as it is now. */
    private void calibrate(Tokenizer tokenizer, Optional<Calibration> known) throws IOException {
        Map<String, String> workloads = Calibrator.workloads(plan.variants());
        if (known.isPresent() && known.get().covers(workloads)) {
            calibration = known.get();
        } else {
            try (Corpus corpus = open(plan.corpora().get(0), plan.seeds().get(0), tokenizer)) {
                calibration =
                        new Calibrator(plan.variants(), Calibrator.on(corpus)).measure(this::tell);
            }
            calibrations.save(calibration);
        }
        timeLeft.calibrated(calibration);
        plan.variants().forEach(this::tellStepTime);
    }

    private void tell(PlannedVariant variant, int round) {
        table.status(
                "time of a step, round " + round + "/" + Calibrator.ROUNDS + ": " + variant.name());
    }

    private void tellStepTime(PlannedVariant variant) {
        StepTime step = calibration.variants().get(variant.name());
        table.line(
                variant.name()
                        + ": "
                        + Format.duration(step.seconds())
                        + " a step ("
                        + Format.duration(step.shortest())
                        + " to "
                        + Format.duration(step.longest())
                        + " in "
                        + step.secondsByRound().size()
                        + " rounds), "
                        + Format.rate(step.tokens() / step.seconds(), "tok"));
    }

    /** Opens every text, and reads every result that is there already. */
    private void checkBeforehand(Tokenizer tokenizer) throws IOException {
        Problems problems = new Problems();
        checkFolder(problems);
        checkCalibration(problems);
        for (PlannedCorpus corpus : plan.corpora()) {
            for (long seed : plan.seeds()) {
                try (Corpus opened = open(corpus, seed, tokenizer)) {
                    opened.trainingWindows();
                    opened.validationWindows();
                    for (PlannedVariant variant : plan.variants()) {
                        find(plan.run(corpus, variant, seed), opened)
                                .ifPresent(result -> timeLeft.finished(result, false));
                    }
                } catch (InvalidInputException e) {
                    problems.addMessage(corpus.name() + ": " + e.getMessage());
                }
            }
        }
        problems.throwIfAny();
    }

    private void checkCalibration(Problems problems) throws IOException {
        try {
            calibrations.find();
        } catch (InvalidInputException e) {
            problems.addMessage(e.getMessage());
        }
    }

    private void checkFolder(Problems problems) {
        try {
            Files.createDirectories(plan.out());
        } catch (IOException e) {
            problems.add("--out", plan.out(), "a folder that can be made: " + e);
        }
    }

    private Corpus open(PlannedCorpus corpus, long seed, Tokenizer tokenizer) throws IOException {
        PlannedRun run = plan.run(corpus, plan.baseline(), seed);
        return Corpus.open(run.config().data(), tokenizer, progress, message -> {});
    }

    private Optional<RunResult> find(PlannedRun run, Corpus corpus) throws IOException {
        return store.find(
                run.corpus().name(),
                run.variant().name(),
                run.seed(),
                RunExecution.identity(run, corpus));
    }

    private void runAll(PlannedCorpus corpus, long seed, Tokenizer tokenizer) throws IOException {
        int context = plan.baseline().config().data().context();
        try (Corpus opened = open(corpus, seed, tokenizer);
                PairedStart start = new PairedStart(plan.baseline().model(), seed, context)) {
            for (PlannedVariant variant : plan.variants()) {
                PlannedRun run = plan.run(corpus, variant, seed);
                Optional<RunResult> finished = find(run, opened);
                if (finished.isPresent()) {
                    results.add(finished.get());
                    continue;
                }
                RunResult result =
                        new RunExecution(run, opened, start, step -> tell(run, step)).execute();
                store.save(result);
                results.add(result);
                timeLeft.finished(result, true);
                table.update(TextTable.lines(report()));
                tell(result);
            }
        }
    }

    private void tell(PlannedRun run, TrainingListener.Step step) {
        long steps = run.config().training().steps();
        double left = (steps - step.step()) * step.seconds() / step.step();
        table.status(
                timeLeft.title(run)
                        + ": step "
                        + step.step()
                        + "/"
                        + steps
                        + ", loss "
                        + Format.fixed(step.loss(), 3)
                        + " nats, "
                        + Format.rate(step.tokens() / step.seconds(), "tok")
                        + ", "
                        + Format.duration(left)
                        + " left; all: "
                        + timeLeft.describe((double) step.step() / steps));
    }

    private void tell(RunResult result) {
        String outcome =
                result.isComplete()
                        ? Format.fixed(result.last().bitsPerByte(), 3) + " bits/byte"
                        : result.failure();
        table.line(
                timeLeft.finishedTitle(result)
                        + ": "
                        + outcome
                        + ", "
                        + Format.duration(result.measured().seconds())
                        + "; "
                        + timeLeft.describe(0));
    }

    /** Returns what has been found so far. */
    private ComparisonReport report() {
        Map<String, String> rules = new LinkedHashMap<>();
        plan.variants().forEach(variant -> rules.put(variant.name(), variant.rule()));
        List<CorpusReport> corpora = new ArrayList<>();
        for (PlannedCorpus corpus : plan.corpora()) {
            List<RunResult> own =
                    results.stream().filter(r -> r.corpus().equals(corpus.name())).toList();
            if (!own.isEmpty()) {
                corpora.add(
                        new Analysis(plan.baseline().name(), rules, calibration, own)
                                .report(corpus.name()));
            }
        }
        return new ComparisonReport(
                plan.baseline().name(),
                plan.matching(),
                plan.seeds(),
                Clock.of(calibration),
                corpora);
    }
}
