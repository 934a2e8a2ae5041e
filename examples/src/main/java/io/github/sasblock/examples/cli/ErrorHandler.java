package io.github.sasblock.examples.cli;

import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.problem.Problems;
import io.github.sasblock.examples.storage.StorageException;
import io.github.sasblock.examples.train.TrainingStoppedException;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what went wrong into a message and an exit code. */
final class ErrorHandler implements IExecutionExceptionHandler, IParameterExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ErrorHandler.class);

    @Override
    public int handleExecutionException(
            Exception exception, CommandLine command, ParseResult parsed) {
        if (exception instanceof InvalidInputException) {
            return fail(command, exception.getMessage(), CommandLine.ExitCode.USAGE);
        }
        if (exception instanceof TrainingStoppedException) {
            LOG.debug("training stopped", exception);
            return fail(command, exception.getMessage(), CommandLine.ExitCode.SOFTWARE);
        }
        if (exception instanceof StorageException) {
            LOG.debug("writing failed", exception);
            return fail(command, exception.getMessage(), CommandLine.ExitCode.SOFTWARE);
        }
        if (exception instanceof IOException) {
            LOG.debug("input or output failed", exception);
            return fail(command, exception.toString(), CommandLine.ExitCode.SOFTWARE);
        }
        LOG.error("unexpected error", exception);
        return CommandLine.ExitCode.SOFTWARE;
    }

    @Override
    public int handleParseException(ParameterException exception, String[] arguments) {
        CommandLine command = exception.getCommandLine();
        return fail(
                command,
                exception.getMessage()
                        + hint(exception, command)
                        + "\nTry: "
                        + command.getCommandSpec().qualifiedName()
                        + " --help",
                CommandLine.ExitCode.USAGE);
    }

    /** Names the command that is nearest to a word that is none. */
    private static String hint(ParameterException exception, CommandLine command) {
        if (!(exception instanceof UnmatchedArgumentException unmatched)
                || unmatched.getUnmatched().isEmpty()) {
            return "";
        }
        return Problems.nearest(unmatched.getUnmatched().get(0), command.getSubcommands().keySet())
                .map(name -> "; did you mean " + name + "?")
                .orElse("");
    }

    private static int fail(CommandLine command, String message, int exitCode) {
        command.getErr().println("sas: " + message);
        return exitCode;
    }
}
