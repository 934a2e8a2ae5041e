package io.github.sasblock.examples.cli;

import io.github.sasblock.examples.classifier.ClassifyCommand;
import picocli.CommandLine;

/** The program {@code bin/sas}. */
public final class Sas {

    private static final int HELP_WIDTH = 100;

    private Sas() {}

    /**
     * Runs a command and ends with its exit code: 0 if all went well, 1 if something failed, 2 if
     * the input was wrong.
     *
     * @param arguments the command and its options
     */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** Returns the commands, with the handling of errors that all share. */
    static CommandLine commandLine() {
        CommandLine sas = new CommandLine(new SasCommand());
        sas.addSubcommand("pretrain", SettingOptions.command(new PretrainCommand()));
        sas.addSubcommand("compare", SettingOptions.command(new CompareCommand()));
        sas.addSubcommand(
                "prepare", SettingOptions.command(new PrepareCommand(), PrepareCommand::takes));
        sas.addSubcommand("info", SettingOptions.command(new InfoCommand()));
        sas.addSubcommand("classify", new ClassifyCommand());
        sas.addSubcommand("generate", GenerateCommand.commandLine());
        sas.addSubcommand("status", new StatusCommand());
        sas.addSubcommand("watch", new WatchCommand());
        sas.addSubcommand("torture", SettingOptions.command(new TortureCommand()));
        sas.addSubcommand("self-check", new SelfCheckCommand());
        sas.addSubcommand("bundle", new BundleCommand());
        sas.addSubcommand("benchmark", new BenchmarkCommand());
        sas.setExecutionExceptionHandler(new ErrorHandler());
        sas.setParameterExceptionHandler(new ErrorHandler());
        sas.setUsageHelpWidth(HELP_WIDTH);
        return sas;
    }
}
