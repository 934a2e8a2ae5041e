package io.github.sasblock.examples.text;

import java.io.InputStream;
import java.util.Objects;

/**
 * How texts are found in files.
 *
 * @param textField the field of JSON objects, and the column of Parquet files, that holds the text
 * @param standardInput what {@code -} reads
 */
public record ReadOptions(String textField, InputStream standardInput) {

    /**
     * The field's and column's name where nothing else is said: that of the Pile and of FineWeb.
     */
    public static final String DEFAULT_TEXT_FIELD = "text";

    /**
     * Checks the options.
     *
     * @param textField the name of a field and column
     * @param standardInput what {@code -} reads
     */
    public ReadOptions {
        Objects.requireNonNull(textField, "textField");
        Objects.requireNonNull(standardInput, "standardInput");
    }

    /**
     * Returns options for a field, with the program's standard input.
     *
     * @param textField the name of a field and column
     * @return the options
     */
    public static ReadOptions of(String textField) {
        return new ReadOptions(textField, System.in);
    }

    /**
     * Returns the options where nothing else is said.
     *
     * @return the field {@code text}, and the program's standard input
     */
    public static ReadOptions defaults() {
        return of(DEFAULT_TEXT_FIELD);
    }
}
