package io.github.sasblock.examples.checkpoint;

import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a checkpoint's folder: {@code step-00000400}. Where a step is saved again, its new
 * folder stands beside the old until that is pruned: {@code step-00000400-r1}.
 *
 * @param step the step
 * @param revision how often the step was saved before
 */
record CheckpointName(long step, int revision) implements Comparable<CheckpointName> {

    /** Ends the names of folders that are being written or deleted. */
    static final String TEMPORARY = ".tmp";

    private static final Pattern FORM =
            Pattern.compile("step-([0-9]{8,18})(?:-r([1-9][0-9]{0,5}))?");
    private static final Comparator<CheckpointName> ORDER =
            Comparator.comparingLong(CheckpointName::step)
                    .thenComparingInt(CheckpointName::revision);

    static Optional<CheckpointName> parse(String name) {
        Matcher matcher = FORM.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String revision = matcher.group(2);
        CheckpointName parsed =
                new CheckpointName(
                        Long.parseLong(matcher.group(1)),
                        revision == null ? 0 : Integer.parseInt(revision));
        return Optional.of(parsed).filter(n -> n.toString().equals(name));
    }

    static boolean isTemporary(String name) {
        return name.endsWith(TEMPORARY)
                && parse(name.substring(0, name.length() - TEMPORARY.length())).isPresent();
    }

    @Override
    public int compareTo(CheckpointName other) {
        return ORDER.compare(this, other);
    }

    String temporary() {
        return this + TEMPORARY;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "step-%08d", step)
                + (revision == 0 ? "" : "-r" + revision);
    }
}
