package io.github.sasblock.examples.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;

/** The cases of a group, and what they need while they run. */
final class Workbench implements AutoCloseable {

    private final NDManager manager = NDManager.newBaseManager();
    private final Deque<Runnable> closings = new ArrayDeque<>();
    private final List<Case> cases = new ArrayList<>();
    private final List<Check> checks = new ArrayList<>();
    private final NDArray probe = manager.zeros(new Shape());

    NDManager manager() {
        return manager;
    }

    void add(Case measured) {
        cases.add(measured);
    }

    void add(Check check) {
        checks.add(check);
    }

    List<Case> cases() {
        return List.copyOf(cases);
    }

    List<Check> checks() {
        return List.copyOf(checks);
    }

    void closeLater(Runnable closing) {
        closings.push(closing);
    }

    boolean isGpu() {
        return manager.getDevice().isGpu();
    }

    /** Waits until the device has done all it was given. */
    void await() {
        if (isGpu()) {
            probe.getFloat();
        }
    }

    /** An array of normally distributed numbers that lives as long as this. */
    NDArray normal(long... shape) {
        return manager.randomNormal(new Shape(shape), DataType.FLOAT32);
    }

    /** Works on each share in one of the threads, and waits for all. */
    static void inThreads(ExecutorService threads, List<NDList> shares, Consumer<NDList> work) {
        List<CompletableFuture<Void>> running = new ArrayList<>();
        for (NDList share : shares) {
            running.add(CompletableFuture.runAsync(() -> work.accept(share), threads));
        }
        running.forEach(CompletableFuture::join);
    }

    /** The same values under another manager. */
    static NDArray lend(NDArray array, NDManager scratch) {
        NDArray handle = array.reshape(array.getShape());
        handle.attach(scratch);
        return handle;
    }

    @Override
    public void close() {
        closings.forEach(Runnable::run);
        manager.close();
    }
}
