package io.github.sasblock.examples.lab;

import java.util.Arrays;

/** Multi-query associative recall. */
final class RecallTask {

    private static final String KEYS = "abcdefghijklmnopqrstuvwxyz";
    private static final String VALUES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final int UNKNOWN = -1;

    private RecallTask() {}

    static void write(LabWriter writer) {
        int[] valueOfKey = new int[KEYS.length()];
        Arrays.fill(valueOfKey, UNKNOWN);
        while (!writer.isFull()) {
            int key = writer.draw(KEYS, KEYS.length());
            if (valueOfKey[key] == UNKNOWN) {
                valueOfKey[key] = writer.draw(VALUES, VALUES.length());
            } else {
                writer.answer(VALUES.charAt(valueOfKey[key]));
            }
        }
    }
}
