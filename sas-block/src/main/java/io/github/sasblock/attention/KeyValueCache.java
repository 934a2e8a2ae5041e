package io.github.sasblock.attention;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.nn.Check;

/**
 * What an attention keeps of the tokens so far while decoding: their keys and values, or whatever
 * the attention makes keys and values of, such as latents or factors.
 *
 * <p>It owns its arrays: close it when the sequence is done. It is for inference; no gradient flows
 * through it.
 */
public final class KeyValueCache implements AutoCloseable {

    private final NDManager manager;
    private final NDList held = new NDList(); // each [B, S, ..]

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
     * @return the same arrays for all tokens so far [B, S, ..], owned by this cache
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
            return new NDList(held);
        }
        Check.that(
                next.length == held.size(),
                "number of arrays appended",
                next.length,
                "as many as are held, " + held.size());
        for (int i = 0; i < next.length; i++) {
            requireContinuation(held.get(i).getShape(), next[i].getShape());
        }
        for (int i = 0; i < next.length; i++) {
            held.set(i, extend(held.get(i), next[i]));
        }
        return new NDList(held);
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
        return held.isEmpty() ? 0 : held.head().getShape().get(1);
    }

    /**
     * Returns the memory that is held.
     *
     * @return bytes
     */
    public long bytes() {
        return held.stream().mapToLong(KeyValueCache::bytesOf).sum();
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
