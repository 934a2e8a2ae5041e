package io.github.sasblock.examples.compare;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import io.github.sasblock.examples.compare.result.RunResult.Answers;
import io.github.sasblock.examples.compare.result.RunResult.Position;
import io.github.sasblock.examples.lab.LabDocument;
import io.github.sasblock.examples.lab.LabText;
import io.github.sasblock.examples.tokens.Windows;
import io.github.sasblock.transformer.CausalLanguageModel;
import io.github.sasblock.transformer.DocumentMask;
import java.util.ArrayList;
import java.util.List;

/** Scores a model by the position in the window, and by the answers of a task. */
final class PositionScorer {

    /** As many as fit in memory at once without a backward pass. */
    private static final int SCORED_TOKENS = 4096;

    private static final double LN_2 = Math.log(2);

    private final CausalLanguageModel model;
    private final Windows windows;
    private final DocumentMask documents;
    private final double[] nats;
    private final long[] counts;
    private final AnswerSums answers; // null where there are none

    PositionScorer(
            CausalLanguageModel model,
            Windows windows,
            DocumentMask documents,
            LabText laboratory) {
        this.model = model;
        this.windows = windows;
        this.documents = documents;
        nats = new double[windows.length()];
        counts = new long[windows.length()];
        answers = laboratory == null ? null : new AnswerSums(laboratory);
    }

    /** The sums over all answers. */
    private static final class AnswerSums {

        private final LabText text;
        private long count;
        private long right;
        private double nats;
        private double floorBits;

        AnswerSums(LabText text) {
            this.text = text;
        }

        /** Adds a window: its target t is byte t + 1 of its document. */
        void add(long window, int length, float[] loss, boolean[] isRight, int from) {
            LabDocument document = text.document(window);
            for (int t = 0; t < length && t + 1 < document.length(); t++) {
                if (document.isAnswer(t + 1)) {
                    count++;
                    nats += loss[from + t];
                    right += isRight[from + t] ? 1 : 0;
                    floorBits += document.surprisalBits(t + 1);
                }
            }
        }
    }

    /** Scores all windows. */
    PositionScorer score() {
        int batch = Math.max(1, SCORED_TOKENS / windows.length());
        try (NDManager manager = NDManager.newBaseManager()) {
            List<Long> pending = new ArrayList<>();
            for (long window = 0; window < windows.count(); window++) {
                pending.add(window);
                boolean last = window + 1 == windows.count();
                if (last
                        || pending.size() == batch
                        || windows.length(window) != windows.length(window + 1)) {
                    score(manager, pending);
                    pending.clear();
                }
            }
        }
        return this;
    }

    private void score(NDManager parent, List<Long> chosen) {
        int length = windows.length(chosen.get(0));
        Shape shape = new Shape(chosen.size(), length);
        long[] inputs = new long[chosen.size() * length];
        long[] targets = new long[chosen.size() * length];
        read(chosen, length, inputs, targets);
        try (NDManager manager = parent.newSubManager()) {
            NDArray tokens = manager.create(inputs, shape);
            NDArray expected = manager.create(targets, shape);
            NDArray logits =
                    model.logits(new ParameterStore(manager, false), tokens, documents, false);
            logits.attach(manager); // [B, T, V]
            NDArray column = expected.expandDims(2); // [B, T, 1]
            float[] loss = logits.logSoftmax(2).gather(column, 2).neg().toFloatArray();
            boolean[] isRight =
                    logits.argMax(2).toType(DataType.INT64, false).eq(expected).toBooleanArray();
            for (int row = 0; row < chosen.size(); row++) {
                add(chosen.get(row), length, loss, isRight, row * length);
            }
        }
    }

    private void read(List<Long> chosen, int length, long[] inputs, long[] targets) {
        int[] input = new int[windows.length()];
        int[] target = new int[windows.length()];
        for (int row = 0; row < chosen.size(); row++) {
            windows.read(chosen.get(row), input, target);
            for (int t = 0; t < length; t++) {
                inputs[row * length + t] = input[t];
                targets[row * length + t] = target[t];
            }
        }
    }

    private void add(long window, int length, float[] loss, boolean[] isRight, int from) {
        for (int t = 0; t < length; t++) {
            nats[t] += loss[from + t];
            counts[t]++;
        }
        if (answers != null) {
            answers.add(window, length, loss, isRight, from);
        }
    }

    /** Returns the mean loss of positions 0, 1, 2–3, 4–7, 8–15 and so on. */
    List<Position> positions() {
        List<Position> positions = new ArrayList<>();
        for (int first = 0; first < nats.length; first = Math.max(1, 2 * first)) {
            int end = Math.min(nats.length, Math.max(1, 2 * first));
            double sum = 0;
            long count = 0;
            for (int t = first; t < end; t++) {
                sum += nats[t];
                count += counts[t];
            }
            if (count > 0) {
                positions.add(new Position(first, end, sum / count));
            }
        }
        return positions;
    }

    /** Returns how answers are predicted, or null where there are none. */
    Answers answers() {
        if (answers == null || answers.count == 0) {
            return null;
        }
        return new Answers(
                answers.count,
                answers.nats / LN_2 / answers.count,
                answers.floorBits / answers.count,
                (double) answers.right / answers.count);
    }

    /** Returns the mean loss of all tokens scored, in nats. */
    double natsPerToken() {
        double sum = 0;
        long count = 0;
        for (int t = 0; t < nats.length; t++) {
            sum += nats[t];
            count += counts[t];
        }
        return sum / count;
    }
}
