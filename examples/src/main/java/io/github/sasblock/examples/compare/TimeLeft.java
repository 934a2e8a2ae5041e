package io.github.sasblock.examples.compare;

import io.github.sasblock.examples.compare.plan.PlannedRun;
import io.github.sasblock.examples.compare.result.Calibration;
import io.github.sasblock.examples.compare.result.RunResult;
import io.github.sasblock.examples.report.Format;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How long the runs that are left will take: as long as the last finished run of the same variant
 * took or, where there is none, as long as its steps are expected to.
 */
final class TimeLeft {

    private final List<PlannedRun> runs;
    private final Set<String> finished = new HashSet<>();
    private final Map<String, Double> secondsOfVariant = new LinkedHashMap<>();
    private Calibration calibration;

    TimeLeft(List<PlannedRun> runs) {
        this.runs = runs;
    }

    private static String key(String corpus, String variant, long seed) {
        return corpus + "/" + variant + "/" + seed;
    }

    private static String key(PlannedRun run) {
        return key(run.corpus().name(), run.variant().name(), run.seed());
    }

    /** Takes note of how long steps take. */
    void calibrated(Calibration measured) {
        calibration = measured;
    }

    /** Takes note of a finished run; the latest says best how fast the machine is now. */
    void finished(RunResult result, boolean now) {
        finished.add(key(result.corpus(), result.variant(), result.seed()));
        if (result.isComplete()) {
            if (now || !secondsOfVariant.containsKey(result.variant())) {
                secondsOfVariant.put(result.variant(), result.measured().seconds());
            }
        }
    }

    String title(PlannedRun run) {
        return "["
                + (finished.size() + 1)
                + "/"
                + runs.size()
                + "] "
                + name(run.corpus().name(), run.variant().name(), run.seed());
    }

    String finishedTitle(RunResult result) {
        return "["
                + finished.size()
                + "/"
                + runs.size()
                + "] "
                + name(result.corpus(), result.variant(), result.seed());
    }

    private static String name(String corpus, String variant, long seed) {
        return corpus + " " + variant + " seed " + seed;
    }

    /**
     * Says how long it will take.
     *
     * @param share of the first run that is not finished, how much is done
     */
    String describe(double share) {
        double left = 0;
        boolean first = true;
        for (PlannedRun run : runs) {
            if (finished.contains(key(run))) {
                continue;
            }
            double expected = expected(run);
            left += first ? (1 - share) * expected : expected;
            first = false;
        }
        return first ? "all done" : Format.duration(left) + " left";
    }

    private double expected(PlannedRun run) {
        Double known = secondsOfVariant.get(run.variant().name());
        return known != null
                ? known
                : run.config().training().steps()
                        * calibration.variants().get(run.variant().name()).seconds();
    }
}
