package io.github.sasblock.examples.cli;

import io.github.sasblock.examples.config.Settings;
import io.github.sasblock.examples.problem.Problems;
import io.github.sasblock.examples.report.Console;
import io.github.sasblock.examples.report.RunFolder;
import io.github.sasblock.examples.report.Terminal;
import io.github.sasblock.examples.torture.Torture;
import io.github.sasblock.examples.torture.TortureReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Kills training processes and checks that nothing is lost. */
@Command(
        name = "torture",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        headerHeading = "",
        description = {
            "Kills a training at random moments, continues it each time, and checks that there is"
                + " always a checkpoint to continue from, and that the last one has the bytes of a"
                + " training that was left alone.",
            "",
            "It trains a tiny model; the settings below change it."
        },
        footer = {
            "",
            "Examples:",
            "  bin/sas torture --kills 100 --out torture",
            "  bin/sas torture --kills 20 --precision bf16 --micro-batch 1 --out torture-bf16",
            "",
            "Exit code: 0 if every promise was kept, 1 if not."
        })
final class TortureCommand implements Callable<Integer> {

    /** Small, so that the time goes into starting and saving. */
    private static final Map<String, List<String>> TINY =
            Map.ofEntries(
                    Map.entry("embedding-size", List.of("16")),
                    Map.entry("heads", List.of("2")),
                    Map.entry("layers", List.of("1")),
                    Map.entry("context", List.of("16")),
                    Map.entry("batch", List.of("2")),
                    Map.entry("builtin-bytes", List.of("100000")),
                    Map.entry("validation-tokens", List.of("256")),
                    Map.entry("validate-every", List.of("7")),
                    Map.entry("checkpoint-every", List.of("2")));

    @Spec private CommandSpec spec;

    @Option(
            names = "--kills",
            paramLabel = "N",
            defaultValue = "100",
            description = "how many processes to kill (${DEFAULT-VALUE})")
    private int kills;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "seed of the moments, and of the training (${DEFAULT-VALUE})")
    private int seed;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "folder of both runs, must be new or empty")
    private Path out;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Problems problems = new Problems();
        problems.require(kills >= 1, "--kills", kills, "at least 1");
        problems.throwIfAny();
        Map<String, List<String>> settings = settings();
        RunFolder.create(out);
        Console console = new Console(System.out, Terminal.ofStandardOutput(), Duration.ZERO);
        TortureReport report =
                new Torture(command(settings), out, seed, console::message).run(kills);
        report.failures().forEach(failure -> console.message("FAILED: " + failure));
        console.message(report.kills() + " kills: " + report.moments());
        if (!report.failures().isEmpty()) {
            return CommandLine.ExitCode.SOFTWARE;
        }
        console.message(
                "the last checkpoint has the bytes of the run that was left alone, and its log the"
                        + " same steps");
        return CommandLine.ExitCode.OK;
    }

    private Map<String, List<String>> settings() {
        Map<String, List<String>> settings = new LinkedHashMap<>(TINY);
        settings.put("steps", List.of(String.valueOf(Torture.steps(kills))));
        settings.put("cache-dir", List.of(out.resolve("cache").toString()));
        settings.putAll(SettingOptions.values(spec.commandLine().getParseResult()));
        settings.remove("out");
        settings.put("seed", List.of(String.valueOf(seed)));
        return settings;
    }

    /** Starts this program anew, with a JVM that starts fast. */
    private static List<String> command(Map<String, List<String>> settings) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-Djava.awt.headless=true",
                        "-Dai.djl.pytorch.graph_optimizer=false",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Sas.class.getName(),
                        "pretrain"));
        for (String name : Settings.names()) {
            settings.getOrDefault(name, List.of())
                    .forEach(value -> command.addAll(List.of("--" + name, value)));
        }
        return command;
    }
}
