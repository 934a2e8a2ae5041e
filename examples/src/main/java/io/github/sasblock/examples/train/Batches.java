package io.github.sasblock.examples.train;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.examples.tokens.WindowOrder;
import io.github.sasblock.examples.tokens.Windows;

/** Batches of training windows, in an order that is a function of the seed and the place alone. */
final class Batches {

    private final Windows windows;
    private final WindowOrder order;

    Batches(Windows windows, long seed) {
        this.windows = windows;
        order = new WindowOrder(windows.count(), seed);
    }

    /** Returns the windows from a place in the endless sequence of epochs. */
    Batch batch(NDManager manager, long firstPlace, int size) {
        return read(manager, windows, windows(firstPlace, size));
    }

    /** Returns which windows stand from a place on. */
    long[] windows(long firstPlace, int size) {
        long[] chosen = new long[size];
        for (int i = 0; i < size; i++) {
            long place = firstPlace + i;
            chosen[i] = order.window(epoch(place), place % windows.count());
        }
        return chosen;
    }

    /** Returns how often all windows came before a place. */
    long epoch(long place) {
        return place / windows.count();
    }

    /** Returns windows of the same length as a batch. */
    static Batch read(NDManager manager, Windows windows, long... chosen) {
        int length = windows.length(chosen[0]);
        int[] inputs = new int[windows.length()];
        int[] targets = new int[windows.length()];
        long[] allInputs = new long[chosen.length * length];
        long[] allTargets = new long[chosen.length * length];
        for (int row = 0; row < chosen.length; row++) {
            windows.read(chosen[row], inputs, targets);
            for (int t = 0; t < length; t++) {
                allInputs[row * length + t] = inputs[t];
                allTargets[row * length + t] = targets[t];
            }
        }
        Shape shape = new Shape(chosen.length, length);
        return new Batch(
                manager.create(allInputs, shape).toType(DataType.INT64, false),
                manager.create(allTargets, shape).toType(DataType.INT64, false));
    }
}
