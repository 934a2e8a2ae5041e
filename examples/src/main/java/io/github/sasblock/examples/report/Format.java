package io.github.sasblock.examples.report;

import java.util.Locale;
import java.util.function.DoubleFunction;

/**
 * Numbers as a person reads them, the same in every locale.
 *
 * <p>Prefixes are powers of 1000. A number that is not finite is shown as {@code NaN}, {@code inf}
 * or {@code -inf}.
 */
public final class Format {

    private static final String[] PREFIXES = {"", "k", "M", "G", "T", "P", "E"};
    private static final double STEP = 1000;

    private Format() {}

    /**
     * Formats a count to three significant digits.
     *
     * @param count a count, such as of parameters or tokens
     * @return for example {@code 812}, {@code 4.50 k} or {@code 1.23 M}
     */
    public static String count(double count) {
        return Scaled.of(count, Format::threeDigits).toString();
    }

    /**
     * Formats a whole number exactly.
     *
     * @param number the number
     * @return for example {@code 1,234,567}
     */
    public static String exact(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /**
     * Formats a rate.
     *
     * @param perSecond how many a second
     * @param unit what is counted, such as {@code tok}
     * @return for example {@code 12.3 k tok/s}
     */
    public static String rate(double perSecond, String unit) {
        return Scaled.of(perSecond, Format::oneDecimal) + " " + unit + "/s";
    }

    /**
     * Formats a number of bytes; a kilobyte is 1000 bytes.
     *
     * @param bytes the number of bytes
     * @return for example {@code 812 B} or {@code 3.1 GB}
     */
    public static String bytes(long bytes) {
        Scaled scaled = Scaled.of(bytes, Format::oneDecimal);
        return scaled.digits() + " " + scaled.prefix() + "B";
    }

    /**
     * Formats a duration.
     *
     * @param seconds the seconds
     * @return for example {@code 0.42s}, {@code 4.2s}, {@code 45s}, {@code 2m10s}, {@code 1h02m} or
     *     {@code 3d04h}
     */
    public static String duration(double seconds) {
        if (!Double.isFinite(seconds)) {
            return notFinite(seconds);
        }
        if (seconds < 0) {
            return "-" + duration(-seconds);
        }
        if (seconds == 0) {
            return "0s";
        }
        if (seconds < 0.995) {
            return fixed(seconds, 2) + "s";
        }
        if (seconds < 9.95) {
            return fixed(seconds, 1) + "s";
        }
        long whole = Math.round(seconds);
        if (whole < 60) {
            return whole + "s";
        }
        if (whole < 3600) {
            return pair(whole / 60, "m", whole % 60, "s");
        }
        long minutes = Math.round(seconds / 60);
        if (minutes < 24 * 60) {
            return pair(minutes / 60, "h", minutes % 60, "m");
        }
        long hours = Math.round(seconds / 3600);
        return pair(hours / 24, "d", hours % 24, "h");
    }

    /**
     * Formats a share of one.
     *
     * @param share the share: 1 is the whole
     * @return for example {@code 31%}
     */
    public static String percent(double share) {
        return Double.isFinite(share) ? Math.round(100 * share) + "%" : notFinite(share);
    }

    /**
     * Formats with a fixed number of decimals.
     *
     * @param number the number
     * @param decimals how many digits follow the point
     * @return for example {@code 2.031}
     */
    public static String fixed(double number, int decimals) {
        return Double.isFinite(number)
                ? String.format(Locale.ROOT, "%." + decimals + "f", number)
                : notFinite(number);
    }

    /**
     * Formats in scientific notation with one decimal, as learning rates are written.
     *
     * @param number the number
     * @return for example {@code 2.4e-03}
     */
    public static String scientific(double number) {
        return Double.isFinite(number)
                ? String.format(Locale.ROOT, "%.1e", number)
                : notFinite(number);
    }

    /** A number below 1000 and the prefix of its power of 1000. */
    private record Scaled(String digits, String prefix) {

        static Scaled of(double number, DoubleFunction<String> write) {
            if (!Double.isFinite(number)) {
                return new Scaled(notFinite(number), "");
            }
            double scaled = Math.abs(number);
            String digits = scaled == Math.rint(scaled) ? fixed(scaled, 0) : write.apply(scaled);
            int power = 0;
            // What rounds to 1000 takes the next prefix: 999,960 is 1.00 M.
            while (power < PREFIXES.length - 1 && Double.parseDouble(digits) >= STEP) {
                scaled /= STEP;
                power++;
                digits = write.apply(scaled);
            }
            return new Scaled((number < 0 ? "-" : "") + digits, PREFIXES[power]);
        }

        @Override
        public String toString() {
            return prefix.isEmpty() ? digits : digits + " " + prefix;
        }
    }

    private static String threeDigits(double number) {
        int decimals = number < 9.995 ? 2 : number < 99.95 ? 1 : 0;
        return fixed(number, decimals);
    }

    private static String oneDecimal(double number) {
        return fixed(number, number < 99.95 ? 1 : 0);
    }

    private static String pair(long large, String largeUnit, long small, String smallUnit) {
        return String.format(Locale.ROOT, "%d%s%02d%s", large, largeUnit, small, smallUnit);
    }

    private static String notFinite(double number) {
        return Double.isNaN(number) ? "NaN" : number > 0 ? "inf" : "-inf";
    }
}
