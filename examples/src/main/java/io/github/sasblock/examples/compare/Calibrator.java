package io.github.sasblock.examples.compare;

import io.github.sasblock.examples.benchmark.Machine;
import io.github.sasblock.examples.compare.plan.PlannedVariant;
import io.github.sasblock.examples.compare.result.Calibration;
import io.github.sasblock.examples.compare.result.StepTime;
import io.github.sasblock.examples.pretrain.Corpus;
import io.github.sasblock.examples.train.Pretraining;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures how long a step of each variant takes: in rounds, in each of which every variant makes a
 * few steps, in the next in reverse order.
 */
final class Calibrator {

    static final int ROUNDS = 5;
    static final int STEPS_IN_ROUND = 3;

    private final List<PlannedVariant> variants;
    private final StepTimer timer;

    /** Times steps of a variant. */
    @FunctionalInterface
    interface StepTimer {

        /** Makes some steps, after one that does not count, and returns the seconds of one. */
        double secondsOfStep(PlannedVariant variant, int steps);
    }

    /** Is told of each turn before it begins. */
    @FunctionalInterface
    interface Listener {

        /** A variant makes its steps of a round, counted from 1. */
        void onTurn(PlannedVariant variant, int round);
    }

    Calibrator(List<PlannedVariant> variants, StepTimer timer) {
        this.variants = variants;
        this.timer = timer;
    }

    /** Returns a timer of steps on a text. A model lives for a turn, so that memory holds one. */
    static StepTimer on(Corpus corpus) {
        return (variant, steps) -> {
            try (Pretraining pretraining =
                    new Pretraining(
                            variant.model(),
                            variant.config().training(),
                            corpus.trainingWindows(),
                            corpus.validationWindows())) {
                pretraining.timeSteps(1);
                return pretraining.timeSteps(steps) / steps;
            }
        };
    }

    /** Returns all that the time of a step depends on, of each variant by its name. */
    static Map<String, String> workloads(List<PlannedVariant> variants) {
        Map<String, String> workloads = new LinkedHashMap<>();
        variants.forEach(variant -> workloads.put(variant.name(), workload(variant)));
        return workloads;
    }

    private static String workload(PlannedVariant variant) {
        return variant.model()
                + ", "
                + variant.config().training().computation()
                + ", "
                + variant.config().training().batch()
                + " windows of "
                + variant.config().data().context()
                + ", "
                + variant.config().training().microBatch()
                + " at once";
    }

    /** Measures. */
    Calibration measure(Listener listener) {
        Map<String, List<Double>> seconds = new LinkedHashMap<>();
        variants.forEach(variant -> seconds.put(variant.name(), new ArrayList<>()));
        List<PlannedVariant> order = new ArrayList<>(variants);
        for (int round = 1; round <= ROUNDS; round++) {
            for (PlannedVariant variant : order) {
                listener.onTurn(variant, round);
                seconds.get(variant.name()).add(timer.secondsOfStep(variant, STEPS_IN_ROUND));
            }
            Collections.reverse(order);
        }
        Map<String, StepTime> times = new LinkedHashMap<>();
        for (PlannedVariant variant : variants) {
            long tokens =
                    (long) variant.config().training().batch() * variant.config().data().context();
            times.put(
                    variant.name(),
                    new StepTime(workload(variant), tokens, seconds.get(variant.name())));
        }
        return new Calibration(Machine.present().describe(), STEPS_IN_ROUND, times);
    }
}
