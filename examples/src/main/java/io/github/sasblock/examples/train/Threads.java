package io.github.sasblock.examples.train;

import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads whose operations keep to themselves, instead of sharing each with all cores. */
public final class Threads {

    private Threads() {}

    /**
     * Returns a pool of such threads. They do not keep the program running.
     *
     * @param count how many
     * @param name what they are called
     * @return the pool
     */
    public static ExecutorService alone(int count, String name) {
        return Executors.newFixedThreadPool(count, work -> thread(work, name));
    }

    private static Thread thread(Runnable work, String name) {
        Runnable alone =
                () -> {
                    JniUtils.setNumThreads(1); // for the operations of this thread
                    useReproducibleScripts();
                    work.run();
                };
        Thread thread = new Thread(alone, name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Keeps scripts that this thread runs as they are. Optimised after their first calls, they
     * round otherwise from then on, so that results would depend on when a process was started.
     */
    static void useReproducibleScripts() {
        JniUtils.setGraphExecutorOptimize(false);
    }

    /**
     * Waits for all results, also where one failed; what the first work to fail threw is thrown.
     */
    static <T> List<T> results(List<Future<T>> futures) {
        List<T> results = new ArrayList<>();
        Throwable failure = null;
        for (Future<T> future : futures) {
            try {
                results.add(result(future));
            } catch (RuntimeException | Error e) {
                if (failure == null) {
                    failure = e;
                } else if (failure != e) {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        return results;
    }

    /**
     * Waits for a result; what the work threw is thrown here.
     *
     * @param future the result to come
     * @param <T> its type
     * @return the result
     */
    public static <T> T result(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for another thread", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
