package io.github.sasblock.examples.compare.view;

/** The colours of variants, by number; the baseline has the colour of text. */
final class Colors {

    static final int COUNT = 8;

    private Colors() {}

    /** Returns the classes of a line: colours that come a second time are dashed. */
    static String stroke(int number) {
        return "c" + number % COUNT + (number >= COUNT ? " dashed" : "");
    }
}
