package io.github.sasblock.examples.tokens;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Windows of several sequences in given shares: those of the first sequence come first, as often as
 * its share asks for, then those of the second. {@link WindowOrder} shuffles them.
 */
final class MixedWindows extends Windows {

    private static final long MOST_WINDOWS = 1L << 62;

    private final List<Windows> parts;
    private final long[] starts; // each part's first window, and the number of all

    private MixedWindows(List<Windows> parts, long[] starts) {
        this.parts = parts;
        this.starts = starts;
    }

    static MixedWindows of(List<Windows> parts, List<Double> weights) {
        if (parts.isEmpty() || parts.size() != weights.size()) {
            throw new IllegalArgumentException(
                    parts.size() + " parts with " + weights.size() + " weights");
        }
        double sum = weights.stream().mapToDouble(Double::doubleValue).sum();
        double count = 0;
        for (int i = 0; i < parts.size(); i++) {
            double weight = weights.get(i);
            if (!(weight > 0) || parts.get(i).length() != parts.get(0).length()) {
                throw new IllegalArgumentException(
                        "weight " + weight + ", windows of " + parts.get(i).length());
            }
            count = Math.max(count, Math.ceil(parts.get(i).count() * (sum / weight)));
        }
        if (count > MOST_WINDOWS) {
            throw new InvalidInputException(
                    "the weights "
                            + weights
                            + " make more than 2^62 windows; expected weights less far apart");
        }
        return new MixedWindows(List.copyOf(parts), starts(weights, sum, count));
    }

    private static long[] starts(List<Double> weights, double sum, double count) {
        long[] starts = new long[weights.size() + 1];
        double before = 0;
        for (int i = 0; i < weights.size(); i++) {
            before += weights.get(i);
            starts[i + 1] = Math.round(before / sum * count);
        }
        starts[weights.size()] = (long) count;
        return starts;
    }

    private int partOf(long window) {
        Objects.checkIndex(window, count());
        int found = Arrays.binarySearch(starts, window);
        int part = found < 0 ? -found - 2 : found;
        while (starts[part + 1] == starts[part]) {
            part++; // a share of less than half a window has none
        }
        return part;
    }

    private long windowOf(long window, int part) {
        return (window - starts[part]) % parts.get(part).count();
    }

    @Override
    public Windows validationSubset(long maxTokens) {
        throw new IllegalStateException("a mixture is trained on, not scored");
    }

    @Override
    public long count() {
        return starts[parts.size()];
    }

    @Override
    public int length() {
        return parts.get(0).length();
    }

    @Override
    public int length(long window) {
        int part = partOf(window);
        return parts.get(part).length(windowOf(window, part));
    }

    @Override
    public long targets() {
        return Math.multiplyExact(count(), (long) length());
    }

    @Override
    public long textBytes(long window) {
        int part = partOf(window);
        return parts.get(part).textBytes(windowOf(window, part));
    }

    @Override
    public void read(long window, int[] inputs, int[] targets) {
        int part = partOf(window);
        parts.get(part).read(windowOf(window, part), inputs, targets);
    }
}
