package io.github.sasblock.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Arrays that are views of one, so that what concerns all of them is one operation.
 *
 * @param flat all elements, one array after the other; null where the arrays lie apart
 * @param arrays the arrays
 */
public record FlatArrays(NDArray flat, List<NDArray> arrays) {

    /**
     * Checks the values.
     *
     * @param flat all elements, one array after the other; null where the arrays lie apart
     * @param arrays the arrays
     */
    public FlatArrays {
        arrays = List.copyOf(arrays);
    }

    /**
     * Returns arrays that lie apart.
     *
     * @param arrays the arrays
     * @return the same, without a flat one
     */
    public static FlatArrays apart(List<NDArray> arrays) {
        return new FlatArrays(null, arrays);
    }

    /**
     * Makes arrays of zeros.
     *
     * @param manager the manager that owns them
     * @param like arrays of the same shapes, and of one type
     * @return the arrays
     */
    public static FlatArrays zerosLike(NDManager manager, List<NDArray> like) {
        long[] ends = new long[like.size()];
        long total = 0;
        for (int i = 0; i < ends.length; i++) {
            total += like.get(i).size();
            ends[i] = total;
        }
        NDArray flat = manager.zeros(new Shape(total), like.get(0).getDataType());
        List<NDArray> arrays = new ArrayList<>();
        NDList parts = flat.split(Arrays.copyOf(ends, ends.length - 1), 0);
        for (int i = 0; i < ends.length; i++) {
            NDArray array = parts.get(i).reshape(like.get(i).getShape());
            array.attach(manager);
            arrays.add(array);
        }
        parts.close();
        return new FlatArrays(flat, arrays);
    }

    /**
     * Returns whether the arrays are views of one.
     *
     * @return whether there is a flat array
     */
    public boolean isFlat() {
        return flat != null;
    }
}
