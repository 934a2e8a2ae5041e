package io.github.sasblock.examples.report;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import picocli.CommandLine.Help.Ansi.Style;

/**
 * What the person who runs a training sees: the plan before it, a line of progress with each
 * evaluation during it, the result after it.
 *
 * <p>On a terminal the line of progress is rewritten in place; elsewhere a new one is printed every
 * so often. No line is longer than the width: a line of progress that would be drops its least
 * important fields.
 */
public final class Console {

    private static final Duration REDRAW = Duration.ofMillis(100);
    private static final String INDENT = "  ";

    private final PrintStream out;
    private final Terminal terminal;
    private final long intervalNanos;
    private final LongSupplier nanoTime;

    private long lastProgressNanos;
    private boolean progressShown;
    private int openWidth; // of the line of progress that is not ended yet

    /**
     * Creates a console.
     *
     * @param out where to print
     * @param terminal what it can show
     * @param interval the least time between two lines of progress where they are not rewritten in
     *     place
     */
    public Console(PrintStream out, Terminal terminal, Duration interval) {
        this(out, terminal, interval, System::nanoTime);
    }

    Console(PrintStream out, Terminal terminal, Duration interval, LongSupplier nanoTime) {
        this.out = out;
        this.terminal = terminal;
        this.intervalNanos = (terminal.interactive() ? REDRAW : interval).toNanos();
        this.nanoTime = nanoTime;
    }

    /**
     * Prints what will be run: the sections one below another, their values in one column.
     *
     * @param sections the sections, in order
     */
    public void plan(List<Section> sections) {
        endProgress();
        int widestLabel =
                sections.stream()
                        .flatMap(section -> section.rows().stream())
                        .mapToInt(row -> TextColumns.width(row.label()))
                        .max()
                        .orElse(0);
        int labelWidth = Math.min(widestLabel, (terminal.width() - INDENT.length()) / 2);
        for (Section section : sections) {
            println(styled(fitted(section.title(), terminal.width()), Style.bold));
            section.rows().forEach(row -> printRow(row, labelWidth));
            println("");
        }
    }

    /**
     * Shows how far training has come. It is not shown each time, except for the last step.
     *
     * @param progress the state of training
     */
    public void progress(Progress progress) {
        long now = nanoTime.getAsLong();
        boolean last = progress.steps() > 0 && progress.point().step() >= progress.steps();
        if (progressShown && !last && now - lastProgressNanos < intervalNanos) {
            return;
        }
        progressShown = true;
        lastProgressNanos = now;
        String line = join(progressFields(progress), lineWidth());
        if (terminal.interactive()) {
            rewrite(line);
        } else {
            println(line);
        }
    }

    /**
     * Prints a line on an evaluation, which stays.
     *
     * @param point the evaluation
     * @param steps how many steps the run takes in all; 0 where that is not known
     */
    public void validation(ValidationPoint point, long steps) {
        List<Field> fields = new ArrayList<>();
        fields.add(new Field(0, stepField("valid", point.step(), steps)));
        fields.add(new Field(1, loss(point.natsPerToken(), point.bitsPerByte(), 3)));
        fields.add(new Field(2, "perplexity " + Format.fixed(point.perplexity(), 2)));
        fields.add(
                new Field(
                        3,
                        Format.count(point.tokensScored())
                                + " tokens in "
                                + Format.duration(point.seconds())));
        printLine(styled(join(fields, lineWidth()), Style.bold));
    }

    /**
     * Prints a line that stays.
     *
     * @param text the line; what does not fit goes on in the next
     */
    public void message(String text) {
        TextColumns.wrapped(text, lineWidth()).forEach(this::printLine);
    }

    /**
     * Prints the result of a run. The last line of progress stays above it.
     *
     * @param summary the result
     * @param folder where the run's files lie
     */
    public void summary(Summary summary, RunFolder folder) {
        endProgress();
        println("");
        plan(List.of(resultSection(summary).row("written to", folder.path())));
    }

    /** Ends the line of progress, if one is open: what is printed next stands below it. */
    public void endProgress() {
        if (openWidth > 0) {
            openWidth = 0;
            println("");
        }
    }

    private Section resultSection(Summary summary) {
        Summary.Validation validation = summary.validation();
        Section section =
                Section.titled("Result")
                        .row("attention", summary.attention() + ", seed " + summary.seed())
                        .row("parameters", Format.exact(summary.parameters()))
                        .row(
                                "validation",
                                loss(validation.natsPerToken(), validation.bitsPerByte(), 3))
                        .row("perplexity", Format.fixed(validation.perplexity(), 2));
        if (summary.entropyFloor() != null) {
            double floor = summary.entropyFloor().bitsPerByte();
            String gap = Format.fixed(validation.bitsPerByte() - floor, 3);
            section =
                    section.row(
                            "entropy floor",
                            Format.fixed(floor, 3) + " bits/byte, the loss is " + gap + " above");
        }
        return section.row("scored", scored(validation)).row("trained", trained(summary.train()));
    }

