package io.github.sasblock.attention;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.nn.Check;

/**
 * What an attention is asked to attend to.
 *
 * @param query the queries [B, T, E]
 * @param key the keys [B, S, E]; the same array as {@code query} in self-attention
 * @param value the values [B, S, E]
 * @param mask null, or [B, T, S] (or any shape of as many elements) with 1 for positions to keep
 *     and 0 for positions to mask, or four axes that broadcast to [B, H, T, S] and are added to the
 *     scores
 * @param firstPosition the position of the first key, for the rotary embedding
 * @param cache null, or the cache that holds the keys and values before these
 */
public record AttentionInput(
        NDArray query,
        NDArray key,
        NDArray value,
        NDArray mask,
        long firstPosition,
        KeyValueCache cache) {

    /**
     * Checks the values.
     *
     * @param query the queries [B, T, E]
     * @param key the keys [B, S, E]; the same array as {@code query} in self-attention
     * @param value the values [B, S, E]
     * @param mask null, or [B, T, S] (or any shape of as many elements) with 1 for positions to
     *     keep and 0 for positions to mask, or four axes that broadcast to [B, H, T, S] and are
     *     added to the scores
     * @param firstPosition the position of the first key, for the rotary embedding
     * @param cache null, or the cache that holds the keys and values before these
     * @throws IllegalArgumentException if a value is not valid
     */
    public AttentionInput {
        checkShapes(query.getShape(), key.getShape(), value.getShape());
        checkTypes(query.getDataType(), key.getDataType(), value.getDataType());
        Check.that(firstPosition >= 0, "firstPosition", firstPosition, "not negative");
        Check.that(
                cache == null || firstPosition >= cache.length(),
                "firstPosition",
                firstPosition,
                "at least the number of tokens in the cache");
    }

    /**
     * Returns the input of self-attention.
     *
     * @param x queries, keys and values [B, T, E]
     * @return the input, without a mask, at position 0
     */
    public static AttentionInput self(NDArray x) {
        return new AttentionInput(x, x, x, null, 0, null);
    }

    /**
     * Reads one of the four forms of {@link ai.djl.nn.transformer.ScaledDotProductAttentionBlock}.
     *
     * @param inputs [x], [x, mask], [keys, queries, values] or [keys, queries, values, mask]
     * @return the input, at position 0
     * @throws IllegalArgumentException if there are fewer than one or more than four arrays, or if
     *     their shapes do not fit together
     */
    public static AttentionInput of(NDList inputs) {
        return switch (inputs.size()) {
            case 1, 2 -> {
                NDArray x = inputs.get(0);
                NDArray mask = inputs.size() == 2 ? inputs.get(1) : null;
                yield new AttentionInput(x, x, x, mask, 0, null);
            }
            case 3, 4 -> {
                NDArray mask = inputs.size() == 4 ? inputs.get(3) : null;
                yield new AttentionInput(
                        inputs.get(1), inputs.get(0), inputs.get(2), mask, 0, null);
            }
            default ->
                    throw new IllegalArgumentException(
                            "attention takes [x], [x, mask], [keys, queries, values] or [keys,"
                                    + " queries, values, mask], got "
                                    + inputs.size()
                                    + " arrays");
        };
    }

    /**
     * Returns the same input at other positions.
     *
     * @param position the position of the first key
     * @return the input at that position
     */
    public AttentionInput at(long position) {
        return new AttentionInput(query, key, value, mask, position, cache);
    }

    /**
     * Returns the same input as the continuation of what a cache holds.
     *
     * @param previous the keys and values before these
     * @return the input at the position after the cache's last
     */
    public AttentionInput after(KeyValueCache previous) {
        return new AttentionInput(query, key, value, mask, previous.length(), previous);
    }

    /**
     * Returns whether this is a whole sequence that attends to itself: without a cache, from
     * position 0.
     *
     * @return whether it is
     */
    public boolean isWholeSequence() {
        return key == query && value == query && cache == null && firstPosition == 0;
    }

    /**
     * Returns the same input with a mask.
     *
     * @param other null, or the mask, in one of the two forms
     * @return the input with that mask alone
     */
    public AttentionInput masked(NDArray other) {
        return new AttentionInput(query, key, value, other, firstPosition, cache);
    }

    /**
     * Returns the position of the first query. In causal attention the T queries are the last of
     * the S positions, else they begin where the keys do.
     *
     * @param causal whether the attention is causal
     * @return the position
     */
    public long firstQueryPosition(boolean causal) {
        return causal ? firstPosition + keyLength() - queryLength() : firstPosition;
    }

    /**
     * Returns the batch size.
     *
     * @return B
     */
    public long batch() {
        return query.getShape().get(0);
    }

    /**
     * Returns the number of keys of a sequence.
     *
     * @return S
     */
    public long keyLength() {
        return key.getShape().get(1);
    }

    /**
     * Returns the number of queries of a sequence.
     *
     * @return T
     */
    public long queryLength() {
        return query.getShape().get(1);
    }

    private static void checkTypes(DataType query, DataType key, DataType value) {
        Check.that(
                query.isFloating(),
                "data type of the input",
                query,
                "a floating-point type (float32, float64 or float16)");
        Check.that(
                key == query && value == query,
                "data types of keys and values",
                key + " and " + value,
                "that of the queries, " + query);
    }

    private static void checkShapes(Shape query, Shape key, Shape value) {
        boolean fit =
                query.dimension() == 3
                        && key.dimension() == 3
                        && key.equals(value)
                        && key.get(0) == query.get(0)
                        && key.get(2) == query.get(2)
                        && query.size() > 0
                        && key.size() > 0;
        if (!fit) {
            throw new IllegalArgumentException(
                    "queries "
                            + query
                            + ", keys "
                            + key
                            + ", values "
                            + value
                            + ", expected (B, T, E), (B, S, E), (B, S, E)");
        }
    }
}
