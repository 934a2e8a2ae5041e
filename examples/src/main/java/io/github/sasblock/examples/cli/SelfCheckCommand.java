package io.github.sasblock.examples.cli;

import ai.djl.Device;
import ai.djl.engine.Engine;
import io.github.sasblock.examples.problem.Problems;
import io.github.sasblock.examples.report.Format;
import io.github.sasblock.examples.selfcheck.Machine;
import io.github.sasblock.examples.selfcheck.SelfCheck;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Checks that this machine computes what it should. */
@Command(
        name = "self-check",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Checks that this machine computes what it should.",
            "",
            "Compares each block on the device, values and gradients, with double precision on the"
                    + " CPU, then trains small models for some steps. The exit code is 0 if all is"
                    + " well, else 1."
        })
final class SelfCheckCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(SelfCheckCommand.class);

    @Spec private CommandSpec spec;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description = "cpu or gpu (the GPU where libtorch sees one, else the CPU)")
    private String device;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Device chosen = device();
        Machine.describe(chosen)
                .forEach((name, value) -> out.printf(Locale.ROOT, "%-12s %s%n", name, value));
        out.println();
        int failures = 0;
        List<SelfCheck> checks = SelfCheck.all();
        for (SelfCheck check : checks) {
            failures += passes(check, chosen) ? 0 : 1;
        }
        out.println();
        out.println(
                failures == 0
                        ? "All " + checks.size() + " checks passed."
                        : failures + " of " + checks.size() + " checks failed.");
        out.flush();
        return failures == 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private Device device() {
        Engine engine = Engine.getInstance();
        if (device == null) {
            return engine.defaultDevice();
        }
        Problems problems = new Problems();
        if (!List.of("cpu", "gpu").contains(device)) {
            problems.addUnknown("--device", device, List.of("cpu", "gpu"));
        }
        problems.require(
                !device.equals("gpu") || engine.getGpuCount() > 0,
                "--device",
                device,
                "cpu, since libtorch sees no GPU here");
        problems.throwIfAny();
        return device.equals("gpu") ? Device.gpu() : Device.cpu();
    }

    private boolean passes(SelfCheck check, Device chosen) {
        long start = System.nanoTime();
        SelfCheck.Outcome outcome = outcome(check, chosen);
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "%-24s %-6s %7s   %s%n",
                check.name(),
                outcome.passed() ? "ok" : "FAILED",
                Format.duration((System.nanoTime() - start) / 1e9),
                outcome.detail());
        out.flush();
        return outcome.passed();
    }

    /** A check that cannot be run is one that failed; the others are still worth running. */
    private static SelfCheck.Outcome outcome(SelfCheck check, Device chosen) {
        try {
            return check.run(chosen);
        } catch (Exception | LinkageError e) {
            LOG.debug("{} failed", check.name(), e);
            return new SelfCheck.Outcome(false, e.toString());
        }
    }
}
