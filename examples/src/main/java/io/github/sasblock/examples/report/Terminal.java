package io.github.sasblock.examples.report;

import java.lang.reflect.InvocationTargetException;
import java.nio.charset.Charset;
import java.util.Map;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What can be shown on the stream that is printed to.
 *
 * @param width the most characters of a line, at least 20
 * @param interactive whether a person watches it, so that a line can be rewritten
 * @param color whether colours are wanted; never where it is not interactive
 * @param unicode whether its encoding has the characters │, · and …; else ASCII is used
 */
public record Terminal(int width, boolean interactive, boolean color, boolean unicode) {

    private static final int LEAST_WIDTH = 20;
    private static final int WIDTH_OF_FILES = 132;
    private static final String USED = "│·…";

    /**
     * Keeps colours from what is not interactive, and sets the least width.
     *
     * @param width the most characters of a line
     * @param interactive whether a person watches it
     * @param color whether colours are wanted
     * @param unicode whether its encoding has more than ASCII
     */
    public Terminal {
        width = Math.max(LEAST_WIDTH, width);
        color = color && interactive;
    }

    /**
     * Returns what standard output is: a terminal with its width, or a file or pipe, with lines of
     * up to 132 characters. There are no colours where the environment variable {@code NO_COLOR} is
     * set (no-color.org), nor in a terminal that is {@code dumb}.
     *
     * @return what standard output can show
     */
    public static Terminal ofStandardOutput() {
        boolean attached = isAttached();
        int columns = attached ? columns() : WIDTH_OF_FILES;
        return of(System.getenv(), attached, Ansi.AUTO.enabled(), columns, encoding());
    }

    static Terminal of(
            Map<String, String> environment,
            boolean attached,
            boolean ansi,
            int columns,
            Charset encoding) {
        boolean interactive = attached && !"dumb".equals(environment.get("TERM"));
        boolean color = ansi && environment.getOrDefault("NO_COLOR", "").isEmpty();
        boolean unicode = encoding.canEncode() && encoding.newEncoder().canEncode(USED);
        return new Terminal(columns, interactive, color, unicode);
    }

    // picocli asks the operating system (tput, stty or mode), and knows 80 where that fails.
    private static int columns() {
        return CommandSpec.create().usageMessage().autoWidth(true).width();
    }

    private static Charset encoding() {
        // The property is Java 19's; before, standard output has the default encoding.
        String name = System.getProperty("stdout.encoding");
        return name == null ? Charset.defaultCharset() : Charset.forName(name);
    }

    private static boolean isAttached() {
        java.io.Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            // From Java 22 there is a console without a terminal too, which tells so.
            return (boolean) java.io.Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("Console.isTerminal cannot be called", e);
        }
    }
}
