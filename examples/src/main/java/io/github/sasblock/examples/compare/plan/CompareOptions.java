package io.github.sasblock.examples.compare.plan;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The command line of a comparison, unread.
 *
 * @param attentions names, separated by commas; each is a variant of its own name
 * @param variants {@code NAME:key=value,key=value}
 * @param baseline the variant that the others are compared with; null for the first
 * @param data {@code NAME=TRAIN:VALIDATION}, {@code builtin:KIND} or {@code lab:TASK}
 * @param seeds numbers and ranges, separated by commas
 * @param match how parameters are matched
 * @param budget what is the same for all variants: {@code steps} or {@code operations}
 * @param out the folder; null for one that is named after the rest of the command
 * @param settings settings of runs, by name
 * @param file null, or a file of settings
 */
public record CompareOptions(
        String attentions,
        List<String> variants,
        String baseline,
        List<String> data,
        String seeds,
        String match,
        String budget,
        Path out,
        Map<String, List<String>> settings,
        Path file) {}
