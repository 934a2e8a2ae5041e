package io.github.sasblock.attention;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.nn.Check;

/**
 * The keys and values of the tokens so far, kept while decoding.
 *
 * <p>It owns its arrays: close it when the sequence is done. It is for inference; no gradient flows
 * through it. A token is written behind those that are there; when there is no room left, room for
 * twice as many is made, so that n tokens one by one are copied in O(n) time altogether.
 */
public final class KeyValueCache implements AutoCloseable {

    private static final int GROWTH = 2;

    private final NDManager manager;
    private Store keys; // [B, S, H, Dk]
    private Store values; // [B, S, H, Dv]

    /**
     * Room for tokens, of which the first are taken.
     *
     * @param room [B, C, H, D]
     * @param taken the first S tokens of it [B, S, H, D]
     */
    private record Store(NDArray room, NDArray taken) {

        long length() {
            return taken.getShape().get(1);
        }

        long capacity() {
            return room.getShape().get(1);
        }
    }

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
     * @return all keys [B, S, H, Dk] and values [B, S, H, Dv] so far, owned by this cache and valid
     *     until the next tokens are added
     * @throws IllegalArgumentException if their batch, heads or sizes are not those held
     */
    public NDList append(NDArray newKeys, NDArray newValues) {
        if (keys != null) {
            requireContinuation(keys.taken().getShape(), newKeys.getShape());
            requireContinuation(values.taken().getShape(), newValues.getShape());
        }
        keys = extend(keys, newKeys);
        values = extend(values, newValues);
        return new NDList(keys.taken(), values.taken());
    }

    private Store extend(Store past, NDArray next) {
        long start = past == null ? 0 : past.length();
        long end = start + next.getShape().get(1);
        NDArray room = past == null ? newRoom(next, end) : past.room();
        if (past != null && end > past.capacity()) {
            room = newRoom(next, Math.max(end, GROWTH * past.capacity()));
            room.set(new NDIndex(":, :{}", start), past.taken());
            past.room().close();
        }
        try (NDArray values = next.stopGradient()) {
            room.set(new NDIndex(":, {}:{}", start, end), values);
        }
        if (past != null) {
            past.taken().close();
        }
        return new Store(room, owned(room.get(new NDIndex(":, :{}", end))));
    }

    private NDArray newRoom(NDArray like, long capacity) {
        Shape shape = like.getShape();
        Shape room = new Shape(shape.get(0), capacity, shape.get(2), shape.get(3));
        return owned(manager.create(room, like.getDataType()));
    }

    private NDArray owned(NDArray array) {
        array.attach(manager);
        NDScope.unregister(array); // the cache outlives the scope of one step
        return array;
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
        return keys == null ? 0 : keys.length();
    }

    /**
     * Returns the memory that the keys and values of the tokens held take. While tokens come one by
     * one, up to as much again may be reserved for those to come.
     *
     * @return bytes
     */
    public long bytes() {
        return keys == null ? 0 : bytesOf(keys.taken()) + bytesOf(values.taken());
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
