package io.github.sasblock.examples.cli;

import io.github.sasblock.examples.benchmark.AttentionSizes;
import io.github.sasblock.examples.benchmark.Benchmark;
import io.github.sasblock.examples.benchmark.BenchmarkReport;
import io.github.sasblock.examples.benchmark.BenchmarkSettings;
import io.github.sasblock.examples.benchmark.BenchmarkTable;
import io.github.sasblock.examples.problem.Problems;
import io.github.sasblock.transformer.AttentionConfig;
import io.github.sasblock.transformer.ModelPreset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures speed and memory. */
@Command(
        name = "benchmark",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures this machine: cases take turns, round after round, and are shown with medians"
                    + " and quartiles, against the plain form and against the matrix product.",
            "",
            "Groups: matrix, attention, training, optimizer, memory, decoding; all by default.",
            "Let the machine do nothing else meanwhile."
        },
        footer = {
            "",
            "Examples:",
            "  bin/sas benchmark",
            "  bin/sas benchmark training memory --preset small --repeats 9 --json small.json",
            "  python3 examples/peer/pytorch_peer.py --json peer.json",
            "  bin/sas benchmark attention training --with peer.json"
        })
final class BenchmarkCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "GROUP", description = "what to measure")
    private List<String> groups = new ArrayList<>();

    @Option(
            names = "--preset",
            split = ",",
            paramLabel = "NAME",
            description = "sizes of models (default: small)")
    private List<String> presets = new ArrayList<>(List.of("small"));

    @Option(
            names = "--attention",
            split = ",",
            paramLabel = "NAME",
            description = "mha, gqa, mqa, mla, mfa, tpa, tpa-kv, sas (default: mha,sas)")
    private List<String> attentions = new ArrayList<>(List.of("mha", "sas"));

    @Option(
            names = "--repeats",
            paramLabel = "N",
            description = "samples of each case (default: 7; 2 with --quick)")
    private Integer repeats;

    @Option(names = "--json", paramLabel = "FILE", description = "where every sample is written")
    private Path json;

    @Option(
            names = "--with",
            paramLabel = "FILE",
            description = "JSON of another run, or of the peer program, shown in the same table")
    private List<Path> others = new ArrayList<>();

    @Option(
            names = "--quick",
            description = "tiny sizes, to see that everything runs; the figures mean nothing")
    private boolean quick;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "threads that share a batch on a CPU (default: all processors)")
    private Integer threads;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "windows of a training step (default: the preset's)")
    private Integer batch;

    @Option(
            names = "--deep-layers",
            paramLabel = "N",
            description = "group memory: layers at which it measures too (default: 12)")
    private Integer deepLayers;

    @Option(
            names = "--decoded-length",
            paramLabel = "N",
            description = "group decoding: tokens of the whole sequence (default: 512)")
    private Integer decodedLength;

    @Option(
            names = "--new-tokens",
            paramLabel = "N",
            description = "group decoding: how many of these are decoded (default: 16)")
    private Integer newTokens;

    @Option(
            names = "--sizes",
            paramLabel = "B,T,E,H,D,H',D',K",
            description = "group attention: its sizes (default: 8,256,256,8,32,24,48,5)")
    private String sizes;

    @Override
    public Integer call() throws IOException {
        BenchmarkSettings settings = settings();
        List<BenchmarkReport> reports = new ArrayList<>();
        for (Path other : others) {
            reports.add(BenchmarkReport.read(other));
        }
        Benchmark benchmark = new Benchmark(settings, line -> err(line));
        BenchmarkReport report = benchmark.run();
        if (json != null) {
            report.write(json);
        }
        reports.add(0, report);
        new BenchmarkTable(reports)
                .lines()
                .forEach(line -> spec.commandLine().getOut().println(line));
        spec.commandLine().getOut().flush();
        boolean allHold = report.checks().stream().allMatch(check -> check.holds());
        return allHold ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private void err(String line) {
        spec.commandLine().getErr().println(line);
        spec.commandLine().getErr().flush();
    }

    private BenchmarkSettings settings() {
        Problems problems = new Problems();
        Collection<String> known = Benchmark.groups().keySet();
        requireKnown(problems, "GROUP", groups, known);
        requireKnown(
                problems,
                "--preset",
                presets,
                Arrays.stream(ModelPreset.values()).map(ModelPreset::label).toList());
        requireKnown(problems, "--attention", attentions, AttentionConfig.NAMES);
        int length = atLeast(problems, "--decoded-length", 2, decodedLength, quick ? 16 : 512);
        int decoded = atLeast(problems, "--new-tokens", 1, newTokens, quick ? 4 : 16);
        problems.require(
                decoded < length,
                "--new-tokens",
                decoded,
                "less than --decoded-length = " + length);
        if (json != null) {
            Path folder = json.toAbsolutePath().getParent();
            problems.require(
                    folder != null && Files.isDirectory(folder) && !Files.isDirectory(json),
                    "--json",
                    json,
                    "a file in a folder that exists");
        }
        BenchmarkSettings settings =
                new BenchmarkSettings(
                        groups.isEmpty() ? List.copyOf(known) : groups,
                        List.copyOf(new LinkedHashSet<>(presets)),
                        List.copyOf(new LinkedHashSet<>(attentions)),
                        atLeast(problems, "--repeats", 1, repeats, quick ? 2 : 7),
                        quick,
                        atLeast(
                                problems,
                                "--threads",
                                1,
                                threads,
                                Runtime.getRuntime().availableProcessors()),
                        sizes(problems),
                        batch == null ? 0 : atLeast(problems, "--batch", 1, batch, 1),
                        atLeast(problems, "--deep-layers", 1, deepLayers, quick ? 2 : 12),
                        length,
                        decoded);
        problems.throwIfAny();
        return settings;
    }

    private static void requireKnown(
            Problems problems, String option, List<String> given, Collection<String> known) {
        for (String value : given) {
            if (!known.contains(value)) {
                problems.addUnknown(option, value, known);
            }
        }
    }

    private static int atLeast(
            Problems problems, String option, int least, Integer given, int otherwise) {
        int value = given == null ? otherwise : given;
        problems.require(value >= least, option, value, "a whole number, at least " + least);
        return value;
    }

    private AttentionSizes sizes(Problems problems) {
        if (sizes == null) {
            return quick ? AttentionSizes.QUICK : AttentionSizes.DEFAULT;
        }
        try {
            return AttentionSizes.parse(sizes);
        } catch (IllegalArgumentException e) {
            problems.add("--sizes", sizes, e.getMessage());
            return AttentionSizes.DEFAULT;
        }
    }
}
