package io.github.sasblock.examples.progress;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows progress on a console: a bar on a terminal, elsewhere (a log file, a pipe) one line at the
 * end of each piece of work.
 */
public final class ProgressBars implements Progress {

    private static final long BYTES_PER_MEGABYTE = 1_000_000;
    private static final int UPDATE_MILLISECONDS = 200;

    private final PrintStream out;
    private final boolean terminal;

    /**
     * Creates progress bars.
     *
     * @param out where they are drawn
     * @param terminal whether that is a terminal, on which a line can be drawn over
     */
    public ProgressBars(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /**
     * Returns progress bars on standard error.
     *
     * <p>Java can only tell whether input and output both are a terminal, so a bar is drawn if they
     * are.
     *
     * @return the progress bars
     */
    public static ProgressBars onStandardError() {
        return new ProgressBars(System.err, System.console() != null);
    }

    @Override
    public Task begin(String name, long total, Unit unit) {
        return terminal ? new Bar(bar(name, total, unit)) : new Line(name, unit);
    }

    private ProgressBar bar(String name, long total, Unit unit) {
        ProgressBarBuilder builder =
                new ProgressBarBuilder()
                        .setTaskName(name)
                        .setInitialMax(total)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setUpdateIntervalMillis(UPDATE_MILLISECONDS)
                        .setConsumer(new ConsoleProgressBarConsumer(out))
                        .showSpeed();
        switch (unit) {
            case BYTES -> builder.setUnit(" MB", BYTES_PER_MEGABYTE);
            case TOKENS -> builder.setUnit(" tokens", 1);
            case STEPS -> builder.setUnit(" steps", 1);
        }
        return builder.build();
    }

    private record Bar(ProgressBar bar) implements Task {

        @Override
        public void advanceTo(long done) {
            bar.stepTo(done);
        }

        @Override
        public void close() {
            bar.close();
        }
    }

    private final class Line implements Task {

        private final String name;
        private final Unit unit;
        private final long startNanos = System.nanoTime();
        private long done;

        Line(String name, Unit unit) {
            this.name = name;
            this.unit = unit;
        }

        @Override
        public void advanceTo(long done) {
            this.done = done;
        }

        @Override
        public void close() {
            double seconds = Duration.ofNanos(System.nanoTime() - startNanos).toMillis() / 1000.0;
            out.printf(Locale.ROOT, "%s: %s in %.1f s%n", name, amount(), seconds);
        }

        private String amount() {
            return switch (unit) {
                case BYTES ->
                        String.format(Locale.ROOT, "%.1f MB", done / (double) BYTES_PER_MEGABYTE);
                case TOKENS -> done + " tokens";
                case STEPS -> done + " steps";
            };
        }
    }
}
