package io.github.sasblock.examples.generate;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Chooses the next token by a model's logits.
 *
 * <p>Logits are divided by the temperature; of these the {@code topK} greatest are kept, of these
 * the fewest whose probabilities (among those kept) add up to at least {@code topP}; and one is
 * drawn by the softmax over what is left. Of equal logits the token of the lowest id counts as the
 * greater one. A logit that is not a number is never chosen.
 *
 * @param temperature not negative; 0 chooses the greatest logit, 1 is the model's own distribution
 * @param topK the most tokens to choose from; 0 for all
 * @param topP the least probability that those to choose from must have, above 0 and up to 1, which
 *     keeps all (nucleus sampling, arXiv 1904.09751)
 */
public record TokenSampler(double temperature, int topK, double topP) {

    /** The greatest logit, always. */
    public static final TokenSampler GREEDY = new TokenSampler(0, 0, 1);

    /**
     * Checks the values.
     *
     * @param temperature not negative; 0 chooses the greatest logit
     * @param topK the most tokens to choose from; 0 for all
     * @param topP above 0 and up to 1
     * @throws IllegalArgumentException if a value is not valid
     */
    public TokenSampler {
        require(temperature >= 0 && Double.isFinite(temperature), "temperature", temperature);
        require(topK >= 0, "top-k", topK);
        require(topP > 0 && topP <= 1, "top-p", topP);
    }

    private static void require(boolean valid, String name, Object value) {
        if (!valid) {
            throw new IllegalArgumentException(
                    name
                            + " = "
                            + value
                            + ", expected temperature ≥ 0, top-k ≥ 0 and top-p in (0, 1]");
        }
    }

    /**
     * Chooses a token.
     *
     * @param logits one a token
     * @param random what the choice is drawn with; greedy choice draws nothing
     * @return the id of a token
     * @throws IllegalArgumentException if no logit is a number above −∞
     */
    public int sample(float[] logits, RandomGenerator random) {
        if (temperature == 0) {
            return greatest(logits);
        }
        int[] candidates = candidates(logits);
        double[] weights = weights(logits, candidates);
        double total = 0;
        for (double weight : weights) {
            total += weight;
        }
        double left = random.nextDouble() * total;
        for (int i = 0; i < candidates.length; i++) {
            left -= weights[i];
            if (left < 0) {
                return candidates[i];
            }
        }
        return candidates[0]; // only by rounding
    }

    /**
     * Returns the tokens that may be chosen.
     *
     * @param logits one a token
     * @return their ids, the greatest logit first
     * @throws IllegalArgumentException if no logit is a number above −∞
     */
    public int[] candidates(float[] logits) {
        int greatest = greatest(logits);
        if (temperature == 0) {
            return new int[] {greatest};
        }
        IntStream possible =
                IntStream.range(0, logits.length)
                        .filter(id -> logits[id] > Float.NEGATIVE_INFINITY); // not for NaN
        int[] ordered =
                possible.boxed()
                        .sorted((a, b) -> Float.compare(logits[b] + 0f, logits[a] + 0f)) // stable
                        .mapToInt(Integer::intValue)
                        .toArray();
        int kept = topK == 0 ? ordered.length : Math.min(topK, ordered.length);
        int[] candidates = Arrays.copyOf(ordered, kept);
        return topP == 1 ? candidates : Arrays.copyOf(candidates, nucleus(logits, candidates));
    }

    /** Returns the least number of candidates whose share of the probability is at least top-p. */
    private int nucleus(float[] logits, int[] candidates) {
        double[] weights = weights(logits, candidates);
        double total = 0;
        for (double weight : weights) {
            total += weight;
        }
        double sum = 0;
        int count = 0;
        while (count < weights.length && sum < topP * total) {
            sum += weights[count++];
        }
        return count;
    }

    /** Returns the exponentials of the candidates' logits; the first candidate's is 1. */
    private double[] weights(float[] logits, int[] candidates) {
        double[] weights = new double[candidates.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = weight(logits[candidates[i]], logits[candidates[0]]);
        }
        return weights;
    }

    private double weight(double logit, double greatest) {
        return logit == greatest ? 1 : Math.exp((logit - greatest) / temperature); // ∞ − ∞ is NaN
    }

    private static int greatest(float[] logits) {
        int greatest = -1;
        for (int id = 0; id < logits.length; id++) {
            boolean possible = logits[id] > Float.NEGATIVE_INFINITY;
            if (possible && (greatest < 0 || logits[id] > logits[greatest])) {
                greatest = id;
            }
        }
        if (greatest < 0) {
            throw new IllegalArgumentException(
                    logits.length + " logits, expected one that is a number above −∞");
        }
        return greatest;
    }
}
