package io.github.sasblock.examples.classifier;

import io.github.sasblock.examples.problem.InvalidInputException;
import picocli.CommandLine;

/** Runs {@link ClassifyCommand} as a program of its own. */
public final class ClassifierExample {

    private ClassifierExample() {}

    /**
     * Runs the program, and ends the virtual machine with 0, or 2 if the input is not valid.
     *
     * @param args the options; {@code --help} lists them
     */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new ClassifyCommand())
                .setExecutionExceptionHandler(ClassifierExample::report);
    }

    private static int report(Exception e, CommandLine command, CommandLine.ParseResult parsed)
            throws Exception {
        if (e instanceof InvalidInputException) {
            command.getErr().println(e.getMessage());
            return command.getCommandSpec().exitCodeOnInvalidInput();
        }
        throw e;
    }
}
