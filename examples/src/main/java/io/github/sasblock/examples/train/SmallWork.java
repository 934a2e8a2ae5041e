package io.github.sasblock.examples.train;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;

/**
 * Work on the weights of a model that goes to one thread where the weights are few: there the
 * meeting of all threads at every operation takes longer than it saves.
 */
public final class SmallWork implements AutoCloseable {

    private static final long FEW_WEIGHTS = 4_000_000;

    private final ExecutorService thread; // null where the caller's thread does the work

    /**
     * Creates the place of the work.
     *
     * @param weights the number of weights
     * @param name what the thread is called
     */
    public SmallWork(long weights, String name) {
        thread = weights <= FEW_WEIGHTS ? Threads.alone(1, name) : null;
    }

    /**
     * Does work and waits for it; what it throws is thrown here.
     *
     * @param work the work
     * @param <T> the type of its result
     * @return its result
     */
    public <T> T run(Callable<T> work) {
        if (thread != null) {
            return Threads.result(thread.submit(work));
        }
        try {
            return work.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ends the thread. */
    @Override
    public void close() {
        if (thread != null) {
            thread.shutdown();
        }
    }
}
