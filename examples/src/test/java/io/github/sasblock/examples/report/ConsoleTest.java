package io.github.sasblock.examples.report;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsoleTest {

    private static final Terminal FILE = new Terminal(132, false, false, true);
    private static final Terminal SCREEN = new Terminal(132, true, false, true);
    private static final ValidationPoint VALIDATION =
            new ValidationPoint(120, 491_520, 1.9912, 7.3243, 2.8727, 262_144, 262_144, 3.14);
    private static final List<Section> PLAN =
            List.of(
                    Section.titled("Model")
                            .row("attention", "SAS, 4 → 12 heads of 32 → 48, kernel 5")
                            .row("parameters", Format.exact(812_544)),
                    Section.titled("Training")
                            .row("steps", 600)
                            .row("tokens per step", "4,096 = 16 sequences of 256"));

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final AtomicLong seconds = new AtomicLong();

    @Test
    void aPlanIsATableWithOneColumnOfValues() {
        console(FILE).plan(PLAN);
        assertThat(printed())
                .isEqualTo(
                        """
                        Model
                          attention        SAS, 4 → 12 heads of 32 → 48, kernel 5
                          parameters       812,544

                        Training
                          steps            600
                          tokens per step  4,096 = 16 sequences of 256

                        """);
    }

    @Test
    void aLongValueGoesOnInItsColumn() {
        console(new Terminal(40, false, false, true)).plan(PLAN);
        assertThat(printed())
                .isEqualTo(
                        """
                        Model
                          attention        SAS, 4 → 12 heads of
                                           32 → 48, kernel 5
                          parameters       812,544

                        Training
                          steps            600
                          tokens per step  4,096 = 16 sequences
                                           of 256

                        """);
    }

    @Test
    void aTerminalShowsHeadingsInBoldAndLabelsFaint() {
        console(new Terminal(80, true, true, true))
                .plan(List.of(Section.titled("Model").row("heads", 12)));
        assertThat(printed())
                .isEqualTo("\u001b[1mModel\u001b[0m\n  \u001b[2mheads\u001b[0m  12\n\n");
    }

    @Test
    void aLineOfProgressHasEveryFigure() {
        console(FILE).progress(progress(120));
        assertThat(printed())
                .isEqualTo(
                        "step  120/600  20% │ loss 2.031 nats · 2.93 bits/byte │ lr 2.4e-03 │ grad"
                                + " 0.84 │ 12.3 k tok/s │ 31% of matmul │ 2m10s left\n");
    }

    @Test
    void whatIsNotKnownIsLeftOutOfALineOfProgress() {
        TrainPoint point = new TrainPoint(120, 9, Double.NaN, 0, Double.NaN, 850, Double.NaN, 1);
        console(FILE).progress(new Progress(point, 0, Double.NaN, Double.NaN));
        assertThat(printed())
                .isEqualTo("step  120 │ loss NaN nats │ lr 0.0e+00 │ grad NaN │ 850 tok/s\n");
    }

    @Test
    void aNarrowLineOfProgressDropsTheLeastImportantFigures() {
        console(new Terminal(80, false, false, true)).progress(progress(120));
        console(new Terminal(60, false, false, true)).progress(progress(120));
        console(new Terminal(20, false, false, true)).progress(progress(120));
        assertThat(printed())
                .isEqualTo(
                        """
                        step  120/600  20% │ loss 2.031 nats · 2.93 bits/byte │ 2m10s left
                        step  120/600  20% │ loss 2.031 nats · 2.93 bits/byte
                        step  120/600  20%
                        """);
    }

    @Test
    void elsewhereThanOnATerminalALineIsPrintedEverySoOftenAndAtTheEnd() {
        Console console = console(FILE);
        for (int step = 588; step <= 600; step++) {
            console.progress(progress(step));
            seconds.addAndGet(2);
        }
        assertThat(printed().lines().map(line -> line.substring(6, 9)))
                .containsExactly("588", "593", "598", "600");
    }

    @Test
    void aTerminalRewritesTheLineOfProgressInPlace() {
        Console console = console(new Terminal(64, true, false, true));
        console.progress(progress(99));
        seconds.addAndGet(1);
        TrainPoint shorter = new TrainPoint(100, 9, 2, 0.1, 1, 850, Double.NaN, 1);
        console.progress(new Progress(shorter, 600, Double.NaN, Double.NaN));
        seconds.addAndGet(1);
        console.progress(progress(101));
        console.endProgress();
        console.endProgress();
        String before = "step  100/600  16% │ loss 2.000 nats │ lr 1.0e-01 │ 850 tok/s";
        String after = "step  101/600  16% │ loss 2.031 nats · 2.93 bits/byte";
        assertThat(printed())
                .isEqualTo(
                        "\rstep   99/600  16% │ loss 2.031 nats · 2.93 bits/byte\r"
                                + before
                                + "\r"
                                + after
                                + " ".repeat(before.length() - after.length())
                                + "\n");
    }

    @Test
    void aTerminalIsNotRedrawnMoreThanTenTimesASecond() {
        Console console = console(SCREEN);
        console.progress(progress(1));
        console.progress(progress(2));
        assertThat(printed()).startsWith("\rstep    1/600").doesNotContain("step    2/600");
    }

    @Test
    void anEvaluationStays() {
        console(FILE).validation(VALIDATION, 600);
        assertThat(printed())
                .isEqualTo(
                        "valid 120/600  20% │ loss 1.991 nats · 2.873 bits/byte │ perplexity 7.32 │"
                                + " 262 k tokens in 3.1s\n");
    }

    @Test
    void aNarrowEvaluationDropsWhatItCostFirst() {
        console(new Terminal(75, false, false, true)).validation(VALIDATION, 600);
        console(new Terminal(20, false, false, true)).validation(VALIDATION, 600);
        assertThat(printed())
                .isEqualTo(
                        "valid 120/600  20% │ loss 1.991 nats · 2.873 bits/byte │ perplexity"
                                + " 7.32\nvalid 120/600  20%\n");
    }

    @Test
    void theLastLineOfProgressHasNoTimeLeft() {
        console(FILE).progress(new Progress(Runs.train(600, 1), 600, Double.NaN, 0));
        assertThat(printed()).startsWith("step  600/600 100% │").doesNotContain("left");
    }

    @Test
    void anEvaluationTakesThePlaceOfTheLineOfProgress() {
        Console console = console(new Terminal(60, true, false, true));
        console.progress(progress(120));
        console.validation(VALIDATION, 600);
        console.message("checkpoint written");
        String progress = "step  120/600  20% │ loss 2.031 nats · 2.93 bits/byte";
        assertThat(printed())
                .isEqualTo(
                        "\r"
                                + progress
                                + "\r"
                                + " ".repeat(progress.length())
                                + "\r"
                                + "valid 120/600  20% │ loss 1.991 nats · 2.873 bits/byte\n"
                                + "checkpoint written\n");
    }

    @Test
    void theResultIsATable(@TempDir Path temp) {
        RunFolder folder = RunFolder.create(temp);
        console(new Terminal(1000, false, false, true)).summary(SummaryTest.SUMMARY, folder);
        assertThat(printed())
                .isEqualTo(
                        """

Result
  attention      sas, seed 1
  parameters     812,544
  validation     loss 1.172 nats · 1.691 bits/byte
  perplexity     3.23
  entropy floor  1.620 bits/byte, the loss is 0.071 above
  scored         262,144 tokens, 262,144 bytes
  trained        600 steps, 2.46 M tokens in 3m20s (12.3 k tok/s)
  written to     %s

"""
                                .formatted(temp));
    }

    @Test
    void aFloorThatIsNotKnownHasNoRow(@TempDir Path temp) {
        console(FILE).summary(SummaryTest.withoutFloor(), RunFolder.create(temp));
        assertThat(printed()).contains("perplexity").doesNotContain("floor");
    }

    @Test
    void theLastLineOfProgressStaysAboveTheResult(@TempDir Path temp) {
        Console console = console(SCREEN);
        console.progress(progress(600));
        console.summary(SummaryTest.SUMMARY, RunFolder.create(temp));
        assertThat(printed()).startsWith("\rstep  600/600 100% │").contains(" left\n\nResult\n");
    }

    @Test
    void asciiIsUsedWhereTheEncodingHasNoMore() {
        Console console = console(new Terminal(132, false, false, false));
        console.progress(progress(120));
        console.plan(List.of(Section.titled("x".repeat(140))));
        assertThat(printed())
                .startsWith("step  120/600  20% | loss 2.031 nats, 2.93 bits/byte | lr")
                .endsWith("x...\n\n");
        assertThat(US_ASCII.newEncoder().canEncode(printed())).isTrue();
    }

    @Property(tries = 300)
    void noLineExceedsTheWidth(
            @ForAll @IntRange(min = 20, max = 160) int width,
            @ForAll boolean interactive,
            @ForAll boolean unicode,
            @ForAll String value) {
        bytes.reset();
        Terminal terminal = new Terminal(width, interactive, false, unicode);
        Console console = console(terminal);
        console.plan(List.of(Section.titled("t" + value).row("label" + value, value)));
        console.plan(PLAN);
        console.progress(progress(600));
        console.validation(VALIDATION, 1_000_000_000);
        console.progress(progress(600));
        console.message(value);
        console.progress(progress(600));
        console.endProgress();
        assertThat(Arrays.stream(printed().split("[\n\r]")))
                .allSatisfy(
                        line ->
                                assertThat(line.codePointCount(0, line.length()))
                                        .isLessThanOrEqualTo(width));
    }

    @Test
    void thereAreNoColoursWhereTheyAreNotWanted() {
        Map<String, String> plain = Map.of("TERM", "xterm");
        assertThat(Terminal.of(plain, true, true, 100, UTF_8))
                .isEqualTo(new Terminal(100, true, true, true));
        assertThat(Terminal.of(Map.of("NO_COLOR", "1"), true, true, 100, UTF_8).color()).isFalse();
        assertThat(Terminal.of(Map.of("NO_COLOR", ""), true, true, 100, UTF_8).color()).isTrue();
        assertThat(Terminal.of(plain, true, false, 100, UTF_8).color()).isFalse();
        assertThat(Terminal.of(plain, false, true, 100, UTF_8).color()).isFalse();
        assertThat(Terminal.of(Map.of("TERM", "dumb"), true, true, 100, UTF_8))
                .isEqualTo(new Terminal(100, false, false, true));
    }

    @Test
    void theEncodingDecidesOnTheCharacters() {
        assertThat(Terminal.of(Map.of(), false, false, 100, US_ASCII).unicode()).isFalse();
        assertThat(Terminal.of(Map.of(), false, false, 100, ISO_8859_1).unicode()).isFalse();
        assertThat(Terminal.of(Map.of(), false, false, 100, UTF_8).unicode()).isTrue();
    }

    @Test
    void standardOutputOfATestIsNoTerminal() {
        Terminal terminal = Terminal.ofStandardOutput();
        assertThat(terminal.interactive()).isFalse();
        assertThat(terminal.color()).isFalse();
        assertThat(terminal.width()).isEqualTo(132);
    }

    private Console console(Terminal terminal) {
        PrintStream out = new PrintStream(bytes, true, UTF_8);
        return new Console(
                out, terminal, Duration.ofSeconds(10), () -> seconds.get() * 1_000_000_000L);
    }

    private String printed() {
        return bytes.toString(UTF_8);
    }

    private static Progress progress(long step) {
        TrainPoint point = new TrainPoint(step, 491_520, 2.031, 2.4e-3, 0.84, 12_300, 0.31, 40);
        return new Progress(point, 600, 2.93, 130);
    }
}
