package io.github.sasblock.examples.lab;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The tasks. Each writes documents of ASCII of any length, such that the probability of every byte,
 * given those before it, is known.
 */
public enum LabTask {

    /**
     * Multi-query associative recall: pairs of a key (a–z) and a value (A–Z). A key that comes for
     * the first time brings a random value; later it brings the same value again, which is an
     * answer. Example: {@code qKaXqKbBaX…}
     *
     * <p>After S. Arora et al., Zoology: Measuring and Improving Recall in Efficient Language
     * Models, arXiv 2312.04927, here as one stream of pairs.
     */
    RECALL("multi-query associative recall", 52) {
        @Override
        void write(LabWriter writer) {
            RecallTask.write(writer);
        }
    },

    /**
     * Multi-lag lookup: triples of a random letter (a–z), a lag (0–8) and an answer, the random
     * letter of as many triples before. The first eight triples offer the lags that exist; lag 0
     * means the triple's own letter. Example: {@code x0xb1xc2x…}
     */
    LAGS("multi-lag lookup", 48) {
        @Override
        void write(LabWriter writer) {
            LagsTask.write(writer);
        }
    },

    /**
     * In-context Markov chains: each document is a chain over eight states (a–h) with transition
     * probabilities of its own, drawn from a Dirichlet distribution. The best reader counts the
     * transitions seen so far; every byte but the first is an answer, and none is certain.
     *
     * <p>After B. Edelman et al., The Evolution of Statistical Induction Heads: In-Context Learning
     * Markov Chains, arXiv 2402.11004.
     */
    MARKOV("in-context Markov chains", 32) {
        @Override
        void write(LabWriter writer) {
            MarkovTask.write(writer);
        }
    },

    /**
     * Nearest neighbour: eight labelled points of a 10 × 10 grid, then queries, each a point that
     * has one nearest labelled point; the answer is its label in lower case. Example: {@code
     * 37A02C… 36a…}
     *
     * <p>One head that sees all features solves it, many narrow heads do not: N. Amsel, G. Yehudai,
     * J. Bruna, Quality over Quantity in Attention Layers: When Adding More Heads Hurts, arXiv
     * 2410.06946.
     */
    NEAREST("nearest neighbour", 48) {
        @Override
        void write(LabWriter writer) {
            NearestTask.write(writer);
        }
    };

    /** What the name of a task begins with where text is named. */
    public static final String PREFIX = "lab:";

    private final String description;
    private final int minimumLength;

    LabTask(String description, int minimumLength) {
        this.description = description;
        this.minimumLength = minimumLength;
    }

    /** Writes until the writer is full. */
    abstract void write(LabWriter writer);

    /**
     * Returns the name of the task's text.
     *
     * @return for example {@code lab:recall}
     */
    public String label() {
        return PREFIX + name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns what the task is, for people.
     *
     * @return a few words
     */
    public String description() {
        return description;
    }

    /**
     * Returns the least length of a document, in which questions and answers come.
     *
     * @return bytes
     */
    public int minimumLength() {
        return minimumLength;
    }

    /**
     * Returns the names of all tasks.
     *
     * @return the labels, in order
     */
    public static List<String> labels() {
        return Arrays.stream(values()).map(LabTask::label).toList();
    }

    /**
     * Returns the task of a name.
     *
     * @param label for example {@code lab:recall}
     * @return the task
     * @throws IllegalArgumentException if there is none of that name
     */
    public static LabTask of(String label) {
        return Arrays.stream(values())
                .filter(task -> task.label().equals(label))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "task = " + label + ": expected one of " + labels()));
    }
}
