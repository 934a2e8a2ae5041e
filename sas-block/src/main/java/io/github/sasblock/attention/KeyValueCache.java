package io.github.sasblock.attention;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.nn.Check;
import java.util.ArrayList;
import java.util.List;

/**
 * What an attention keeps of the tokens so far while decoding: their keys and values, or whatever
 * the attention makes keys and values of, such as latents or factors.
 *
 * <p>It owns its arrays: close it when the sequence is done. It is for inference; no gradient flows
 * through it. A token is written behind those that are there; when there is no room left, room for
 * twice as many is made, so that n tokens one by one are copied in O(n) time altogether.
 */
public final class KeyValueCache implements AutoCloseable {

    private static final int GROWTH = 2;

    private final NDManager manager;
    private final List<Store> held = new ArrayList<>();

    /**
     * Room for tokens, of which the first are taken.
     *
     * @param room [B, C, ..]
     * @param taken the first S tokens of it [B, S, ..]
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
     * Adds what belongs to new tokens.
     *
     * @param next one array or more [B, T, ..], as many as were added before, of the same sizes but
     *     for T; for example keys [B, T, H, Dk] and values [B, T, H, Dv]
     * @return the same arrays for all tokens so far [B, S, ..], owned by this cache and valid until
     *     the next tokens are added
     * @throws IllegalArgumentException if their number or a size is not that of what is held
     */
    public NDList append(NDArray... next) {
        Check.positive("number of arrays appended", next.length);
        for (NDArray array : next) {
            requireSameTokens(next[0].getShape(), array.getShape());
        }
        if (held.isEmpty()) {
            for (NDArray array : next) {
                held.add(extend(null, array));
            }
            return taken();
        }
        Check.that(
                next.length == held.size(),
                "number of arrays appended",
                next.length,
                "as many as are held, " + held.size());
        for (int i = 0; i < next.length; i++) {
            requireContinuation(held.get(i).taken().getShape(), next[i].getShape());
        }
        for (int i = 0; i < next.length; i++) {
            held.set(i, extend(held.get(i), next[i]));
        }
        return taken();
    }

    private NDList taken() {
        return new NDList(held.stream().map(Store::taken).toList());
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
        Shape room = new Shape(shape.get(0), capacity).addAll(shape.slice(2));
        return owned(manager.create(room, like.getDataType()));
    }

    private NDArray owned(NDArray array) {
        array.attach(manager);
        NDScope.unregister(array); // the cache outlives the scope of one step
        return array;
    }

    private static void requireSameTokens(Shape first, Shape shape) {
        Check.that(
                shape.dimension() >= 2 && shape.slice(0, 2).equals(first.slice(0, 2)),
                "shape of what is appended",
                shape,
                "(B, T, ..) with the B and T of " + first);
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
        return held.isEmpty() ? 0 : held.get(0).length();
    }

    /**
     * Returns the memory that what is held of the tokens takes. While tokens come one by one, up to
     * as much again may be reserved for those to come.
     *
     * @return bytes
     */
    public long bytes() {
        return held.stream().mapToLong(store -> bytesOf(store.taken())).sum();
    }

    private static long bytesOf(NDArray array) {
        return array.size() * array.getDataType().getNumOfBytes();
    }

    /** Frees what is held. */
    @Override
    public void close() {
        manager.close();
    }
}
