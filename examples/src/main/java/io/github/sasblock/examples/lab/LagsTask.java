package io.github.sasblock.examples.lab;

import java.util.ArrayList;
import java.util.List;

/** Multi-lag lookup. */
final class LagsTask {

    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz";
    private static final String LAGS = "012345678";

    private LagsTask() {}

    static void write(LabWriter writer) {
        List<Character> letters = new ArrayList<>();
        while (!writer.isFull()) {
            letters.add(LETTERS.charAt(writer.draw(LETTERS, LETTERS.length())));
            int lag = writer.draw(LAGS, Math.min(LAGS.length(), letters.size()));
            writer.answer(letters.get(letters.size() - 1 - lag));
        }
    }
}
