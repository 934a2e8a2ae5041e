package io.github.sasblock.examples.config;

import io.github.sasblock.sas.CacheForm;
import io.github.sasblock.sas.RotaryPlacement;
import io.github.sasblock.sas.SasInitialization;
import io.github.sasblock.sas.SasSetting;
import io.github.sasblock.sas.SasShape;
import io.github.sasblock.sas.SasShape.Aggregation;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import io.github.sasblock.transformer.SasConfig;
import java.util.List;

/** Reads the settings of Simulated Attention Score. */
final class SasReader {

    /** What says that heads are to be simulated, and how. */
    private static final List<String> OF_HEADS =
            List.of(
                    "simulated-heads",
                    "head-expansion",
                    "kernel-size",
                    "expand-features",
                    "expand-values",
                    "aggregation");

    private final SettingValues values;
    private final int heads;
    private final int size;
    private final SasSetting setting;

    SasReader(SettingValues values, SasSetting usual, int heads, int size) {
        this.values = values;
        this.heads = heads;
        this.size = size;
        setting = setting(usual);
    }

    private SasSetting setting(SasSetting usual) {
        boolean namesHeads = OF_HEADS.stream().anyMatch(values::has);
        SasSetting named =
                choice("sas", SasSetting.values(), namesHeads ? SasSetting.PAPER : usual);
        if (named == SasSetting.PAPER) {
            values.leaveOut("sas");
        }
        return named;
    }

    /** Returns the configuration, or null if a problem was reported. */
    SasConfig read(boolean bias, double rotaryBase) {
        int problems = values.problems().messages().size();
        HeadExpansionKind kind =
                choice("head-expansion", HeadExpansionKind.values(), setting.headExpansion());
        boolean expandFeatures = values.flag("expand-features", setting.expandsFeatures());
        int simulatedHeads = simulatedHeads(kind);
        int simulatedSize = simulatedSize(expandFeatures);
        int kernel = kernelSize(kind);
        boolean expandValues = expandValues(kind);
        Aggregation aggregation = aggregation();
        RotaryPlacement rotary = rotary(simulatedSize);
        SasInitialization initialization =
                choice("initialization", SasInitialization.values(), SasInitialization.PYTORCH);
        CacheForm cache = choice("cache", CacheForm.values(), CacheForm.COMPACT);
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
        int count =
                values.smallInteger(
                        "simulated-heads", 1, expands ? (long) setting.groups() * heads : heads);
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
        long usual = expandFeatures ? setting.simulatedHeadSize(size) : size;
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
        int kernel = values.smallInteger("kernel-size", 1, setting.kernelSize());
        require(kernel % 2 != 0, "kernel-size", kernel, "an odd number");
        return kernel;
    }

    private boolean expandValues(HeadExpansionKind kind) {
        if (kind == HeadExpansionKind.NONE) {
            values.refuse("expand-values", "none, since --head-expansion is none");
            return true;
        }
        boolean expand = values.flag("expand-values", setting.expandsValues());
        if (expand && setting.expandsValues()) {
            values.leaveOut("expand-values");
        }
        return expand;
    }

    private Aggregation aggregation() {
        Aggregation aggregation =
                choice("aggregation", Aggregation.values(), setting.aggregation());
        if (aggregation == Aggregation.AVERAGE && aggregation == setting.aggregation()) {
            values.leaveOut("aggregation");
        }
        return aggregation;
    }

    private RotaryPlacement rotary(int simulatedSize) {
        RotaryPlacement place = choice("rotary", RotaryPlacement.values(), RotaryPlacement.AFTER);
        AttentionReader.requireEven(
                values, place == RotaryPlacement.AFTER, "--simulated-head-size", simulatedSize);
        AttentionReader.requireEven(values, place == RotaryPlacement.BEFORE, "--head-size", size);
        return place;
    }

    private <T extends Enum<T>> T choice(String name, T[] known, T otherwise) {
        String label = SettingValues.label(otherwise);
        return values.choice(name, SettingValues.named(known), label);
    }

    private void require(boolean holds, String name, int value, String expected) {
        values.problems().require(holds, "--" + name, value, expected);
    }
}
