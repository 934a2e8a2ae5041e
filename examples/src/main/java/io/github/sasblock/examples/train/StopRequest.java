package io.github.sasblock.examples.train;

/**
 * The wish that a training end early. It is granted at the end of a step, so that whoever asks must
 * know whether someone listens at all.
 */
public final class StopRequest {

    private boolean heeded;
    private boolean requested;

    /**
     * Asks for the end.
     *
     * @return whether it is near: a training listens, and this is the first request
     */
    public synchronized boolean request() {
        boolean granted = heeded && !requested;
        requested |= heeded;
        return granted;
    }

    /** Begins to listen: from here on a request is granted. */
    public synchronized void heed() {
        heeded = true;
    }

    /** Ends listening: a later request is not granted. */
    public synchronized void ignore() {
        heeded = false;
    }

    /**
     * Returns whether the end was asked for.
     *
     * @return true from the first request that was granted
     */
    public synchronized boolean isRequested() {
        return requested;
    }
}
