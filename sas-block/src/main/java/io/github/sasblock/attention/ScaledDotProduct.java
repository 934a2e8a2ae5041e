package io.github.sasblock.attention;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.norm.Dropout;
import io.github.sasblock.nn.Check;
import io.github.sasblock.nn.Scaling;

/**
 * Scaled dot-product attention with its masks (arXiv 1706.03762, equation 1): softmax(QKᵀ/√D + M)V.
 *
 * @param causal whether a query sees only the keys up to its own position; the T queries are then
 *     the last T of the S positions
 * @param dropout the rate at which attention weights are dropped in training
 */
public record ScaledDotProduct(boolean causal, float dropout) {

    /**
     * What is added to the scores of masked positions. Their weights become exactly zero, except
     * where a whole row is masked: such a row attends as if it had no mask, and stays finite. The
     * future is masked by −∞, so that no mask can uncover it.
     */
    private static final double MASKED = -1e5;

    private static final double MASKED_FLOAT16 = -3e4;

    /**
     * Checks the values.
     *
     * @param causal whether a query sees only the keys up to its own position; the T queries are
     *     then the last T of the S positions
     * @param dropout the rate at which attention weights are dropped in training
     * @throws IllegalArgumentException if a value is not valid
     */
    public ScaledDotProduct {
        Check.dropout("attention dropout", dropout);
    }

    /**
     * Attends.
     *
     * @param query [B, T, H, D]
     * @param key [B, S, H/g, D], for any g: g query heads in a row share a key/value head
     * @param value [B, S, H/g, Dv]
     * @param mask null, a mask of B·T·S elements with 1 to keep and 0 to mask, or four axes that
     *     broadcast to [B, H, T, S] and are added to the scores
     * @param training whether weights are dropped
     * @return [B, T, H, Dv]
     */
    public NDArray attend(
            NDArray query, NDArray key, NDArray value, NDArray mask, boolean training) {
        NDArray weights = weights(query, key, mask, training); // [B, H, T, S]
        long batch = query.getShape().get(0);
        long queries = query.getShape().get(1);
        long heads = query.getShape().get(2);
        long keys = value.getShape().get(1);
        long valueHeads = value.getShape().get(2);
        if (valueHeads != heads) {
            weights = weights.reshape(batch, valueHeads, heads / valueHeads * queries, keys);
        }
        return weights.matMul(value.transpose(0, 2, 1, 3)) // [B, H/g, g·T, Dv]
                .reshape(batch, heads, queries, value.getShape().get(3))
                .transpose(0, 2, 1, 3); // [B, T, H, Dv]
    }

    /**
     * Returns how much each query attends to each key.
     *
     * @param query [B, T, H, D]
     * @param key [B, S, H/g, D], for any g: g query heads in a row share a key head
     * @param mask null, a mask of B·T·S elements with 1 to keep and 0 to mask, or four axes that
     *     broadcast to [B, H, T, S] and are added to the scores
     * @param training whether weights are dropped
     * @return [B, H, T, S]; without dropout each row adds up to one
     */
    public NDArray weights(NDArray query, NDArray key, NDArray mask, boolean training) {
        long batch = query.getShape().get(0);
        long queries = query.getShape().get(1);
        long heads = query.getShape().get(2);
        long size = query.getShape().get(3);
        long keys = key.getShape().get(1);
        long keyHeads = key.getShape().get(2);

        NDArray q =
                Scaling.scaled(query, 1 / Math.sqrt(size)).transpose(0, 2, 1, 3); // [B, H, T, D]
        NDArray k = key.transpose(0, 2, 3, 1); // [B, H/g, D, S]
        if (keyHeads != heads) {
            q = q.reshape(batch, keyHeads, heads / keyHeads * queries, size); // [B, H/g, g·T, D]
        }
        NDArray scores = q.matMul(k).reshape(batch, heads, queries, keys);
        NDArray weights = masked(scores, mask).softmax(-1); // [B, H, T, S]
        return training && dropout > 0
                ? Dropout.dropout(weights, dropout, true).singletonOrThrow()
                : weights;
    }

    private NDArray masked(NDArray scores, NDArray mask) {
        NDArray result = scores;
        if (mask != null) {
            result =
                    result.add(
                            offsets(
                                    mask,
                                    scores.getShape(),
                                    scores.getDataType(),
                                    scores.getManager()));
        }
        if (causal && scores.getShape().get(2) > 1) {
            result = result.add(causalOffset(scores));
        }
        return result;
    }

    /**
     * Returns what a mask adds to the scores.
     *
     * @param mask a mask of B·T·S elements with 1 to keep and 0 to mask, or four axes that
     *     broadcast to [B, H, T, S]
     * @param shape the shape of the scores, (B, H, T, S); the second size -1 for any
     * @param type the type of the scores
     * @param owner the manager that owns the result, unless that is the mask itself
     * @return [B, 1, T, S] of zeros and large negative numbers, or the mask of four axes
     * @throws IllegalArgumentException if the mask does not fit the scores
     */
    static NDArray offsets(NDArray mask, Shape shape, DataType type, NDManager owner) {
        if (mask.getShape().dimension() == 4) {
            return additive(mask, shape, type, owner);
        }
        long expected = shape.get(0) * shape.get(2) * shape.get(3);
        Check.that(
                mask.size() == expected,
                "shape of the mask",
                mask.getShape(),
                "(B, T, S) = ("
                        + shape.get(0)
                        + ", "
                        + shape.get(2)
                        + ", "
                        + shape.get(3)
                        + "), or four axes to add to the scores");
        NDArray keep = mask.reshape(shape.get(0), 1, shape.get(2), shape.get(3));
        keep.attach(owner);
        return keep.toType(type, false).sub(1).mul(-maskedScore(type));
    }

    // As it is, if it broadcasts to [B, H, T, S]
    private static NDArray additive(NDArray mask, Shape shape, DataType type, NDManager owner) {
        for (int axis = 0; axis < shape.dimension(); axis++) {
            long size = mask.getShape().get(axis);
            Check.that(
                    size == 1 || size == shape.get(axis) || shape.get(axis) == -1,
                    "shape of the mask",
                    mask.getShape(),
                    "four axes that broadcast to (B, H, T, S) = " + shape);
        }
        Check.that(
                !mask.getDataType().isBoolean(),
                "data type of the mask",
                mask.getDataType(),
                "numbers, since a mask of four axes is added to the scores");
        if (mask.getDataType() == type) {
            return mask;
        }
        NDArray converted = mask.toType(type, false);
        converted.attach(owner); // a mask may live for many steps; what is made of it here may not
        return converted;
    }

    // [T, S]: query i is at position S − T + i and sees the keys up to there
    private static NDArray causalOffset(NDArray scores) {
        int queries = Math.toIntExact(scores.getShape().get(2));
        int keys = Math.toIntExact(scores.getShape().get(3));
        Check.that(
                queries <= keys,
                "queries",
                queries,
                "at most as many as keys (" + keys + ") in causal attention");
        NDManager manager = scores.getManager();
        NDArray position = manager.arange(keys - queries, keys).reshape(queries, 1);
        NDArray visible = manager.arange(keys).reshape(1, keys).lte(position);
        return visible.toType(scores.getDataType(), false).log(); // log 1 = 0, log 0 = −∞
    }

    private static double maskedScore(DataType type) {
        return type == DataType.FLOAT16 ? MASKED_FLOAT16 : MASKED;
    }
}
