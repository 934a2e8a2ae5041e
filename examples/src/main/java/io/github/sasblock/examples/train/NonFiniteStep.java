package io.github.sasblock.examples.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.sasblock.kernel.FlatArrays;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A step of which the loss or a gradient is not finite, and who is at fault, which is found by
 * computing it once more in parts.
 *
 * @param step the step
 * @param loss its loss
 * @param norm the norm of its gradients; NaN where it was not computed
 * @param epoch how often all windows came before it
 * @param windows its batch
 * @param badWindows those windows whose own loss is not finite
 * @param badParameters the parameters whose gradient is not finite
 */
record NonFiniteStep(
        long step,
        double loss,
        double norm,
        long epoch,
        List<Long> windows,
        List<Long> badWindows,
        List<String> badParameters) {

    private static final int MOST_NAMED = 4;

    /**
     * Computes a step again.
     *
     * @param gradients all zero, and left so
     * @param batches what is trained on
     * @param names of the parameters, in their order
     * @param batch the windows of a step
     */
    record Search(StepGradients gradients, Batches batches, List<String> names, int batch) {

        NonFiniteStep find(long step, double loss, double norm, double scale) {
            long place = (step - 1) * batch;
            List<Long> windows = Arrays.stream(batches.windows(place, batch)).boxed().toList();
            return new NonFiniteStep(
                    step,
                    loss,
                    norm,
                    batches.epoch(place),
                    windows,
                    badWindows(place, windows),
                    badParameters(place, scale));
        }

        private List<Long> badWindows(long place, List<Long> windows) {
            List<Long> bad =
                    windows.stream()
                            .filter(window -> !isFinite(place + windows.indexOf(window)))
                            .toList();
            Gradients.clear(gradients.buffers());
            return bad;
        }

        private boolean isFinite(long place) {
            return Double.isFinite(gradients.add(batches::batch, place, 1, 0));
        }

        private List<String> badParameters(long place, double scale) {
            gradients.add(batches::batch, place, batch, scale);
            List<FlatArrays> shares = gradients.buffers();
            List<String> bad =
                    names.stream().filter(name -> !isFinite(shares, names.indexOf(name))).toList();
            Gradients.clear(shares);
            return bad;
        }

        private static boolean isFinite(List<FlatArrays> shares, int parameter) {
            return shares.stream().allMatch(share -> isFinite(share.arrays().get(parameter)));
        }

        private static boolean isFinite(NDArray array) {
            try (NDManager scratch = array.getManager().newSubManager()) {
                NDArray absolute = array.abs();
                absolute.attach(scratch);
                NDArray most = absolute.max(); // NaN if any is
                most.attach(scratch);
                return Double.isFinite(most.getFloat());
            }
        }
    }

    /** Returns what is known of it, for people. */
    String describe() {
        return "step "
                + step
                + ": loss "
                + loss
                + (Double.isFinite(loss) ? ", gradient norm " + norm : "")
                + ", batch of windows "
                + joined(windows, windows.size())
                + " in epoch "
                + epoch
                + (badWindows.isEmpty()
                        ? ""
                        : ", loss not finite in window " + joined(badWindows, MOST_NAMED))
                + (badParameters.isEmpty()
                        ? ""
                        : ", gradient not finite in " + joined(badParameters, MOST_NAMED));
    }

    private static String joined(List<?> items, int most) {
        String named =
                items.stream().limit(most).map(String::valueOf).collect(Collectors.joining(", "));
        return items.size() > most ? named + " and " + (items.size() - most) + " more" : named;
    }
}
