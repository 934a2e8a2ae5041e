package io.github.sasblock.safetensors;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * Writes arrays to a safetensors file.
 *
 * <p>The same arrays under the same names in the same order, with the same metadata, give the same
 * bytes. The file appears whole or not at all: it is written beside its place under a temporary
 * name, forced to the disk and renamed, so that a file that it replaces stays until then.
 */
public final class SafeTensorsWriter {

    private SafeTensorsWriter() {}

    /**
     * Writes a file.
     *
     * <p>The header lists the tensors in the order of the map, so pass one that has an order, such
     * as a {@link LinkedHashMap}. Metadata is sorted by key. The data lies in the order of the
     * element size, largest first, and of the map among equal ones, so that every tensor is aligned
     * where the file is mapped to memory. Arrays on other devices are copied to the host one at a
     * time.
     *
     * @param file the file to create or replace; its folder must exist
     * @param tensors the arrays by name, of the data types float64, float32, float16, int64, int32,
     *     int8, uint8 and boolean
     * @param metadata texts for the header, possibly empty
     * @throws IllegalArgumentException if an array has another data type or more than 2³¹ − 1 bytes
     *     or is sparse, if a name is {@code __metadata__}, if a text has half a surrogate pair, or
     *     if the header would have more than 100 MB
     * @throws IOException if writing fails; a file that was there before is then unchanged
     */
    public static void write(Path file, Map<String, NDArray> tensors, Map<String, String> metadata)
            throws IOException {
        AtomicFile.write(file, channel -> write(channel, tensors, metadata));
    }

    /**
     * Writes the same bytes to a channel, which stays open. To make them last, whole or not at all,
     * is then the caller's part.
     *
     * @param channel where to write; in blocking mode
     * @param tensors the arrays by name, as in {@link #write(Path, Map, Map)}
     * @param metadata texts for the header, possibly empty
     * @throws IllegalArgumentException as in {@link #write(Path, Map, Map)}; nothing has then been
     *     written
     * @throws IOException if the channel fails; part of the bytes may then have been written
     */
    public static void write(
            WritableByteChannel channel, Map<String, NDArray> tensors, Map<String, String> metadata)
            throws IOException {
        Map<String, TensorInfo> layout = layOut(tensors);
        writeFully(channel, encode(tensors.keySet().stream().map(layout::get).toList(), metadata));
        for (TensorInfo tensor : layout.values()) {
            writeData(channel, tensors.get(tensor.name()), tensor);
        }
    }

    /** Gives every tensor its place, in the order of the data. */
    private static Map<String, TensorInfo> layOut(Map<String, NDArray> tensors) {
        Map<String, Dtype> dtypes = new LinkedHashMap<>();
        tensors.forEach((name, array) -> dtypes.put(name, requireWritable(name, array)));
        List<String> largestFirst =
                tensors.keySet().stream()
                        .sorted(Comparator.comparingInt(name -> -dtypes.get(name).bits()))
                        .toList();
        Map<String, TensorInfo> layout = new LinkedHashMap<>();
        long begin = 0;
        for (String name : largestFirst) {
            NDArray array = tensors.get(name);
            long end = begin + byteSize(array);
            layout.put(name, new TensorInfo(name, dtypes.get(name), array.getShape(), begin, end));
            begin = end;
        }
        return layout;
    }

    private static Dtype requireWritable(String name, NDArray array) {
        String tensor = "tensor " + JsonText.excerpt(name);
        if (name.equals(Header.METADATA)) {
            throw new IllegalArgumentException(
                    tensor + " has the name of the metadata, expected another");
        }
        DataType dataType = array.getDataType();
        Dtype dtype =
                Dtype.of(dataType)
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                tensor
                                                        + " has data type "
                                                        + dataType
                                                        + ", expected float64, float32, float16,"
                                                        + " int64, int32, int8, uint8 or"
                                                        + " boolean"));
        if (array.isSparse()) {
            throw new IllegalArgumentException(tensor + " is sparse, expected a dense array");
        }
        if (byteSize(array) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    tensor
                            + " has "
                            + byteSize(array)
                            + " bytes, expected at most 2^31 - 1, which a Java buffer addresses");
        }
        return dtype;
    }

    private static long byteSize(NDArray array) {
        return array.size() * array.getDataType().getNumOfBytes();
    }

    /** Returns the header's length and text, padded so that the data begins at a multiple of 8. */
    private static ByteBuffer encode(List<TensorInfo> tensors, Map<String, String> metadata) {
        StringJoiner members = new StringJoiner(",", "{", "}");
        if (!metadata.isEmpty()) {
            members.add(quote(Header.METADATA) + ":" + encode(metadata));
        }
        tensors.forEach(tensor -> members.add(encode(tensor)));
        byte[] text = members.toString().getBytes(StandardCharsets.UTF_8);
        int length = (text.length + Long.BYTES - 1) / Long.BYTES * Long.BYTES;
        if (length > Header.MAX_BYTES) {
            throw new IllegalArgumentException(
                    "the header of "
                            + tensors.size()
                            + " tensors and "
                            + metadata.size()
                            + " metadata texts has "
                            + length
                            + " bytes, expected at most "
                            + Header.MAX_BYTES);
        }
        byte[] padded = Arrays.copyOf(text, length);
        Arrays.fill(padded, text.length, length, (byte) ' ');
        ByteBuffer header =
                ByteBuffer.allocate(Header.LENGTH_BYTES + length).order(ByteOrder.LITTLE_ENDIAN);
        return header.putLong(length).put(padded).flip();
    }

    private static String encode(Map<String, String> metadata) {
        StringJoiner members = new StringJoiner(",", "{", "}");
        new TreeMap<>(metadata).forEach((key, text) -> members.add(quote(key) + ":" + quote(text)));
        return members.toString();
    }

    private static String encode(TensorInfo tensor) {
        StringJoiner shape = new StringJoiner(",", "[", "]");
        for (long dimension : tensor.shape().getShape()) {
            shape.add(Long.toString(dimension));
        }
        return String.format(
                "%s:{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%s,%s]}",
                quote(tensor.name()), tensor.dtype(), shape, tensor.begin(), tensor.end());
    }

    private static String quote(String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException(
                    "the name or metadata text "
                            + JsonText.excerpt(text)
                            + " has half a surrogate pair, expected Unicode text");
        }
        return JsonText.quote(text);
    }

    private static void writeData(WritableByteChannel channel, NDArray array, TensorInfo tensor)
            throws IOException {
        // frees the copy that the engine makes of an array on another device, or of a transposed
        // one
        try (NDScope copies = new NDScope()) {
            copies.suppressNotUsedWarning();
            ByteBuffer data = array.toByteBuffer(true);
            if (data.remaining() != tensor.byteSize()) {
                throw new IllegalStateException(
                        "the engine gave "
                                + data.remaining()
                                + " bytes of tensor "
                                + JsonText.excerpt(tensor.name())
                                + ", expected "
                                + tensor.byteSize());
            }
            writeFully(channel, data);
        }
    }

    private static void writeFully(WritableByteChannel channel, ByteBuffer data)
            throws IOException {
        while (data.hasRemaining()) {
            channel.write(data);
        }
    }
}
