package io.github.sasblock.examples.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import io.github.sasblock.examples.tokens.Windows;
import io.github.sasblock.transformer.CausalLanguageModel;
import io.github.sasblock.transformer.DocumentMask;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Scores a model on fixed windows, each token once. */
final class Evaluator {

    private final CausalLanguageModel model;
    private final ParameterStore parameters;
    private final Windows windows;
    private final DocumentMask documents;
    private final int batch;

    /**
     * The score.
     *
     * @param nats the sum over all tokens
     * @param tokens how many were scored
     * @param bytes how many bytes of text they stand for
     */
    record Score(double nats, long tokens, long bytes) {

        double natsPerToken() {
            return nats / tokens;
        }

        double perplexity() {
            return Math.exp(natsPerToken());
        }

        double bitsPerByte() {
            return nats / Math.log(2) / bytes;
        }
    }

    Evaluator(
            CausalLanguageModel model,
            ParameterStore parameters,
            Windows windows,
            DocumentMask documents,
            int batch) {
        this.model = model;
        this.parameters = parameters;
        this.windows = windows;
        this.documents = documents;
        this.batch = batch;
    }

    /** Scores all windows, unless the end of the training is asked for meanwhile. */
    Optional<Score> score(NDManager manager, StopRequest stop) {
        double nats = 0;
        long tokens = 0;
        long bytes = 0;
        List<Long> pending = new ArrayList<>();
        for (long window = 0; window < windows.count(); window++) {
            if (stop.isRequested()) {
                return Optional.empty();
            }
            pending.add(window);
            tokens += windows.length(window);
            bytes += windows.textBytes(window);
            boolean last = window + 1 == windows.count();
            if (last || pending.size() == batch || !sameLength(window, window + 1)) {
                nats += nats(manager, pending.stream().mapToLong(Long::longValue).toArray());
                pending.clear();
            }
        }
        return Optional.of(new Score(nats, tokens, bytes));
    }

    private boolean sameLength(long a, long b) {
        return windows.length(a) == windows.length(b);
    }

    private double nats(NDManager parent, long... chosen) {
        try (NDManager manager = parent.newSubManager()) {
            Batch read = Batches.read(manager, windows, chosen);
            NDArray logits = model.logits(parameters, read.inputs(), documents, false);
            return CausalLanguageModel.crossEntropySum(logits, read.targets()).getFloat();
        }
    }
}
