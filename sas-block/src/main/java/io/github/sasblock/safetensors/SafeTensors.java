package io.github.sasblock.safetensors;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * A safetensors file, open for reading.
 *
 * <p>Opening reads and validates the header, whole, before any tensor is read: every tensor lies
 * inside the file, has the size that its type and shape ask for, and together they fill the data
 * without hole or overlap. Tensors are then read one at a time, on demand; the file may be larger
 * than memory, and a single tensor may have up to 2³¹ − 1 bytes as an array.
 *
 * <pre>{@code
 * try (SafeTensors weights = SafeTensors.open(Path.of("model.safetensors"))) {
 *     for (String name : weights.names()) {
 *         NDArray array = weights.read(manager, name);
 *     }
 * }
 * }</pre>
 *
 * <p>Instances may be shared between threads, as far as the engine allows. Interrupting a thread
 * that reads closes the file, as with every {@link java.nio.channels.FileChannel}.
 */
public final class SafeTensors implements AutoCloseable {

    private static final int CHUNK_BYTES = 1 << 16;

    private final ByteSource source;
    private final Header header;

    private SafeTensors(ByteSource source, Header header) {
        this.source = source;
        this.header = header;
    }

    /**
     * Opens a file and validates its header.
     *
     * @param file the file to read
     * @return the open file, to be closed by the caller
     * @throws SafeTensorsException if it is not a valid safetensors file; a zip archive or a
     *     pickle, PyTorch's own formats, is recognised and the message tells how to convert it
     * @throws IOException if it cannot be read
     */
    public static SafeTensors open(Path file) throws IOException {
        ByteSource source = ByteSource.open(file);
        try {
            return new SafeTensors(source, HeaderReader.read(source));
        } catch (Throwable e) {
            try (source) {
                throw e;
            }
        }
    }

    /**
     * Returns the file.
     *
     * @return the path that was opened
     */
    public Path file() {
        return source.file();
    }

    /**
     * Returns the names of the tensors.
     *
     * @return all names, in the header's order
     */
    public Set<String> names() {
        return header.tensors().keySet();
    }

    /**
     * Returns the metadata.
     *
     * @return the texts under {@code __metadata__}, in the header's order; empty if there is none
     */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /**
     * Returns what the header says of a tensor.
     *
     * @param name the name of the tensor
     * @return its type, shape and place
     * @throws IllegalArgumentException if there is no such tensor
     */
    public TensorInfo info(String name) {
        TensorInfo info = header.tensors().get(name);
        if (info == null) {
            throw new IllegalArgumentException(
                    file()
                            + " has no tensor "
                            + JsonText.excerpt(name)
                            + ", expected one of its "
                            + names().size()
                            + ": "
                            + String.join(", ", names().stream().limit(20).toList())
                            + (names().size() > 20 ? ", …" : ""));
        }
        return info;
    }

    /**
     * Reads a tensor.
     *
     * @param manager the manager that the array is attached to; its device is the array's
     * @param name the name of the tensor
     * @return a new array of the tensor's shape and its type's {@link Dtype#dataType()}; BF16 is
     *     widened to FLOAT32 exactly, everything else is the file's bits
     * @throws IllegalArgumentException if there is no such tensor
     * @throws IllegalStateException if this file has been closed
     * @throws SafeTensorsException if arrays of its type are not supported, if the array would have
     *     more than 2³¹ − 1 bytes, if a BOOL is neither 0 nor 1, or if the file became shorter
     *     since it was opened
     * @throws IOException if the file cannot be read
     */
    public NDArray read(NDManager manager, String name) throws IOException {
        TensorInfo info = info(name);
        DataType dataType = requireReadable(info);
        if (!source.channel().isOpen()) {
            throw new IllegalStateException(file() + " has been closed");
        }
        try (NDManager host = manager.newSubManager(Device.cpu())) {
            NDArray array = host.create(info.shape(), dataType);
            ByteBuffer memory = array.toByteBuffer(true);
            if (memory.isDirect()) { // the array's own memory
                fill(memory, info);
            } else {
                ByteBuffer copy = host.allocateDirect(memory.remaining());
                fill(copy, info);
                array.set(copy);
            }
            NDArray placed = array.toDevice(manager.getDevice(), false);
            placed.attach(manager);
            return placed;
        }
    }

    /** Returns the data type of the array, which an engine can hold and a buffer can address. */
    private DataType requireReadable(TensorInfo info) throws SafeTensorsException {
        DataType dataType = info.dtype().dataType().orElse(null);
        if (dataType == null) {
            throw problem(
                    info,
                    "has dtype "
                            + info.dtype()
                            + ", which DJL has no array for; expected BOOL, U8, I8, I32, I64, F16,"
                            + " BF16, F32 or F64");
        }
        long elements = info.byteSize() * Byte.SIZE / info.dtype().bits();
        if (elements > Integer.MAX_VALUE / dataType.getNumOfBytes()) {
            throw problem(
                    info,
                    "has "
                            + elements
                            + " elements, expected at most "
                            + Integer.MAX_VALUE / dataType.getNumOfBytes()
                            + " of data type "
                            + dataType
                            + ", the 2^31 - 1 bytes that a Java buffer addresses");
        }
        return dataType;
    }

    private void fill(ByteBuffer memory, TensorInfo info) throws IOException {
        long position = header.dataBegin() + info.begin();
        if (info.dtype() == Dtype.BF16) {
            fillWidened(memory, info, position);
        } else {
            source.readFully(memory, position);
        }
        if (info.dtype() == Dtype.BOOL) {
            requireBooleans(memory, info);
        }
    }

    /** Fills the memory of floats from their upper halves. */
    private void fillWidened(ByteBuffer memory, TensorInfo info, long begin) throws IOException {
        IntBuffer floats = memory.order(ByteOrder.nativeOrder()).asIntBuffer();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        long end = begin + info.byteSize();
        for (long position = begin; position < end; position += chunk.limit()) {
            chunk.clear().limit((int) Math.min(CHUNK_BYTES, end - position));
            source.readFully(chunk, position);
            while (chunk.hasRemaining()) {
                floats.put(chunk.getShort() << Short.SIZE);
            }
        }
    }

    private void requireBooleans(ByteBuffer memory, TensorInfo info) throws SafeTensorsException {
        for (int i = 0; i < memory.limit(); i++) {
            byte value = memory.get(i);
            if (value != 0 && value != 1) {
                throw problem(
                        info,
                        "has byte " + (value & 0xff) + " at element " + i + ", expected 0 or 1");
            }
        }
    }

    private SafeTensorsException problem(TensorInfo info, String problem) {
        return new SafeTensorsException(
                file(), "tensor " + JsonText.excerpt(info.name()) + " " + problem);
    }

    /**
     * Closes the file. Arrays that were read stay valid.
     *
     * @throws IOException if closing fails
     */
    @Override
    public void close() throws IOException {
        source.close();
    }
}
