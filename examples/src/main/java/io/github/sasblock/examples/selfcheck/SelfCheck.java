package io.github.sasblock.examples.selfcheck;

import ai.djl.Device;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/**
 * Something that must hold on a device. To add checks, write a class with a list of them, and name
 * it in {@link #all()}.
 */
public interface SelfCheck {

    /**
     * Returns what is checked.
     *
     * @return a few words
     */
    String name();

    /**
     * Checks it.
     *
     * @param device where to compute
     * @return what was found
     * @throws IOException if a file cannot be written
     */
    Outcome run(Device device) throws IOException;

    /**
     * What a check found.
     *
     * @param passed whether it holds
     * @param detail what was measured, and where it does not hold, what was expected
     */
    record Outcome(boolean passed, String detail) {}

    /**
     * Returns all checks.
     *
     * @return the checks, in the order in which they are best run
     */
    static List<SelfCheck> all() {
        return Stream.of(
                        LayerChecks.all(),
                        AttentionChecks.all(),
                        LossChecks.all(),
                        KernelChecks.all(),
                        DecodingChecks.all(),
                        TrainingCheck.all(),
                        ChartCheck.all())
                .flatMap(List::stream)
                .toList();
    }
}
