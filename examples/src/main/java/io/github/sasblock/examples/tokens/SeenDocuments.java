package io.github.sasblock.examples.tokens;

/**
 * A set of documents' {@linkplain DocumentHash hashes}, at most ten million of them, in at most 256
 * MiB. Two of ten million different documents have the same 64-bit hash with a probability of 3 in
 * a million.
 */
final class SeenDocuments {

    static final long LIMIT = 10_000_000;

    private static final int TABLES = 64;
    private static final int FIRST_SLOTS = 16;

    private final long limit;
    private final Table[] tables = new Table[TABLES];
    private long size;

    SeenDocuments() {
        this(LIMIT);
    }

    SeenDocuments(long limit) {
        this.limit = limit;
        for (int i = 0; i < TABLES; i++) {
            tables[i] = new Table();
        }
    }

    /**
     * Adds a document unless it is there or the set is full, and returns whether it was not there.
     */
    boolean add(long hash) {
        if (contains(hash)) {
            return false;
        }
        if (size < limit) {
            table(hash).add(hash);
            size++;
        }
        return true;
    }

    boolean contains(long hash) {
        return table(hash).slots[table(hash).slot(hash)] == hash;
    }

    long size() {
        return size;
    }

    private Table table(long hash) {
        return tables[(int) (hash >>> 58)];
    }

    /** Open addressing; the hash is its own. Many small tables grow one at a time. */
    private static final class Table {

        private long[] slots = new long[FIRST_SLOTS];
        private int used;

        int slot(long hash) {
            int mask = slots.length - 1;
            int slot = (int) hash & mask;
            while (slots[slot] != DocumentHash.NONE && slots[slot] != hash) {
                slot = slot + 1 & mask;
            }
            return slot;
        }

        void add(long hash) {
            if (used * 4L >= slots.length * 3L) {
                grow();
            }
            slots[slot(hash)] = hash;
            used++;
        }

        private void grow() {
            long[] old = slots;
            slots = new long[2 * old.length];
            for (long hash : old) {
                if (hash != DocumentHash.NONE) {
                    slots[slot(hash)] = hash;
                }
            }
        }
    }
}
