package io.github.sasblock.examples.benchmark;

/**
 * Something that must hold for the measurements to mean what they say.
 *
 * @param group the group of cases
 * @param name what must hold
 * @param holds whether it does
 * @param detail what was seen
 */
public record Check(String group, String name, boolean holds, String detail) {}
