package io.github.sasblock.examples.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.sasblock.examples.generate.Generation;
import io.github.sasblock.examples.generate.ModelFiles;
import io.github.sasblock.examples.generate.ModelFiles.Which;
import io.github.sasblock.examples.generate.TextGenerator;
import io.github.sasblock.examples.generate.TokenSampler;
import io.github.sasblock.examples.generate.TrainedModel;
import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.problem.Problems;
import io.github.sasblock.examples.report.Format;
import io.github.sasblock.sas.CacheForm;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Continues a text with a pretrained model. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Continues a text with a pretrained model.",
            "",
            "The continuation goes to standard output as it comes, in UTF-8, and what it took to"
                    + " standard error."
        },
        footer = {
            "",
            "Examples:",
            "  bin/sas generate --checkpoint runs/first --prompt \"The village\"",
            "  bin/sas generate --checkpoint runs/first --prompt-file - --temperature 0 <text",
            "  bin/sas generate --checkpoint runs/first/checkpoints/step-00002000 --prompt \"It"
                    + " was\" --stop \". \" --samples 3"
        })
final class GenerateCommand implements Callable<Integer> {

    private static final String STANDARD_INPUT = "-";
    private static final List<String> CHECKPOINTS = List.of("best", "last");
    private static final Map<String, CacheForm> CACHE_FORMS =
            Map.of("expanded", CacheForm.EXPANDED, "compact", CacheForm.COMPACT);

    private final InputStream standardInput;

    @Spec private CommandSpec spec;

    @Option(
            names = "--checkpoint",
            paramLabel = "DIR",
            required = true,
            description = "the folder of a run, or of one of its checkpoints")
    private Path checkpoint;

