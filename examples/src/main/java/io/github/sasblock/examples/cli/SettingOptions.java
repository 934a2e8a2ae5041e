package io.github.sasblock.examples.cli;

import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.examples.config.Setting;
import io.github.sasblock.examples.config.Settings;
import io.github.sasblock.examples.problem.Problems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The settings of a run as options of a command. */
final class SettingOptions {

    private static final String CONFIG = "--config";

    private SettingOptions() {}

    /** Returns a command that takes all settings. */
    static CommandLine command(Object command) {
        return command(command, group -> true);
    }

    /**
     * Returns a command that takes the settings of some groups. An option of its own takes the
     * place of a setting of the same name.
     */
    static CommandLine command(Object command, Predicate<String> taken) {
        CommandSpec spec = CommandSpec.forAnnotatedObject(command);
        spec.addOption(
                OptionSpec.builder(CONFIG)
                        .paramLabel("FILE")
                        .type(Path.class)
                        .description(
                                "YAML or JSON file of the settings below, such as the config.json"
                                        + " of a run; the command line wins")
                        .build());
        groups().entrySet().stream()
                .filter(group -> taken.test(group.getKey()))
                .forEach(group -> spec.addArgGroup(group(group.getKey(), group.getValue(), spec)));
        spec.usageMessage()
                .customSynopsis("bin/sas " + spec.name() + " [--config FILE] [--SETTING VALUE]...");
        return new CommandLine(spec).setUnmatchedArgumentsAllowed(true);
    }

    private static Map<String, List<Setting>> groups() {
        return Settings.all().stream()
                .collect(
                        Collectors.groupingBy(
                                Setting::group, LinkedHashMap::new, Collectors.toList()));
    }

    private static ArgGroupSpec group(String title, List<Setting> settings, CommandSpec command) {
        ArgGroupSpec.Builder group =
                ArgGroupSpec.builder()
                        .heading("%n" + title + "%n")
                        .exclusive(false)
                        .validate(false)
                        .multiplicity("0..1");
        settings.stream()
                .filter(setting -> command.findOption(setting.option()) == null)
                .forEach(setting -> group.addArg(option(setting)));
        return group.build();
    }

    private static OptionSpec option(Setting setting) {
        OptionSpec.Builder option =
                OptionSpec.builder(setting.option())
                        .paramLabel(setting.argument())
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .arity("1")
                        .description(setting.description().replace("%", "%%"));
        return setting.isFlag()
                ? option.arity("0..1").fallbackValue("true").build()
                : option.build();
    }

    /** Reads the configuration that a command line gives. */
    static RunConfig read(ParseResult parsed) {
        return RunConfig.read(values(parsed), file(parsed));
    }

    /** Returns the settings that a command line gives, by name. */
    static Map<String, List<String>> values(ParseResult parsed) {
        rejectUnknown(parsed);
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (Setting setting : Settings.all()) {
            if (parsed.matchedOption(setting.option()) != null) {
                values.put(setting.name(), parsed.matchedOption(setting.option()).stringValues());
            }
        }
        return values;
    }

    /** Returns the file of settings that a command line names, or null. */
    static Path file(ParseResult parsed) {
        return parsed.hasMatchedOption(CONFIG)
                ? parsed.matchedOption(CONFIG).<Path>getValue()
                : null;
    }

    private static void rejectUnknown(ParseResult parsed) {
        Problems problems = new Problems();
        List<String> known =
                parsed.commandSpec().options().stream().map(OptionSpec::longestName).toList();
        for (String argument : new ArrayList<>(parsed.unmatched())) {
            String name = argument.replaceFirst("=.*", "");
            String hint =
                    Problems.nearest(name, known).map(n -> "; did you mean " + n + "?").orElse("");
            problems.add("argument", argument, "an option named by --help" + hint);
        }
        problems.throwIfAny();
    }
}
