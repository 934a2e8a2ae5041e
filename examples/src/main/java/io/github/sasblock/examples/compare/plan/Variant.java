package io.github.sasblock.examples.compare.plan;

import java.util.List;
import java.util.Map;

/**
 * A configuration as it was asked for.
 *
 * @param name its name, which is that of its folder too
 * @param settings those that it has of its own
 * @param match how it is made as large as another
 */
record Variant(String name, Map<String, List<String>> settings, Match match) {}
