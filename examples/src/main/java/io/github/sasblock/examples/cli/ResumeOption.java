package io.github.sasblock.examples.cli;

import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.problem.Problems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ParseResult;

/**
 * What {@code --resume} means: a folder names the run to go on with; {@code auto} goes on with the
 * run in {@code --out} if there is one, so that the same command starts a run and continues it.
 */
final class ResumeOption {

    private static final String OUT = "out";
    private static final String CONFIG = "config.json";

    private ResumeOption() {}

    /**
     * Finds the run to go on with.
     *
     * @param resume the option's value, or null
     * @param parsed the command line
     * @return its folder, or nothing if a new run is to start
     */
    static Optional<Path> folder(String resume, ParseResult parsed) {
        Map<String, List<String>> given = given(parsed);
        if (resume == null) {
            return Optional.empty();
        }
        if (!resume.equals("auto")) {
            Path folder = Path.of(resume);
            requireSame(folder, given.get(OUT));
            return Optional.of(folder);
        }
        if (!given.containsKey(OUT)) {
            throw new InvalidInputException(
                    "--resume = auto: expected --out too, the folder of the run to start or to"
                            + " go on with");
        }
        Path folder = Path.of(given.get(OUT).get(0));
        return Optional.of(folder).filter(run -> Files.exists(run.resolve(CONFIG)));
    }

    private static void requireSame(Path folder, List<String> out) {
        if (out != null && !Path.of(out.get(0)).equals(folder)) {
            throw new InvalidInputException(
                    "--out = "
                            + out.get(0)
                            + ": expected none with --resume "
                            + folder
                            + ", since a run goes on in its own folder");
        }
    }

    /**
     * Reads the configuration of a run to go on with: its own, but for what is given now.
     *
     * @param folder its folder
     * @param parsed the command line
     * @return the configuration
     */
    static RunConfig read(Path folder, ParseResult parsed) {
        Path file = folder.resolve(CONFIG);
        if (!Files.isRegularFile(file)) {
            throw new InvalidInputException(
                    "--resume = "
                            + folder
                            + ": "
                            + (Files.isDirectory(folder) ? "holds no " + CONFIG : "is not a folder")
                            + "; expected the output folder of a run, or auto");
        }
        Problems problems = new Problems();
        Map<String, List<String>> values = new LinkedHashMap<>(RunConfig.readFile(file, problems));
        problems.throwIfAny();
        values.putAll(given(parsed));
        values.put(OUT, List.of(folder.toString()));
        return RunConfig.read(values, null);
    }

    private static Map<String, List<String>> given(ParseResult parsed) {
        Problems problems = new Problems();
        Map<String, List<String>> given = new LinkedHashMap<>();
        Path file = SettingOptions.file(parsed);
        if (file != null) {
            given.putAll(RunConfig.readFile(file, problems));
        }
        problems.throwIfAny();
        given.putAll(SettingOptions.values(parsed));
        return given;
    }
}
