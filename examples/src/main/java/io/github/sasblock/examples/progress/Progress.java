package io.github.sasblock.examples.progress;

/** Receives how far long pieces of work have come. */
@FunctionalInterface
public interface Progress {

    /** Shows nothing. */
    Progress NONE = (name, total, unit) -> done -> {};

    /**
     * Begins a piece of work.
     *
     * @param name what is done, such as {@code Tokenising books.jsonl.zst}
     * @param total the amount of work in {@code unit}, or -1 if it is not known
     * @param unit what is counted
     * @return the work, to be closed at its end
     */
    Task begin(String name, long total, Unit unit);

    /** What a piece of work is counted in. */
    enum Unit {
        /** Bytes, shown in megabytes of 10<sup>6</sup>. */
        BYTES,
        /** Tokens. */
        TOKENS,
        /** Steps of an optimizer, or of any loop. */
        STEPS
    }

    /** A piece of work under way. */
    @FunctionalInterface
    interface Task extends AutoCloseable {

        /**
         * Tells how much is done.
         *
         * @param done the amount of work done since the beginning, in the task's unit; never less
         *     than at the call before
         */
        void advanceTo(long done);

        /** Ends the work, finished or not. */
        @Override
        default void close() {}
    }
}
