package io.github.sasblock.examples.lab;

import java.util.Arrays;

/**
 * In-context Markov chains.
 *
 * <p>Each row of a document's transition matrix has a symmetric Dirichlet distribution with the
 * concentration α = 1/4, so that of eight states two or so follow each other often. The rows need
 * not be drawn: given the bytes so far, state j follows state i with the probability (nᵢⱼ + α) /
 * (nᵢ + 8α), where n counts the transitions seen (the Pólya urn), which gives documents the same
 * distribution. This is also the best prediction that a reader can make.
 */
final class MarkovTask {

    private static final String STATES = "abcdefgh";
    private static final int COUNT = STATES.length();

    /** 1/α: a transition that was never seen weighs one, each that was seen weighs this. */
    private static final int WEIGHT_OF_SEEN = 4;

    private MarkovTask() {}

    static void write(LabWriter writer) {
        int[][] weights = new int[COUNT][COUNT]; // [from, to]
        for (int[] row : weights) {
            Arrays.fill(row, 1);
        }
        int state = writer.draw(STATES, COUNT);
        while (!writer.isFull()) {
            state = step(writer, weights[state]);
        }
    }

    /** Draws the next state by its weight, and raises that. */
    private static int step(LabWriter writer, int[] weights) {
        int sum = 0;
        for (int weight : weights) {
            sum += weight;
        }
        int rest = writer.random().nextBelow(sum);
        int next = 0;
        while (rest >= weights[next]) {
            rest -= weights[next++];
        }
        writer.write(STATES.charAt(next), (double) weights[next] / sum, true);
        weights[next] += WEIGHT_OF_SEEN;
        return next;
    }
}
