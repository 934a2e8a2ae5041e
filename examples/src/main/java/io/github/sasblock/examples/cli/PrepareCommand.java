package io.github.sasblock.examples.cli;

import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.examples.config.Settings;
import io.github.sasblock.examples.corpus.CorpusPreparation;
import io.github.sasblock.examples.corpus.PreparedText;
import io.github.sasblock.examples.progress.ProgressBars;
import io.github.sasblock.examples.report.Console;
import io.github.sasblock.examples.report.Format;
import io.github.sasblock.examples.report.Section;
import io.github.sasblock.examples.report.Terminal;
import io.github.sasblock.examples.tokens.Preparation;
import io.github.sasblock.examples.tokens.PreparationReport;
import io.github.sasblock.examples.tokens.TokenSequence;
import io.github.sasblock.examples.tokens.Tokenizer;
import io.github.sasblock.examples.tokens.Tokenizers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Makes the tokens of a run, without training. */
@Command(
        name = "prepare",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Makes the tokens of a run, without training, and shows what was read, skipped and"
                    + " why.",
            "",
            "pretrain with the same options finds them, and takes their folders as text. An"
                    + " interrupted preparation goes on where it was when it is started again."
        },
        footer = {
            "",
            "Examples:",
            "  bin/sas prepare --data books3.tar.gz --held-out 0.01",
            "  bin/sas prepare --data arxiv.jsonl.zst@0.7 --data 'books/*.txt'@0.3"
                    + " --validation val.txt",
            "  bin/sas prepare --data fineweb/ --text-field text --tokenizer gpt2 --held-out 0.001",
            "  generate | bin/sas prepare --data -.jsonl --held-out 0.05"
        })
final class PrepareCommand implements Callable<Integer> {

    /** Whether a setting is of use to this command. */
    static boolean takes(String group) {
        return group.equals(Settings.TEXT);
    }

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        RunConfig config = SettingOptions.read(spec.commandLine().getParseResult());
        Console console = new Console(System.out, Terminal.ofStandardOutput(), Duration.ZERO);
        try (Tokenizer tokenizer = Tokenizers.of(config.data().tokenizer());
                CorpusPreparation texts =
                        CorpusPreparation.open(
                                config.data(),
                                tokenizer,
                                ProgressBars.onStandardError(),
                                console::message)) {
            List<Section> sections = new ArrayList<>();
            texts.train().parts().forEach(part -> sections.add(section("Training text", part)));
            texts.validation()
                    .parts()
                    .forEach(part -> sections.add(section("Validation text", part)));
            console.plan(sections);
        }
        return CommandLine.ExitCode.OK;
    }

    private static Section section(String title, PreparedText.Part part) {
        TokenSequence tokens = part.tokens();
        Section section =
                Section.titled(title)
                        .row("from", part.description())
                        .row("tokens", Format.exact(tokens.size()) + " of " + tokens.tokenizerId())
                        .row("documents", Format.exact(tokens.documents()))
                        .row("text", Format.bytes(tokens.textBytes()));
        if (part.preparation().isPresent()) {
            section = rows(section, tokens.reports().get(0));
            section = speed(section, part.preparation().get());
        }
        return section.row("folder", part.folder());
    }

    private static Section rows(Section section, PreparationReport report) {
        Section more = section;
        if (report.heldOut() > 0) {
            more = more.row("held out", documents(report.heldOut()));
        }
        if (report.duplicates() > 0) {
            more = more.row("left out", documents(report.duplicates()) + " equal to another");
        }
        if (report.comparedPartly()) {
            more =
                    more.row(
                            "",
                            "compared with the first "
                                    + Format.exact(report.compared())
                                    + " different documents only");
        }
        if (report.empty() > 0) {
            more = more.row("left out", documents(report.empty()) + " without text");
        }
        if (report.inParts() > 0) {
            more =
                    more.row(
                            "in parts",
                            documents(report.inParts())
                                    + " too long to be held at once, not compared with others");
        }
        if (report.mixedLineEnds() > 0) {
            more =
                    more.row(
                            "line ends",
                            "mixed in "
                                    + documents(report.mixedLineEnds())
                                    + ", kept as they are; the first: "
                                    + report.mixedLineEndsExample());
        }
        for (PreparationReport.Skipped skipped : report.skipped()) {
            more =
                    more.row(
                            "skipped",
                            Format.exact(skipped.count())
                                    + " of "
                                    + skipped.reason()
                                    + ": "
                                    + String.join(", ", skipped.examples())
                                    + (skipped.count() > skipped.examples().size() ? ", …" : ""));
        }
        return more;
    }

    private static String documents(long count) {
        return Format.exact(count) + (count == 1 ? " document" : " documents");
    }

    private static Section speed(Section section, Preparation preparation) {
        if (preparation.outcome() == Preparation.Outcome.REUSED) {
            return section.row("speed", "nothing was read: " + preparation.reason());
        }
        long bytes =
                preparation.tokens().textBytes()
                        + preparation.heldOut().map(TokenSequence::textBytes).orElse(0L);
        String speed =
                Format.duration(preparation.seconds())
                        + ", "
                        + Format.bytes((long) (bytes / preparation.seconds()))
                        + "/s of text";
        int kept = preparation.continued();
        return section.row(
                "speed",
                kept == 0
                        ? speed
                        : speed + "; went on after " + kept + " files that were finished before");
    }
}
