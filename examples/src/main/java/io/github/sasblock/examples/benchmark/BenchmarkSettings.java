package io.github.sasblock.examples.benchmark;

import io.github.sasblock.examples.config.RunConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is measured, and how often.
 *
 * @param groups names of groups, in the order in which they run
 * @param presets names of model presets
 * @param attentions names of attentions
 * @param repeats the number of samples of each case
 * @param quick whether all sizes are tiny, to see that everything runs
 * @param threads the threads that share the windows of a training step on a CPU
 * @param sizes the sizes of group attention
 * @param batch windows of a training step, or 0 for those of the preset
 * @param deepLayers the number of layers at which memory is measured as well
 * @param decodedLength the tokens of a sequence at the end of decoding
 * @param newTokens how many of these are decoded
 */
public record BenchmarkSettings(
        List<String> groups,
        List<String> presets,
        List<String> attentions,
        int repeats,
        boolean quick,
        int threads,
        AttentionSizes sizes,
        int batch,
        int deepLayers,
        int decodedLength,
        int newTokens) {

    /**
     * Copies the lists.
     *
     * @param groups names of groups, in the order in which they run
     * @param presets names of model presets
     * @param attentions names of attentions
     * @param repeats the number of samples of each case
     * @param quick whether all sizes are tiny
     * @param threads the threads that share the windows of a training step on a CPU
     * @param sizes the sizes of group attention
     * @param batch windows of a training step, or 0 for those of the preset
     * @param deepLayers the number of layers at which memory is measured as well
     * @param decodedLength the tokens of a sequence at the end of decoding
     * @param newTokens how many of these are decoded
     */
    public BenchmarkSettings {
        groups = List.copyOf(groups);
        presets = List.copyOf(presets);
        attentions = List.copyOf(attentions);
    }

    /** Returns the run that {@code pretrain} would make of a preset and an attention. */
    RunConfig run(String preset, String attention) {
        return RunConfig.read(values(preset, attention), null);
    }

    /** Returns that run with another number of layers. */
    RunConfig run(String preset, String attention, int layers) {
        return RunConfig.read(values(preset, attention, layers), null);
    }

    /** Returns what is given of that run; the rest, such as heads, is chosen when it is read. */
    Map<String, List<String>> values(String preset, String attention, int layers) {
        Map<String, List<String>> values = values(preset, attention);
        values.put("layers", List.of(Integer.toString(layers)));
        return values;
    }

    private Map<String, List<String>> values(String preset, String attention) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        values.put("preset", List.of(preset));
        values.put("attention", List.of(attention));
        if (attention.equals("sas")) {
            values.put("sas", List.of("paper")); // whatever a run of that size would take
        }
        if (quick) {
            values.put("layers", List.of("1"));
            values.put("embedding-size", List.of("16"));
            values.put("heads", List.of("2"));
            values.put("context", List.of("16"));
            values.put("batch", List.of("2"));
        }
        if (batch > 0) {
            values.put("batch", List.of(Integer.toString(batch)));
        }
        values.put("threads", List.of(Integer.toString(threads)));
        return values;
    }
}
