package io.github.sasblock.attention;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.nn.Check;
import java.util.ArrayList;
import java.util.Arrays;
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
    private final List<NDArray> rooms = new ArrayList<>(); // [B, C, ..], room for C tokens
    private NDList taken = new NDList(); // their first S tokens, views made when asked for
    private long length;

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
        long tokens = next[0].getShape().get(1);
        List<Shape> shapes = Arrays.stream(next).map(NDArray::getShape).toList();
        reserve(shapes, next[0].getDataType());
        for (int i = 0; i < next.length; i++) {
            try (NDArray values = next[i].stopGradient()) {
                rooms.get(i).set(new NDIndex(":, {}:{}", length, length + tokens), values);
            }
        }
        advance(tokens);
        return taken();
    }

    /**
     * Makes room for new tokens that somebody else writes, behind the {@link #length} that are
     * there; {@link #advance} then counts them.
     *
     * @param next the shapes [B, T, ..] of what will be written, as {@link #append} takes it
     * @param type its type
     * @return the room for each [B, C, ..], where C ≥ S + T; owned by this cache and valid until
     *     the next call of this method
     * @throws IllegalArgumentException if their number or a size is not that of what is held
     */
    public NDList reserve(List<Shape> next, DataType type) {
        requireContinuation(next);
        long end = length + next.get(0).get(1);
        for (int i = 0; i < next.size(); i++) {
            if (rooms.size() <= i) {
                rooms.add(newRoom(next.get(i), end, type));
            } else if (end > rooms.get(i).getShape().get(1)) {
                rooms.set(i, grown(rooms.get(i), end));
            }
        }
        return new NDList(rooms);
    }

    /**
     * Counts tokens that were written into the room that {@link #reserve} gave.
     *
     * @param tokens T
     */
    public void advance(long tokens) {
        length += tokens;
        taken.close();
        taken = new NDList();
    }

    private NDList taken() {
        if (taken.isEmpty()) {
            rooms.forEach(room -> taken.add(owned(room.get(new NDIndex(":, :{}", length)))));
        }
        return taken;
    }

    private NDArray grown(NDArray room, long end) {
        Shape shape = room.getShape();
        NDArray larger = newRoom(shape, Math.max(end, GROWTH * shape.get(1)), room.getDataType());
        try (NDArray past = room.get(new NDIndex(":, :{}", length))) {
            larger.set(new NDIndex(":, :{}", length), past);
        }
        room.close();
        return larger;
    }

    private NDArray newRoom(Shape like, long capacity, DataType type) {
        Shape room = new Shape(like.get(0), capacity).addAll(like.slice(2));
        return owned(manager.create(room, type));
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

    private void requireContinuation(List<Shape> next) {
        if (rooms.isEmpty()) {
            return;
        }
        Check.that(
                next.size() == rooms.size(),
                "number of arrays appended",
                next.size(),
                "as many as are held, " + rooms.size());
        for (int i = 0; i < rooms.size(); i++) {
            requireContinuation(held(rooms.get(i).getShape()), next.get(i));
        }
    }

    private Shape held(Shape room) {
        return new Shape(room.get(0), length).addAll(room.slice(2));
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
        return length;
    }

    /**
     * Returns the memory that what is held of the tokens takes. While tokens come one by one, up to
     * as much again may be reserved for those to come.
     *
     * @return bytes
     */
    public long bytes() {
        return rooms.stream()
                .mapToLong(
                        room -> held(room.getShape()).size() * room.getDataType().getNumOfBytes())
                .sum();
    }

    /** Frees what is held. */
    @Override
    public void close() {
        manager.close();
    }
}
