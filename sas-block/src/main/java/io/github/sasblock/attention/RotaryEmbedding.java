package io.github.sasblock.attention;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.nn.Check;

/**
 * Rotary position embedding (RoFormer, arXiv 2104.09864, equation 34) in the half-split form of
 * Llama and GPT-NeoX: with x = [x₁, x₂] split in halves, y₁ = x₁cos − x₂sin and y₂ = x₁sin + x₂cos,
 * at angles position · base^(−2i/size).
 *
 * <p>The scores of rotated queries and keys depend on the difference of their positions alone.
 *
 * @param size the even number of features that are rotated
 * @param base the base of the angles
 */
public record RotaryEmbedding(int size, double base) {

    /** The base used unless another one is given: 10000. */
    public static final double DEFAULT_BASE = 10_000;

    /**
     * Checks the values.
     *
     * @param size the even number of features that are rotated
     * @param base the base of the angles
     * @throws IllegalArgumentException if a value is not valid
     */
    public RotaryEmbedding {
        Check.that(size >= 2 && size % 2 == 0, "rotary size", size, "an even number, at least 2");
        Check.that(base > 0 && Double.isFinite(base), "rotary base", base, "positive and finite");
    }

    /**
     * Rotates each head by its position.
     *
     * @param x heads [B, T, H, size]
     * @param firstPosition the position of the first of the T tokens
     * @return the rotated heads [B, T, H, size]
     * @throws IllegalArgumentException if x has another shape
     */
    public NDArray rotate(NDArray x, long firstPosition) {
        Check.that(
                x.getShape().dimension() == 4 && x.getShape().get(3) == size,
                "shape of the heads",
                x.getShape(),
                "(B, T, H, " + size + ")");
        NDList tables = tables(x, firstPosition);
        NDArray cos = tables.get(0); // [T, 1, size/2]
        NDArray sin = tables.get(1);
        NDList halves = x.split(2, 3);
        NDArray x1 = halves.get(0); // [B, T, H, size/2]
        NDArray x2 = halves.get(1);
        NDArray y1 = x1.mul(cos).sub(x2.mul(sin));
        NDArray y2 = x1.mul(sin).add(x2.mul(cos));
        return y1.concat(y2, 3);
    }

    // The angles are computed in double precision, whatever the type of x.
    private NDList tables(NDArray x, long firstPosition) {
        int length = Math.toIntExact(x.getShape().get(1));
        int half = size / 2;
        double[] cos = new double[length * half];
        double[] sin = new double[length * half];
        for (int i = 0; i < half; i++) {
            double frequency = Math.pow(base, -2.0 * i / size);
            for (int t = 0; t < length; t++) {
                double angle = (firstPosition + t) * frequency;
                cos[t * half + i] = Math.cos(angle);
                sin[t * half + i] = Math.sin(angle);
            }
        }
        Shape shape = new Shape(length, 1, half);
        return new NDList(table(x, cos, shape), table(x, sin, shape));
    }

    private static NDArray table(NDArray like, double[] values, Shape shape) {
        NDManager manager = like.getManager();
        return manager.create(values, shape).toType(like.getDataType(), false);
    }
}
