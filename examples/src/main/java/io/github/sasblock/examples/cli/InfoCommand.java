package io.github.sasblock.examples.cli;

import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.examples.pretrain.Plan;
import io.github.sasblock.examples.report.Console;
import io.github.sasblock.examples.report.Terminal;
import io.github.sasblock.examples.tokens.Tokenizer;
import io.github.sasblock.examples.tokens.Tokenizers;
import io.github.sasblock.transformer.CausalLanguageModel;
import io.github.sasblock.transformer.LanguageModelConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints what a configuration is and costs, without training it. */
@Command(
        name = "info",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Prints the parameters, operations and cache of a configuration, without training"
                        + " it and without reading its text.")
final class InfoCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        RunConfig config = SettingOptions.read(spec.commandLine().getParseResult());
        Console console = new Console(System.out, Terminal.ofStandardOutput(), Duration.ZERO);
        try (Tokenizer tokenizer = Tokenizers.of(config.data().tokenizer())) {
            LanguageModelConfig model = config.languageModel(tokenizer.vocabularySize());
            CausalLanguageModel block = new CausalLanguageModel(model);
            int context = config.data().context();
            console.plan(
                    List.of(
                            Plan.model(model, block.counts(), context, config.model().sizes()),
                            Plan.training(config).row("memory", Plan.memory(model, config))));
        }
        return CommandLine.ExitCode.OK;
    }
}
