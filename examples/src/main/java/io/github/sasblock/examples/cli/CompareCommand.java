package io.github.sasblock.examples.cli;

import io.github.sasblock.examples.compare.Comparison;
import io.github.sasblock.examples.compare.plan.CompareOptions;
import io.github.sasblock.examples.compare.plan.ComparePlan;
import io.github.sasblock.examples.compare.plan.PlannedRun;
import io.github.sasblock.examples.compare.plan.PlannedVariant;
import io.github.sasblock.examples.compare.view.LiveTable;
import io.github.sasblock.examples.progress.ProgressBars;
import io.github.sasblock.examples.report.Console;
import io.github.sasblock.examples.report.Format;
import io.github.sasblock.examples.report.Section;
import io.github.sasblock.examples.report.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** Compares attentions and their settings. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains variants of a model on the same data, at the same size, over paired seeds, and"
                    + " reports the differences with their intervals.",
            "",
            "A finished run is kept: the same command goes on where it was stopped, and a list with"
                    + " more seeds, variants or data adds to what is there. The settings below hold"
                    + " for all variants; --data is here NAME=TRAIN:VALIDATION (several files"
                    + " separated by commas), builtin:books, or a task such as lab:recall, and may"
                    + " be given several times."
        },
        footer = {
            "",
            "Examples:",
            "  bin/sas compare --attentions mha,sas --seeds 1-3 --preset tiny --steps 300",
            "  bin/sas compare --attentions mha,sas --seeds 1-5 --preset small \\",
            "      --data arxiv=a-train.jsonl.zst:a-val.jsonl.zst \\",
            "      --data books=b-train.jsonl.zst:b-val.jsonl.zst",
            "  bin/sas compare --attentions mha,sas --variant heads-only:expand-features=false \\",
            "      --variant features-only:head-expansion=none --variant k1:kernel-size=1 \\",
            "      --variant wide-mha:attention=mha,match=width:sas --data lab:recall",
        })
final class CompareCommand implements Callable<Integer> {

    private static final String DEFAULT_DATA = "builtin:books";

    @Spec private CommandSpec spec;

    @Option(
            names = "--attentions",
            paramLabel = "NAMES",
            defaultValue = "",
            description =
                    "attentions separated by commas, each a variant of its own name (mha,sas if"
                            + " there is no --variant)")
    private String attentions;

    @Option(
            names = "--variant",
            paramLabel = "NAME:KEY=VALUE,...",
            arity = "1",
            description =
                    "a variant by its settings, and match=feed-forward, heads, none, or width:NAME,"
                        + " depth:NAME for the operations of another variant; may be given several"
                        + " times")
    private List<String> variants = new ArrayList<>();

    @Option(
            names = "--baseline",
            paramLabel = "NAME",
            description = "the variant that the others are compared with (the first)")
    private String baseline;

    @Option(
            names = "--seeds",
            paramLabel = "LIST",
            defaultValue = "1,2,3",
            description = "seeds, such as 1,2,3 or 1-5 (1,2,3)")
    private String seeds;

    @Option(
            names = "--match",
            paramLabel = "HOW",
            defaultValue = "feed-forward",
            description =
                    "what makes parameters equal within 1 %%: feed-forward for its hidden size,"
                            + " heads for their number, or none (feed-forward)")
    private String match;

    @Option(
            names = "--budget",
            paramLabel = "WHAT",
            defaultValue = "steps",
            description =
                    "what is equal: steps, or operations, for which the variants' steps are set"
                            + " (steps)")
    private String budget;

    @Option(
            names = "--calibrate-only",
            description =
                    "measure the time of the variants' steps anew, as on a quiet machine, write the"
                            + " report of the runs that are finished, and train nothing")
    private boolean calibrateOnly;

    @Override
    public Integer call() throws IOException {
        ParseResult parsed = spec.commandLine().getParseResult();
        ComparePlan plan = ComparePlan.read(options(parsed));
        Terminal terminal = Terminal.ofStandardOutput();
        Console console = new Console(System.out, terminal, Duration.ZERO);
        console.plan(List.of(variants(plan), runs(plan)));
        LiveTable table = new LiveTable(System.out, terminal);
        Comparison comparison =
                new Comparison(plan, command(parsed), table, ProgressBars.onStandardError());
        Optional<Path> page =
                calibrateOnly ? comparison.calibrate() : Optional.of(comparison.run());
        console.message(page.map(path -> "written to " + path).orElse("no run is finished yet"));
        return CommandLine.ExitCode.OK;
    }

    private CompareOptions options(ParseResult parsed) {
        Map<String, List<String>> settings = new LinkedHashMap<>(SettingOptions.values(parsed));
        List<String> data = settings.remove("data");
        List<String> out = settings.remove("out");
        settings.remove("match"); // this command's own, not that of a run
        boolean named = !attentions.isEmpty() || !variants.isEmpty();
        boolean given = parsed.hasMatchedOption("--attentions");
        return new CompareOptions(
                named || given ? attentions : "mha,sas",
                variants,
                baseline,
                data == null ? List.of(DEFAULT_DATA) : data,
                seeds,
                match,
                budget,
                out == null ? null : Path.of(out.get(out.size() - 1)),
                settings,
                SettingOptions.file(parsed));
    }

    private static Section variants(ComparePlan plan) {
        Section section = Section.titled("Variants, " + plan.matching());
        for (PlannedVariant variant : plan.variants()) {
            int context = variant.config().data().context();
            section =
                    section.row(
                            variant.name(),
                            Format.exact(variant.counts().parameters())
                                    + " parameters, "
                                    + Format.count(
                                            variant.counts().forwardOperationsPerToken(context))
                                    + " operations a token, "
                                    + variant.rule());
        }
        return section;
    }

    private static Section runs(ComparePlan plan) {
        List<PlannedRun> runs = plan.runs();
        PlannedRun first = runs.get(0);
        return Section.titled("Runs")
                .row("runs", runs.size())
                .row("seeds", plan.seeds())
                .row("texts", plan.corpora().stream().map(corpus -> corpus.name()).toList())
                .row(
                        "steps of " + plan.baseline().name(),
                        Format.exact(plan.baseline().config().training().steps())
                                + " of "
                                + first.config().training().batch()
                                + " × "
                                + first.config().data().context()
                                + " tokens")
                .row("folder", plan.out());
    }

    private static String command(ParseResult parsed) {
        List<String> words = new ArrayList<>(List.of("bin/sas", "compare"));
        words.addAll(parsed.originalArgs());
        words.removeIf(word -> word.equals("compare") || word.equals("--calibrate-only"));
        words.add(1, "compare");
        return String.join(" ", words);
    }
}