    @Option(
            names = "--which",
            paramLabel = "NAME",
            defaultValue = "best",
            description = "the checkpoint of a run: best or last (${DEFAULT-VALUE})")
    private String which;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "the text to continue; - reads it from standard input")
    private String prompt;

    @Option(
            names = "--prompt-file",
            paramLabel = "FILE",
            description =
                    "a file of UTF-8 with the text to continue; - is standard input. A line feed at"
                            + " its end counts")
    private String promptFile;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            defaultValue = "200",
            description = "the most tokens to add (${DEFAULT-VALUE})")
    private int maxTokens;

    @Option(
            names = "--temperature",
            paramLabel = "X",
            defaultValue = "0.8",
            description =
                    "what logits are divided by: 1 is the model's own distribution, 0 always takes"
                            + " the likeliest token (${DEFAULT-VALUE})")
    private double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "N",
            defaultValue = "0",
            description = "choose among the N likeliest tokens; 0 for all (${DEFAULT-VALUE})")
    private int topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            defaultValue = "1",
            description =
                    "choose among the fewest tokens whose probabilities add up to P"
                            + " (${DEFAULT-VALUE})")
    private double topP;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "seed of the choices; further samples take the seeds that follow"
                            + " (${DEFAULT-VALUE})")
    private long seed;

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            description = "a text at which to end, itself not shown; may be given several times")
    private List<String> stops = new ArrayList<>();

    @Option(
            names = "--samples",
            paramLabel = "N",
            defaultValue = "1",
            description = "how many continuations to write (${DEFAULT-VALUE})")
    private int samples;

    @Option(
            names = "--cache",
            paramLabel = "FORM",
            defaultValue = "expanded",
            description =
                    "what SAS keeps of past tokens: expanded (all heads, faster) or compact (as"
                            + " much memory as MHA; expands them again at each step)"
                            + " (${DEFAULT-VALUE})")
    private String cache;

    @Option(
            names = "--no-cache",
            description = "keep nothing and compute the whole text at each step, to compare with")
    private boolean withoutCache;

    @Option(
            names = "--tokenizer",
            paramLabel = "NAME",
            description = "the tokenizer, where that of the run's configuration lies elsewhere now")
    private String tokenizer;

    @Option(names = "--quiet", description = "print nothing but the text")
    private boolean quiet;

    /**
     * Creates the command; picocli fills in the options.
     *
     * @param standardInput what {@code -} reads
     */
    GenerateCommand(InputStream standardInput) {
        this.standardInput = standardInput;
    }

    /** Returns the command, which writes UTF-8 wherever it runs. */
    static CommandLine commandLine() {
        return commandLine(System.in)
                .setOut(
                        new PrintWriter(
                                new OutputStreamWriter(
                                        new FileOutputStream(FileDescriptor.out), UTF_8)));
    }

    static CommandLine commandLine(InputStream standardInput) {
        return new CommandLine(new GenerateCommand(standardInput));
    }

    @Override
    public Integer call() throws IOException {
        checkOptions();
        ModelFiles files =
                ModelFiles.find(checkpoint, Which.valueOf(which.toUpperCase(Locale.ROOT)));
        files.messages().forEach(this::tell);
        String text = prompt();
        try (TrainedModel model = TrainedModel.load(files, tokenizer, CACHE_FORMS.get(cache))) {
            TextGenerator generator = new TextGenerator(model, this::tell);
            for (int sample = 0; sample < samples; sample++) {
                write(generator, text, sample);
            }
        }
        return CommandLine.ExitCode.OK;
    }

    private void checkOptions() {
        Problems problems = new Problems();
        if (!CHECKPOINTS.contains(which)) {
            problems.addUnknown("--which", which, CHECKPOINTS);
        }
        if (!CACHE_FORMS.containsKey(cache)) {
            problems.addUnknown("--cache", cache, CACHE_FORMS.keySet());
        }
        problems.require(
                prompt == null != (promptFile == null),
                "--prompt, --prompt-file",
                prompt == null ? "neither" : "both",
                "one of them");
        problems.require(maxTokens >= 1, "--max-tokens", maxTokens, "at least 1");
        problems.require(
                temperature >= 0 && Double.isFinite(temperature),
                "--temperature",
                temperature,
                "a number, at least 0");
        problems.require(topK >= 0, "--top-k", topK, "at least 0, for all tokens");
        problems.require(topP > 0 && topP <= 1, "--top-p", topP, "a number above 0 and up to 1");
        problems.require(samples >= 1, "--samples", samples, "at least 1");
        problems.require(!stops.contains(""), "--stop", "\"\"", "a text that is not empty");
        problems.throwIfAny();
    }

    private String prompt() throws IOException {
        String source = promptFile == null ? prompt : promptFile;
        boolean isStandardInput = source.equals(STANDARD_INPUT);
        if (promptFile == null && !isStandardInput) {
            return requireText("--prompt", prompt);
        }
        String name = promptFile == null ? "--prompt" : "--prompt-file";
        byte[] bytes = isStandardInput ? standardInput.readAllBytes() : read(source);
        try {
            return requireText(name, UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            throw new InvalidInputException(name + " = " + source + ": is not UTF-8", e);
        }
    }

    private static byte[] read(String file) {
        try {
            return Files.readAllBytes(Path.of(file));
        } catch (IOException | InvalidPathException e) {
            String reason =
                    e instanceof NoSuchFileException ? "there is no such file" : e.toString();
            throw new InvalidInputException("--prompt-file = " + file + ": " + reason, e);
        }
    }

    private static String requireText(String name, String text) {
        if (text.isEmpty()) {
            throw new InvalidInputException(name + ": is empty, expected a text to continue");
        }
        return text;
    }

    private void write(TextGenerator generator, String text, int sample) {
        PrintWriter out = spec.commandLine().getOut();
        if (samples > 1) {
            tell("sample " + (sample + 1) + " of " + samples + ", seed " + (seed + sample));
        }
        Generation settings =
                new Generation(
                        maxTokens,
                        new TokenSampler(temperature, topK, topP),
                        seed + sample,
                        stops,
                        !withoutCache);
        Generation.Result result =
                generator.generate(
                        text,
                        settings,
                        piece -> {
                            out.print(piece);
                            out.flush();
                        });
        out.print("\n");
        out.flush();
        tell(
                String.format(
                        Locale.ROOT,
                        "%s after a prompt of %s in %s, %s; ended by %s",
                        counted(result.tokens()),
                        counted(result.promptTokens()),
                        Format.duration(result.promptSeconds() + result.seconds()),
                        Format.rate(result.tokensPerSecond(), "tok"),
                        result.end().label()));
    }

    private static String counted(int tokens) {
        return tokens + (tokens == 1 ? " token" : " tokens");
    }

    private void tell(String message) {
        if (!quiet) {
            spec.commandLine().getErr().println("sas: " + message);
            spec.commandLine().getErr().flush();
        }
    }
}
