package io.github.sasblock.examples.train;

import io.github.sasblock.sas.RotaryPlacement;
import io.github.sasblock.sas.SasShape;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import io.github.sasblock.transformer.AttentionConfig;
import io.github.sasblock.transformer.MfaConfig;
import io.github.sasblock.transformer.MlaConfig;
import io.github.sasblock.transformer.MultiHeadConfig;
import io.github.sasblock.transformer.SasConfig;
import io.github.sasblock.transformer.TpaConfig;

/**
 * The elements that an attention has in memory for each token of a training step. The input, which
 * is the result of the norm before it, is not counted.
 *
 * @param kept what the fused form keeps for the backward pass
 * @param working what the backward pass of the fused form has at its fullest moment besides
 * @param plain the results of all operations of the plain form, which keeps them all
 * @param scores the largest array of the plain form: a score of every key for each head
 * @param byAutograd whether the fused form leaves its derivative to autograd
 */
record AttentionMemory(
        double kept, double working, double plain, double scores, boolean byAutograd) {

    /** The products of a rotation, their sums, and both halves together, for each feature. */
    private static final int PLAIN_ROTATION = 4;

    /** The square, the quotient and the product with the weight, for each feature. */
    static final int PLAIN_NORM = 3;

    /** The scores, masked, and their softmax. */
    private static final int PLAIN_SCORES = 3;

    /** For autograd a norm has its input, the quotient and the product with the weight. */
    private static final int AUTOGRAD_NORM = 3;

    /**
     * Counts.
     *
     * @param config the attention
     * @param embedding E
     * @param length T
     */
    static AttentionMemory of(AttentionConfig config, long embedding, int length) {
        if (config instanceof SasConfig sas) {
            return simulated(sas, embedding, length);
        }
        if (config instanceof MlaConfig mla) {
            return latent(mla, embedding, length);
        }
        if (config instanceof MfaConfig mfa) {
            return oneHead(mfa, embedding, length);
        }
        if (config instanceof TpaConfig tpa) {
            return tensorProduct(tpa, embedding, length);
        }
        return multiHead((MultiHeadConfig) config, embedding, length);
    }

    /** The features of all heads of query, key and value. */
    private record Heads(double query, double key, double value, double concatenated) {

        double all() {
            return query + key + value;
        }

        /** What attending takes in the plain form, from query, key and value to the output. */
        double plain(long heads, int length, long embedding) {
            double scaled = query;
            double besideEachOther = all(); // copies in the order that a matrix product wants
            double scores = PLAIN_SCORES * (double) heads * length;
            double results = 2 * concatenated + embedding;
            return scaled + besideEachOther + scores + results;
        }
    }

    /** By hand, in attention.py: o, q, k, v, and the softmax p of the keys that a query sees. */
    private static double keptByHand(Heads of, double slots, long heads, int length) {
        double block = Math.min(length, length <= 512 ? 64 : 128); // block_size
        double seen = (length + block) / 2;
        return slots + of.all() + heads * seen;
    }

    private static AttentionMemory multiHead(MultiHeadConfig config, long embedding, int length) {
        long heads = config.headCount();
        double query = (double) heads * config.headSize();
        double key = (double) config.keyValueHeadCount() * config.headSize();
        Heads of = new Heads(query, key, key, query);
        double rotations = config.rotary() ? PLAIN_ROTATION * (query + key) : 0;
        return new AttentionMemory(
                keptByHand(of, query, heads, length),
                of.all() + query,
                of.all() + rotations + of.plain(heads, length, embedding),
                (double) heads * length,
                false);
    }

    /**
     * Besides what multi-head attention keeps: where heads are expanded, the padded heads and the
     * padded relu(X₁) of query, key and value; where features are, X₂ and relu(Y₁) of query and
     * key. In the backward pass the gradients of q, k and v meet one expansion's.
     */
    private static AttentionMemory simulated(SasConfig config, long embedding, int length) {
        SasShape shape = config.shape();
        boolean expandsHeads = shape.headExpansion() != HeadExpansionKind.NONE;
        boolean expandsFeatures = shape.expandFeatures();
        long heads = shape.simulatedHeadCount();
        double size = shape.headSize();
        double projected = shape.headCount() * size;
        double slots = shape.slotCount() * size;
        double expanded = heads * size;
        double query = (double) heads * shape.simulatedHeadSize();
        double concatenated = shape.attendedHeadCount() * size;
        Heads of = new Heads(query, query, shape.valueHeadCount() * size, concatenated);
        double kept = keptByHand(of, slots, heads, length);
        double expansion = expanded;
        double plain = 3 * projected + of.plain(heads, length, embedding);
        if (expandsHeads) {
            int expansions = shape.expandValues() ? 3 : 2;
            double padded = size + shape.kernelSize() - 1;
            kept += expansions * (shape.headCount() + heads) * padded;
            expansion = heads * (2 * size + padded);
            plain += 4.0 * expansions * expanded + slots; // results, copies, and the mean
        }
        if (expandsFeatures) {
            kept += 2 * (expanded + query);
            expansion = Math.max(expansion, expanded + query);
            plain += 4 * (query + query);
        }
        if (config.rotary() != RotaryPlacement.NONE) {
            plain += PLAIN_ROTATION * (query + query);
        }
        return new AttentionMemory(
                kept, of.all() + expansion, plain, (double) heads * length, false);
    }

    /**
     * By autograd, in factorized.py: libtorch's attention keeps q, k, v and its result, all of them
     * as wide as q; and its backward pass begins with the gradients of these.
     */
    private static AttentionMemory byAutograd(
            double kept, double plain, Heads of, long heads, int length, long embedding) {
        double query = of.query();
        double result = of.concatenated() < query ? query + of.concatenated() : query;
        return new AttentionMemory(
                kept + 3 * query + result + embedding, // and y
                3 * query + of.concatenated(),
                plain + of.plain(heads, length, embedding),
                (double) heads * length,
                true);
    }

    private static AttentionMemory latent(MlaConfig config, long embedding, int length) {
        long heads = config.headCount();
        double query = (double) heads * (config.headSize() + config.rotarySize());
        double value = (double) heads * config.valueSize();
        double up = (double) heads * config.headSize() + value;
        double down = (double) config.keyValueRank() + config.rotarySize();
        double kept =
                AUTOGRAD_NORM * (double) config.queryRank()
                        + down
                        + (AUTOGRAD_NORM - 1) * (double) config.keyValueRank();
        double rotations = config.rotarySize() * PLAIN_ROTATION * (heads + 1.0);
        double joined = config.rotarySize() > 0 ? 2 * query : 0;
        double plain =
                (1 + PLAIN_NORM) * (double) config.queryRank()
                        + query
                        + down
                        + PLAIN_NORM * (double) config.keyValueRank()
                        + up
                        + rotations
                        + joined;
        Heads of = new Heads(query, query, value, value);
        return byAutograd(kept, plain, of, heads, length, embedding);
    }

    private static AttentionMemory oneHead(MfaConfig config, long embedding, int length) {
        long heads = config.headCount();
        double size = config.headSize();
        double query = heads * size;
        double kept = AUTOGRAD_NORM * (double) config.queryRank();
        double rotations = config.rotary() ? PLAIN_ROTATION * (query + size) : 0;
        double plain =
                (1 + PLAIN_NORM) * (double) config.queryRank() + query + 2 * size + rotations;
        Heads of = new Heads(query, size, size, query);
        return byAutograd(kept, plain, of, heads, length, embedding);
    }

    /** Of each tensor product both factors are kept. */
    private static AttentionMemory tensorProduct(TpaConfig config, long embedding, int length) {
        long heads = config.headCount();
        double query = (double) heads * config.headSize();
        double ranks = config.queryRank() + 2.0 * config.keyValueRank();
        double factors = ranks * (heads + config.headSize());
        int products = config.queryRank() == 0 ? 2 : 3;
        double turned =
                (config.queryRank() + (double) config.keyValueRank()) * config.headSize()
                        + (config.queryRank() == 0 ? query : 0);
        double plain =
                factors
                        + 2 * products * query // the product and its scaling
                        + (config.queryRank() == 0 ? query : 0)
                        + (config.rotary() ? PLAIN_ROTATION * turned : 0);
        Heads of = new Heads(query, query, query, query);
        return byAutograd(factors, plain, of, heads, length, embedding);
    }
}
