package io.github.sasblock.examples.config;

import io.github.sasblock.sas.SasSetting;
import io.github.sasblock.transformer.ModelPreset;

/**
 * How a preset is trained unless told otherwise.
 *
 * @param steps optimizer steps
 * @param batch windows of a step
 * @param microBatch windows in memory at once
 * @param learningRate the highest learning rate
 * @param sas the form of Simulated Attention Score: that which learned most for its operations at
 *     this size (docs/results.md), or the paper's where none was measured
 */
record PresetDefaults(long steps, int batch, int microBatch, double learningRate, SasSetting sas) {

    static PresetDefaults of(ModelPreset preset) {
        return switch (preset) {
            case TINY -> new PresetDefaults(2000, 8, 8, 4e-3, SasSetting.FEATURES);
            case SMALL -> new PresetDefaults(1000, 8, 8, 2e-3, SasSetting.FEATURES);
            case P125M -> new PresetDefaults(50_000, 32, 4, 6e-4, SasSetting.PAPER);
            case P350M -> new PresetDefaults(50_000, 32, 2, 3e-4, SasSetting.PAPER);
            case P760M -> new PresetDefaults(50_000, 32, 1, 2.5e-4, SasSetting.PAPER);
            case P1_5B -> new PresetDefaults(50_000, 32, 1, 2e-4, SasSetting.PAPER);
        };
    }
}
