package io.github.sasblock.examples.compare.view;

import io.github.sasblock.examples.report.Terminal;
import java.io.PrintStream;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The table of a comparison under way. On a terminal it is drawn over in place, with a line below
 * it on the present run; elsewhere there is a line for every finished run, and the table when asked
 * for.
 */
public final class LiveTable {

    private static final long REDRAW_NANOS = 200_000_000;
    private static final String CLEAR_BELOW = "\u001b[J";

    private final PrintStream out;
    private final Terminal terminal;
    private final LongSupplier nanoTime;

    private List<String> table = List.of();
    private int drawn; // lines that will be drawn over
    private long lastDrawn;

    /**
     * Creates a table.
     *
     * @param out where to print
     * @param terminal what it can show
     */
    public LiveTable(PrintStream out, Terminal terminal) {
        this(out, terminal, System::nanoTime);
    }

    LiveTable(PrintStream out, Terminal terminal, LongSupplier nanoTime) {
        this.out = out;
        this.terminal = terminal;
        this.nanoTime = nanoTime;
        lastDrawn = nanoTime.getAsLong() - REDRAW_NANOS;
    }

    /**
     * Sets the table; it is shown with the next line on the present run.
     *
     * @param lines the table
     */
    public void update(List<String> lines) {
        table = lines;
    }

    /**
     * Tells of the present run, now and then.
     *
     * @param status a line
     */
    public void status(String status) {
        long now = nanoTime.getAsLong();
        if (!terminal.interactive() || now - lastDrawn < REDRAW_NANOS) {
            return;
        }
        lastDrawn = now;
        erase();
        table.forEach(this::printFitted);
        printFitted(status);
        drawn = table.size() + 1;
    }

    /**
     * Prints a line that stays.
     *
     * @param line the line
     */
    public void line(String line) {
        erase();
        println(line);
    }

    /** Prints the table as it is now; it stays. */
    public void show() {
        erase();
        table.forEach(this::println);
    }

    private void erase() {
        if (drawn > 0) {
            out.print("\u001b[" + drawn + "A\r" + CLEAR_BELOW);
            drawn = 0;
        }
    }

    /** A line that the terminal breaks would not be drawn over whole. */
    private void printFitted(String line) {
        int width = terminal.width() - 1;
        boolean fits = line.codePointCount(0, line.length()) <= width;
        println(fits ? line : line.substring(0, line.offsetByCodePoints(0, width)));
    }

    private void println(String line) {
        String shown = terminal.unicode() ? line : line.replace('−', '-').replace("±", "+-");
        out.print(shown + "\n");
        out.flush();
    }
}
