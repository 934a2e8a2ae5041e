package io.github.sasblock.attention;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.nn.Check;

/**
 * The keys and values of the tokens so far, kept while decoding.
 *
 * <p>It owns its arrays: close it when the sequence is done. It is for inference; no gradient flows
 * through it.
 */
public final class KeyValueCache implements AutoCloseable {

    private final NDManager manager;
    private NDArray keys; // [B, S, H, Dk]
    private NDArray values; // [B, S, H, Dv]

    /**
     * Creates an empty cache.
     *
     * @param parent the manager under which the cache keeps its arrays
     */
    public KeyValueCache(NDManager parent) {
        manager = parent.newSubManager();
    }

    /**
     * Adds the keys and values of new tokens.
     *
     * @param newKeys [B, T, H, Dk]
     * @param newValues [B, T, H, Dv]
     * @return all keys [B, S, H, Dk] and values [B, S, H, Dv] so far, owned by this cache
     * @throws IllegalArgumentException if their batch, heads or sizes are not those held
     */
    public NDList append(NDArray newKeys, NDArray newValues) {
        if (keys != null) {
            requireContinuation(keys.getShape(), newKeys.getShape());
            requireContinuation(values.getShape(), newValues.getShape());
        }
        keys = extend(keys, newKeys);
        values = extend(values, newValues);
        return new NDList(keys, values);
    }

    private NDArray extend(NDArray past, NDArray next) {
        NDArray all;
        if (past == null) {
            all = next.duplicate();
        } else {
            all = past.concat(next, 1);
            past.close();
        }
        all.attach(manager);
        NDScope.unregister(all); // the cache outlives the scope of one step
        return all;
    }

    private static void requireContinuation(Shape past, Shape next) {
        boolean continues =
                next.dimension() == past.dimension()
                        && next.get(0) == past.get(0)
                        && next.slice(2).equals(past.slice(2));
        Check.that(continues, "shape of what is appended", next, past + " but for the axis T");
    }

    /**
     * Returns the number of tokens held.
     *
     * @return S, 0 at first
     */
    public long length() {
        return keys == null ? 0 : keys.getShape().get(1);
    }

    /**
     * Returns the memory that the keys and values take.
     *
     * @return bytes
     */
    public long bytes() {
        return keys == null ? 0 : bytesOf(keys) + bytesOf(values);
    }

    private static long bytesOf(NDArray array) {
        return array.size() * array.getDataType().getNumOfBytes();
    }

    /** Frees the keys and values. */
    @Override
    public void close() {
        manager.close();
    }
}
