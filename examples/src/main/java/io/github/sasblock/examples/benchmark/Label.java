package io.github.sasblock.examples.benchmark;

/**
 * What was measured. Measurements whose labels differ in their form alone are of the same function.
 *
 * @param group the group of cases
 * @param subject the model or attention, with its sizes
 * @param part the part of it, such as "head expansion"
 * @param pass forward, forward+backward, step or another word for what was run
 * @param form plain, fused, or another way to compute the same
 */
public record Label(String group, String subject, String part, String pass, String form) {

    /** The form in DJL's operations, with which others are compared. */
    public static final String PLAIN = "plain";

    Label withForm(String other) {
        return new Label(group, subject, part, pass, other);
    }

    Label withPass(String other) {
        return new Label(group, subject, part, other, form);
    }
}
