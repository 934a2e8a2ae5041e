package io.github.sasblock.examples.watch;

import java.util.ArrayList;
import java.util.List;

/**
 * A curve of any number of points in bounded memory: neighbours share a bucket, which keeps their
 * mean, lowest and highest. Whenever there are too many buckets, each two are joined.
 */
final class Curve {

    private static final int MOST_BUCKETS = 1024;

    private final List<Bucket> buckets = new ArrayList<>();
    private int capacity = 1; // points of a full bucket

    /** Neighbouring points. */
    private record Bucket(long count, double stepSum, double sum, double low, double high) {

        static Bucket of(long step, double value) {
            return new Bucket(1, step, value, value, value);
        }

        Bucket with(Bucket other) {
            return new Bucket(
                    count + other.count,
                    stepSum + other.stepSum,
                    sum + other.sum,
                    Math.min(low, other.low),
                    Math.max(high, other.high));
        }

        double[] toRow() {
            return new double[] {stepSum / count, sum / count, low, high};
        }
    }

    /** Adds a point; one that is not finite leaves a gap. */
    void add(long step, double value) {
        if (!Double.isFinite(value)) {
            return;
        }
        Bucket point = Bucket.of(step, value);
        int last = buckets.size() - 1;
        if (last >= 0 && buckets.get(last).count() < capacity) {
            buckets.set(last, buckets.get(last).with(point));
        } else {
            buckets.add(point);
        }
        if (buckets.size() > MOST_BUCKETS) {
            join();
        }
    }

    private void join() {
        List<Bucket> joined = new ArrayList<>();
        for (int i = 0; i < buckets.size(); i += 2) {
            Bucket bucket = buckets.get(i);
            joined.add(i + 1 < buckets.size() ? bucket.with(buckets.get(i + 1)) : bucket);
        }
        buckets.clear();
        buckets.addAll(joined);
        capacity *= 2;
    }

    void clear() {
        buckets.clear();
        capacity = 1;
    }

    /** Returns a row for each bucket: mean step, mean, lowest, highest. */
    double[][] rows() {
        return buckets.stream().map(Bucket::toRow).toArray(double[][]::new);
    }
}
