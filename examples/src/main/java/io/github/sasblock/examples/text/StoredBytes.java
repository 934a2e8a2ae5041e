package io.github.sasblock.examples.text;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;

/** A file's bytes as they are stored, counted. */
final class StoredBytes extends FilterInputStream {

    private final LongConsumer listener;
    private long count;
    private boolean ended;
    private boolean failed;

    StoredBytes(InputStream in, LongConsumer listener) {
        super(in);
        this.listener = listener;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int read;
        try {
            read = in.read(into, offset, length);
        } catch (IOException e) {
            failed = true;
            throw e;
        }
        if (read < 0) {
            ended = true;
        } else {
            count += read;
            listener.accept(count);
        }
        return read;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    long count() {
        return count;
    }

    boolean ended() {
        return ended;
    }

    boolean failed() {
        return failed;
    }
}
