package io.github.sasblock.examples.compare.result;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Results of runs that were not made, for tests of what is done with them. */
public final class Results {

    private static final int POINTS = 20;

    private Results() {}

    /**
     * Makes step times.
     *
     * @param variants the variants' names
     * @return one second a step for the first, a half more for each that follows
     */
    public static Calibration calibration(List<String> variants) {
        Map<String, StepTime> times = new LinkedHashMap<>();
        for (String variant : variants) {
            double seconds = 1 + 0.5 * times.size();
            List<Double> rounds = List.of(1.04 * seconds, 0.97 * seconds, seconds);
            times.put(variant, new StepTime(variant, 1000, rounds));
        }
        return new Calibration("a machine", 3, times);
    }

    /**
     * Makes a result whose loss comes down like 1/x.
     *
     * @param corpus the corpus's name
     * @param variant the variant's name
     * @param seed the seed, from which its noise is drawn
     * @param last the last loss, about
     * @param operations of training a token
     * @return the result
     */
    public static RunResult result(
            String corpus, String variant, long seed, double last, double operations) {
        Random bySeed = new Random(seed);
        Random own = new Random(31 * seed + variant.hashCode());
        double luck = 0.02 * bySeed.nextGaussian() + 0.006 * own.nextGaussian();
        List<RunResult.Point> curve = new ArrayList<>();
        List<Double> seconds = new ArrayList<>();
        for (int i = 0; i <= POINTS; i++) {
            double bits =
                    last + luck + (8 - last) / (1 + 1.2 * i) - (8 - last) / (1 + 1.2 * POINTS);
            curve.add(new RunResult.Point(50L * i, 50_000L * i, bits * Math.log(2), bits));
            seconds.add(i * operations / 1e5 * (1 + 0.02 * seed));
        }
        return new RunResult(
                corpus,
                variant,
                seed,
                Map.of("attention", variant, "seed", seed),
                new RunResult.Model(
                        variant + ", 4 heads of 32", 828_032, operations / 3, operations, 4096, 9),
                curve,
                List.of(
                        new RunResult.Position(0, 1, 3.5 + luck),
                        new RunResult.Position(1, 2, 2.5 + luck),
                        new RunResult.Position(2, 4, 2.1 + luck),
                        new RunResult.Position(4, 8, 1.9 + luck),
                        new RunResult.Position(8, 16, 1.5 + luck)),
                corpus.equals("recall")
                        ? new RunResult.Answers(1000, last + luck, 0, 0.9 - luck)
                        : null,
                corpus.equals("recall") ? 1.2 : null,
                null,
                new RunResult.Measured(
                        seconds, 1.2 * seconds.get(POINTS), 1e11 / operations, 900_000_000L));
    }
}
