package io.github.sasblock.examples.compare.plan;

import io.github.sasblock.examples.config.RunConfig;
import io.github.sasblock.examples.problem.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A comparison before it is run: every variant on every corpus with every seed.
 *
 * @param variants the variants, in the order in which they were named
 * @param baseline the one that the others are compared with
 * @param corpora the texts
 * @param seeds the seeds
 * @param matching the rule by which sizes were matched, for people
 * @param out the folder
 */
public record ComparePlan(
        List<PlannedVariant> variants,
        PlannedVariant baseline,
        List<PlannedCorpus> corpora,
        List<Long> seeds,
        String matching,
        Path out) {

    /**
     * Reads a command line.
     *
     * @param options the command line
     * @return the plan
     * @throws InvalidInputException with all problems at once
     */
    public static ComparePlan read(CompareOptions options) {
        return new PlanReader(options).read();
    }

    /**
     * Returns all runs, in the order in which they are made: a seed after the other, so that the
     * comparison is balanced whenever it is stopped.
     *
     * @return the runs
     */
    public List<PlannedRun> runs() {
        List<PlannedRun> runs = new ArrayList<>();
        for (long seed : seeds) {
            for (PlannedCorpus corpus : corpora) {
                for (PlannedVariant variant : variants) {
                    runs.add(run(corpus, variant, seed));
                }
            }
        }
        return runs;
    }

    /**
     * Returns one run.
     *
     * @param corpus the text
     * @param variant the model
     * @param seed the seed
     * @return the run
     */
    public PlannedRun run(PlannedCorpus corpus, PlannedVariant variant, long seed) {
        Map<String, List<String>> values = new LinkedHashMap<>(variant.settings());
        values.putAll(corpus.settings());
        values.put("seed", List.of(Long.toString(seed)));
        values.put("out", List.of(out.toString()));
        return new PlannedRun(corpus, variant, seed, RunConfig.read(values, null));
    }
}