    private static String scored(Summary.Validation validation) {
        String tokens = Format.exact(validation.tokens()) + " tokens";
        return validation.bytes() > 0
                ? tokens + ", " + Format.exact(validation.bytes()) + " bytes"
                : tokens;
    }

    private static String trained(Summary.Train train) {
        return Format.exact(train.steps())
                + " steps, "
                + Format.count(train.tokens())
                + " tokens in "
                + Format.duration(train.seconds())
                + " ("
                + Format.rate(train.tokensPerSecond(), "tok")
                + ")";
    }

    /** A part of a line; where the line is too long, those of the highest rank go first. */
    private record Field(int rank, String text) {}

    private List<Field> progressFields(Progress progress) {
        TrainPoint point = progress.point();
        List<Field> fields = new ArrayList<>();
        fields.add(new Field(0, stepField("step", point.step(), progress.steps())));
        fields.add(new Field(1, loss(point.loss(), progress.bitsPerByte(), 2)));
        fields.add(new Field(4, "lr " + Format.scientific(point.learningRate())));
        fields.add(new Field(5, "grad " + Format.fixed(point.gradientNorm(), 2)));
        fields.add(new Field(3, Format.rate(point.tokensPerSecond(), "tok")));
        if (!Double.isNaN(point.matmulShare())) {
            fields.add(new Field(6, Format.percent(point.matmulShare()) + " of matmul"));
        }
        if (progress.secondsLeft() > 0) {
            fields.add(new Field(2, Format.duration(progress.secondsLeft()) + " left"));
        }
        return fields;
    }

    private static String stepField(String label, long step, long steps) {
        String padded = TextColumns.padded(label, 6);
        if (steps <= 0) {
            return padded + step;
        }
        int digits = Long.toString(steps).length();
        long percent = 100 * step / steps;
        return padded
                + String.format(Locale.ROOT, "%" + digits + "d/%d %3d%%", step, steps, percent);
    }

    private String loss(double nats, double bitsPerByte, int decimals) {
        String text = "loss " + Format.fixed(nats, 3) + " nats";
        String dot = terminal.unicode() ? " · " : ", ";
        return Double.isNaN(bitsPerByte)
                ? text
                : text + dot + Format.fixed(bitsPerByte, decimals) + " bits/byte";
    }

    private String join(List<Field> fields, int width) {
        String separator = terminal.unicode() ? " │ " : " | ";
        List<Field> kept = new ArrayList<>(fields);
        String line = String.join(separator, kept.stream().map(Field::text).toList());
        while (TextColumns.width(line) > width && kept.size() > 1) {
            kept.remove(kept.stream().max(Comparator.comparingInt(Field::rank)).orElseThrow());
            line = String.join(separator, kept.stream().map(Field::text).toList());
        }
        return fitted(line, width);
    }

    private void printRow(Section.Row row, int labelWidth) {
        String label = TextColumns.padded(fitted(row.label(), labelWidth), labelWidth);
        int valueWidth = terminal.width() - INDENT.length() - labelWidth - INDENT.length();
        String start = INDENT + styled(label, Style.faint) + INDENT;
        for (String line : TextColumns.wrapped(row.value(), valueWidth)) {
            println((start + line).stripTrailing());
            start = " ".repeat(INDENT.length() + labelWidth + INDENT.length());
        }
    }

    private void rewrite(String line) {
        int width = TextColumns.width(line);
        out.print("\r" + TextColumns.padded(line, openWidth));
        out.flush();
        openWidth = width;
    }

    // In the place of the line of progress, which the next step shows again.
    private void printLine(String line) {
        if (openWidth > 0) {
            out.print("\r" + " ".repeat(openWidth) + "\r");
            openWidth = 0;
        }
        println(line);
    }

    private void println(String line) {
        out.print(line + "\n");
        out.flush();
    }

    // A terminal may break the line as soon as its last column is written.
    private int lineWidth() {
        return terminal.interactive() ? terminal.width() - 1 : terminal.width();
    }

    private String fitted(String text, int width) {
        return TextColumns.fitted(text, width, terminal.unicode() ? "…" : "...");
    }

    private String styled(String text, Style style) {
        return terminal.color() ? style.on() + text + Style.reset.on() : text;
    }
}
