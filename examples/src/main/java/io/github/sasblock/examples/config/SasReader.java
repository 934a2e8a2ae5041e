package io.github.sasblock.examples.config;

import io.github.sasblock.sas.CacheForm;
import io.github.sasblock.sas.RotaryPlacement;
import io.github.sasblock.sas.SasInitialization;
import io.github.sasblock.sas.SasShape;
import io.github.sasblock.sas.SasShape.Aggregation;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import io.github.sasblock.transformer.SasConfig;

/** Reads the settings of Simulated Attention Score. */
final class SasReader {

    private final SettingValues values;
    private final int heads;
    private final int size;

    SasReader(SettingValues values, int heads, int size) {
        this.values = values;
        this.heads = heads;
        this.size = size;
    }

    /** Returns the configuration, or null if a problem was reported. */
    SasConfig read(boolean bias, double rotaryBase) {
        int problems = values.problems().messages().size();
        HeadExpansionKind kind =
                values.choice(
                        "head-expansion",
                        SettingValues.named(HeadExpansionKind.values()),
                        "convolution");
        boolean expandFeatures = values.flag("expand-features", true);
        int simulatedHeads = simulatedHeads(kind);
        int simulatedSize = simulatedSize(expandFeatures);
        int kernel = kernelSize(kind);
        boolean expandValues = expandValues(kind);
        Aggregation aggregation = aggregation();
        RotaryPlacement rotary = rotary(simulatedSize);
        SasInitialization initialization =
                values.choice(
                        "initialization",
                        SettingValues.named(SasInitialization.values()),
                        "pytorch");
        CacheForm cache =
                values.choice("cache", SettingValues.named(CacheForm.values()), "compact");
        if (values.problems().messages().size() > problems) {
            return null;
        }
        SasShape shape =
                new SasShape(
                        heads,
                        size,
                        simulatedHeads,
                        simulatedSize,
                        kind,
                        kernel,
                        expandFeatures,
                        expandValues,
                        aggregation);
        return new SasConfig(shape, bias, rotary, rotaryBase, initialization, cache);
    }

    private int simulatedHeads(HeadExpansionKind kind) {
        boolean expands = kind != HeadExpansionKind.NONE;
        int count = values.smallInteger("simulated-heads", 1, expands ? 3L * heads : heads);
        boolean multiple = count >= heads && count % heads == 0;
        require(multiple, "simulated-heads", count, "a multiple of --heads = " + heads);
        require(
                expands || count == heads || !multiple,
                "simulated-heads",
                count,
                "--heads = " + heads + ", since --head-expansion is none");
        return count;
    }

    private int simulatedSize(boolean expandFeatures) {
        long usual = expandFeatures ? (3L * size + 3) / 4 * 2 : size;
        int count = values.smallInteger("simulated-head-size", 1, usual);
        require(count >= size, "simulated-head-size", count, "at least --head-size = " + size);
        require(
                expandFeatures || count <= size,
                "simulated-head-size",
                count,
                "--head-size = " + size + ", since --expand-features is false");
        return count;
    }

    private int kernelSize(HeadExpansionKind kind) {
        if (kind != HeadExpansionKind.CONVOLUTION) {
            values.refuse("kernel-size", "only with --head-expansion convolution");
            return 1;
        }
        int kernel = values.smallInteger("kernel-size", 1, 5);
        require(kernel % 2 != 0, "kernel-size", kernel, "an odd number");
        return kernel;
    }

    private boolean expandValues(HeadExpansionKind kind) {
        if (kind == HeadExpansionKind.NONE) {
            values.refuse("expand-values", "none, since --head-expansion is none");
            return true;
        }
        boolean expand = values.flag("expand-values", true);
        if (expand) {
            values.leaveOut("expand-values");
        }
        return expand;
    }

    private Aggregation aggregation() {
        Aggregation aggregation =
                values.choice("aggregation", SettingValues.named(Aggregation.values()), "average");
        if (aggregation == Aggregation.AVERAGE) {
            values.leaveOut("aggregation");
        }
        return aggregation;
    }

    private RotaryPlacement rotary(int simulatedSize) {
        RotaryPlacement place =
                values.choice("rotary", SettingValues.named(RotaryPlacement.values()), "after");
        AttentionReader.requireEven(
                values, place == RotaryPlacement.AFTER, "--simulated-head-size", simulatedSize);
        AttentionReader.requireEven(values, place == RotaryPlacement.BEFORE, "--head-size", size);
        return place;
    }

    private void require(boolean holds, String name, int value, String expected) {
        values.problems().require(holds, "--" + name, value, expected);
    }
}
