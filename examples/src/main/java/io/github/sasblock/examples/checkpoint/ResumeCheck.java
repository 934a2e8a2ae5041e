package io.github.sasblock.examples.checkpoint;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How the configuration of a run differs from that of the checkpoint it continues from.
 *
 * <p>What the tensors and the place in the data depend on must be equal: architecture, text,
 * tokenizer, batch, seed, and every setting that is not known here. What only says how the run goes
 * on from there may change.
 *
 * @param changed the settings that differ and may
 * @param refused the settings that differ and must not
 */
public record ResumeCheck(List<Difference> changed, List<Difference> refused) {

    private static final Set<String> MAY_CHANGE =
            Set.of(
                    // how long, and how fast
                    "steps",
                    "learning-rate",
                    "minimum-learning-rate",
                    "warmup",
                    "weight-decay",
                    "clip",
                    // how much at once: the same step in other pieces
                    "micro-batch",
                    "recompute",
                    "threads",
                    // how the same function is computed; weights and moments are float32 in all
                    "kernels",
                    "precision",
                    // what is measured, kept, and written where
                    "validate-every",
                    "validation-tokens",
                    "checkpoint-every",
                    "keep",
                    "on-save-failure",
                    // what is done about steps that go wrong
                    "on-nonfinite",
                    "max-nonfinite",
                    "skip-spikes",
                    "out",
                    "tensorboard",
                    "cache-dir",
                    "cache",
                    // where data sets come from; which ones they are is in --data
                    "repository",
                    // names of rules that give sizes: the sizes themselves are compared
                    "match",
                    "preset",
                    "sas");

    private static final String NOT_SET = "(not set)";

    /**
     * A setting with two values.
     *
     * @param setting its name
     * @param saved its value in the checkpoint, as text
     * @param present its value now, as text
     */
    public record Difference(String setting, String saved, String present) {

        private String describe() {
            return "--" + setting + ": " + saved + " in the checkpoint, " + present + " now";
        }
    }

    /**
     * Copies the lists.
     *
     * @param changed the settings that differ and may
     * @param refused the settings that differ and must not
     */
    public ResumeCheck {
        changed = List.copyOf(changed);
        refused = List.copyOf(refused);
    }

    /**
     * Compares two configurations. Numbers are compared by value, so that 1 and 1.0 are equal.
     *
     * @param saved the configuration in the checkpoint
     * @param present the configuration that the run is to continue with
     * @return where they differ
     */
    public static ResumeCheck of(Map<String, ?> saved, Map<String, ?> present) {
        Set<String> settings = new LinkedHashSet<>(saved.keySet());
        settings.addAll(present.keySet());
        List<Difference> changed = new ArrayList<>();
        List<Difference> refused = new ArrayList<>();
        for (String setting : settings) {
            Difference difference =
                    new Difference(setting, text(saved.get(setting)), text(present.get(setting)));
            if (!difference.saved().equals(difference.present())) {
                (MAY_CHANGE.contains(setting) ? changed : refused).add(difference);
            }
        }
        return new ResumeCheck(changed, refused);
    }

    private static String text(Object value) {
        if (value == null) {
            return NOT_SET;
        }
        if (value instanceof List<?> list) {
            return String.join(", ", list.stream().map(ResumeCheck::text).toList());
        }
        if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
            BigDecimal plain = new BigDecimal(number.toString()).stripTrailingZeros();
            return plain.abs().compareTo(BigDecimal.valueOf(1e15)) < 0 && plain.scale() <= 6
                    ? plain.toPlainString()
                    : plain.toString();
        }
        return value.toString();
    }

    /**
     * Refuses what must not change.
     *
     * @return this check, of which then only the changes matter
     * @throws InvalidInputException if a setting differs that must not, with all of them and both
     *     values of each
     */
    public ResumeCheck requireCompatible() {
        if (!refused.isEmpty()) {
            throw new InvalidInputException(
                    "the run cannot continue with another configuration; expected the"
                            + " checkpoint's:\n  - "
                            + String.join(
                                    "\n  - ", refused.stream().map(Difference::describe).toList()));
        }
        return this;
    }

    /**
     * Tells of what changes.
     *
     * @return a line for each setting that differs and may
     */
    public List<String> messages() {
        return changed.stream()
                .map(
                        change ->
                                "from here on --"
                                        + change.setting()
                                        + " is "
                                        + change.present()
                                        + ", before "
                                        + change.saved())
                .toList();
    }
}
