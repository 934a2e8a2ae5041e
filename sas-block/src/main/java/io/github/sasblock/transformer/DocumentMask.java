package io.github.sasblock.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.nn.Check;
import java.util.Optional;

/**
 * Which tokens of a window see each other where it holds several documents: those of one document.
 * The end-of-text token belongs to the document that it ends.
 *
 * @param endOfText the token that ends a document; −1 where all tokens of a window see each other
 */
public record DocumentMask(long endOfText) {

    /** A token sees all that is before it in its window. */
    public static final DocumentMask NONE = new DocumentMask(-1);

    /**
     * Checks the value.
     *
     * @param endOfText the token that ends a document; −1 where all tokens of a window see each
     *     other
     * @throws IllegalArgumentException if it is another negative number
     */
    public DocumentMask {
        Check.that(endOfText >= -1, "endOfText", endOfText, "a token, or -1 for no mask");
    }

    /**
     * Returns what the mask adds to the scores of an attention.
     *
     * @param tokens [B, T], of type INT64 or INT32
     * @param type the type of the scores
     * @return [B, 1, T, T]: 0 for tokens of one document, −∞ for others; nothing where each window
     *     is of one document
     */
    public Optional<NDArray> offsets(NDArray tokens, DataType type) {
        long batch = tokens.getShape().get(0);
        long length = tokens.getShape().get(1);
        NDManager owner = tokens.getManager();
        if (endOfText < 0 || length < 2) {
            return Optional.empty();
        }
        try (NDManager scratch = owner.newSubManager()) {
            NDArray before = tokens.get(":, :-1");
            before.attach(scratch);
            NDArray ends = before.eq(endOfText).toType(DataType.INT64, false); // [B, T - 1]
            if (ends.sum().getLong() == 0) {
                return Optional.empty();
            }
            NDArray first = scratch.zeros(new Shape(batch, 1), DataType.INT64);
            NDArray document = first.concat(ends.cumSum(1), 1); // [B, T]
            NDArray same =
                    document.reshape(batch, 1, 1, length).eq(document.reshape(batch, 1, length, 1));
            NDArray offsets = same.toType(type, false).log(); // log 1 = 0, log 0 = −∞
            offsets.attach(owner);
            return Optional.of(offsets);
        }
    }
}
