package io.github.sasblock.examples.config;

/**
 * A setting of a run, as it is named on the command line (with two dashes before) and in a file.
 *
 * @param name the name, in lower case with dashes
 * @param group under which heading it is explained
 * @param argument what kind of value it takes, such as {@code N} or {@code FILE}
 * @param description what it does, with its default
 * @param repeatable whether it may be given several times
 */
public record Setting(
        String name, String group, String argument, String description, boolean repeatable) {

    /**
     * Returns whether the setting is true or false, so that its name alone means true.
     *
     * @return whether it takes a {@code BOOLEAN}
     */
    public boolean isFlag() {
        return argument.equals("BOOLEAN");
    }

    /**
     * Returns the option of the command line.
     *
     * @return the name with two dashes before
     */
    public String option() {
        return "--" + name;
    }
}
