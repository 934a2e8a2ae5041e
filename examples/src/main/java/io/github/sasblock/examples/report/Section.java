package io.github.sasblock.examples.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A heading and the rows of two columns beneath it. Immutable: adding a row makes a new section.
 *
 * @param title the heading
 * @param rows what stands beneath it, in order
 */
public record Section(String title, List<Row> rows) {

    /**
     * A label and its value.
     *
     * @param label what the value is
     * @param value the value, as it is shown
     */
    public record Row(String label, String value) {}

    /**
     * Copies the rows.
     *
     * @param title the heading
     * @param rows what stands beneath it, in order
     */
    public Section {
        rows = List.copyOf(rows);
    }

    /**
     * Starts a section.
     *
     * @param title the heading
     * @return a section without rows
     */
    public static Section titled(String title) {
        return new Section(title, List.of());
    }

    /**
     * Adds a row.
     *
     * @param label what the value is
     * @param value the value, shown as its {@code toString}
     * @return a section with the row at its end
     */
    public Section row(String label, Object value) {
        List<Row> more = new ArrayList<>(rows);
        more.add(new Row(label, String.valueOf(value)));
        return new Section(title, more);
    }
}
