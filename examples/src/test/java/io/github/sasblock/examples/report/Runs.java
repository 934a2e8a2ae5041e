package io.github.sasblock.examples.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Metrics as a run of a byte model leaves them: a steep start, a power law, the noise of batches.
 */
final class Runs {

    static final int TOKENS_A_STEP = 4096;

    private Runs() {}

    static Metrics ofBytes(int steps, double finalBits, long seed) {
        return of(steps, finalBits, 1, seed);
    }

    static Metrics of(int steps, double finalBits, double bytesPerToken, long seed) {
        Random random = new Random(seed);
        List<MetricsPoint> points = new ArrayList<>();
        for (int step = 1; step <= steps; step++) {
            double bits = curve(step, steps, finalBits);
            points.add(train(step, nats(bits + 0.06 * random.nextGaussian(), bytesPerToken)));
            if (step % (steps / 8) == 0) {
                points.add(validation(step, bits + 0.03, bytesPerToken));
            }
        }
        return Metrics.of(points);
    }

    static TrainPoint train(long step, double loss) {
        return new TrainPoint(
                step, step * TOKENS_A_STEP, loss, 2.4e-3, 0.84, 12_300, 0.31, step / 3.0);
    }

    static ValidationPoint validation(long step, double bitsPerByte, double bytesPerToken) {
        double nats = nats(bitsPerByte, bytesPerToken);
        long tokens = 1 << 18;
        return new ValidationPoint(
                step,
                step * TOKENS_A_STEP,
                nats,
                Math.exp(nats),
                bitsPerByte,
                tokens,
                Math.round(tokens * bytesPerToken),
                3.1);
    }

    private static double curve(int step, int steps, double finalBits) {
        return finalBits * Math.pow((double) step / steps, -0.13) + 4.5 * Math.exp(-step / 12.0);
    }

    private static double nats(double bitsPerByte, double bytesPerToken) {
        return bitsPerByte * Math.log(2) * bytesPerToken;
    }
}
