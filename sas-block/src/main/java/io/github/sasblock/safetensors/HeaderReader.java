package io.github.sasblock.safetensors;

import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads and validates a header. Nothing is allocated that the file does not hold: a header of n
 * bytes is read only from a file of at least n bytes, and no tensor is.
 */
final class HeaderReader {

    private final Path file;
    private final JsonReader json;
    private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private HeaderReader(Path file, String text) {
        this.file = file;
        this.json = new JsonReader(file, text);
    }

    static Header read(ByteSource source) throws IOException {
        Path file = source.file();
        long size = source.channel().size();
        int length = readLength(source, size);
        String text = readText(source, length);
        HeaderReader reader = new HeaderReader(file, text);
        reader.json.object(reader::readMember);
        reader.json.end();
        long dataBegin = Header.LENGTH_BYTES + (long) length;
        reader.requireContiguous(size - dataBegin);
        return new Header(
                Collections.unmodifiableMap(reader.tensors),
                Collections.unmodifiableMap(reader.metadata),
                dataBegin);
    }

    private static int readLength(ByteSource source, long size) throws IOException {
        Path file = source.file();
        if (size < Header.LENGTH_BYTES) {
            throw new SafeTensorsException(
                    file,
                    "has "
                            + size
                            + " bytes, expected at least the 8 bytes of the header's length"
                            + " that a safetensors file begins with");
        }
        ByteBuffer start = ByteBuffer.allocate(Header.LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        source.readFully(start, 0);
        long length = start.getLong(0);
        if (length < 0 || length > Header.MAX_BYTES || length > size - Header.LENGTH_BYTES) {
            throw new SafeTensorsException(
                    file,
                    "begins with a header length of "
                            + Long.toUnsignedString(length)
                            + " bytes, expected at most "
                            + Math.min(Header.MAX_BYTES, size - Header.LENGTH_BYTES)
                            + " in a safetensors file of "
                            + size
                            + " bytes"
                            + OtherFormat.advice(start));
        }
        return (int) length;
    }

    private static String readText(ByteSource source, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        source.readFully(bytes, Header.LENGTH_BYTES);
        if (length == 0 || bytes.get(0) != '{') {
            ByteBuffer start = ByteBuffer.allocate(Header.LENGTH_BYTES);
            source.readFully(start, 0);
            throw new SafeTensorsException(
                    source.file(),
                    (length == 0
                                    ? "has an empty header"
                                    : String.format(
                                            "has a header that begins with byte 0x%02x",
                                            bytes.get(0)))
                            + ", expected '{'"
                            + OtherFormat.advice(start));
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            SafeTensorsException problem =
                    new SafeTensorsException(
                            source.file(),
                            "header is not UTF-8 text: malformed at its byte " + bytes.position());
            problem.initCause(e);
            throw problem;
        }
    }

    private void readMember(String key) throws SafeTensorsException {
        if (key.equals(Header.METADATA)) {
            json.object(name -> metadata.put(name, json.string()));
        } else {
            tensors.put(key, readTensor(key));
        }
    }

    private TensorInfo readTensor(String name) throws SafeTensorsException {
        Entry entry = new Entry();
        json.object(entry::read);
        for (String field : Entry.FIELDS) {
            if (!entry.has(field)) {
                throw json.problem("no " + field, "dtype, shape and data_offsets");
            }
        }
        long begin = entry.offsets[0];
        long end = entry.offsets[1];
        long expected = byteSize(name, entry.dtype, entry.shape);
        if (begin > end || end - begin != expected) {
            throw tensorProblem(
                    name,
                    "data_offsets "
                            + Arrays.toString(entry.offsets)
                            + (begin > end ? " run backwards" : " hold " + (end - begin) + " bytes")
                            + ", expected "
                            + expected
                            + " bytes for dtype "
                            + entry.dtype
                            + " and shape "
                            + describe(entry.shape));
        }
        return new TensorInfo(name, entry.dtype, new Shape(entry.shape), begin, end);
    }

    /**
     * Returns the bytes of a tensor. A dimension of 0 makes it empty, but must not hide dimensions
     * whose product no stride could hold.
     */
    private long byteSize(String name, Dtype dtype, long[] shape) throws SafeTensorsException {
        long bits = dtype.bits();
        boolean empty = false;
        try {
            for (long dimension : shape) {
                bits = Math.multiplyExact(bits, Math.max(dimension, 1));
                empty |= dimension == 0;
            }
        } catch (ArithmeticException e) {
            SafeTensorsException problem =
                    tensorProblem(
                            name,
                            "shape "
                                    + describe(shape)
                                    + " of dtype "
                                    + dtype
                                    + " is too large, expected at most 2^63 - 1 bits");
            problem.initCause(e);
            throw problem;
        }
        if (empty) {
            return 0;
        }
        if (bits % Byte.SIZE != 0) {
            throw tensorProblem(
                    name,
                    "shape "
                            + describe(shape)
                            + " of dtype "
                            + dtype
                            + " has "
                            + bits
                            + " bits, expected whole bytes");
        }
        return bits / Byte.SIZE;
    }

    /** Requires that the tensors fill the data: no hole, no overlap, nothing before or after. */
    private void requireContiguous(long dataSize) throws SafeTensorsException {
        List<TensorInfo> ordered =
                tensors.values().stream()
                        .sorted(
                                Comparator.comparingLong(TensorInfo::begin)
                                        .thenComparingLong(TensorInfo::end))
                        .toList();
        long next = 0;
        for (TensorInfo tensor : ordered) {
            if (tensor.begin() != next) {
                throw tensorProblem(
                        tensor.name(),
                        "data_offsets begin at "
                                + tensor.begin()
                                + ", expected "
                                + next
                                + (tensor.begin() < next
                                        ? ": it overlaps the tensor before it"
                                        : ": there is a hole before it"));
            }
            next = tensor.end();
        }
        if (next != dataSize) {
            throw new SafeTensorsException(
                    file,
                    "has "
                            + dataSize
                            + " bytes of data, expected "
                            + next
                            + ", where its last tensor ends"
                            + (dataSize < next ? ": the file is truncated" : ""));
        }
    }

    private static String describe(long[] shape) {
        String dimensions = Arrays.toString(Arrays.copyOf(shape, Math.min(shape.length, 16)));
        return shape.length <= 16
                ? dimensions
                : dimensions + "… of " + shape.length + " dimensions";
    }

    private SafeTensorsException tensorProblem(String name, String problem) {
        return new SafeTensorsException(file, "tensor " + JsonText.excerpt(name) + ": " + problem);
    }

    /** The members of a tensor's entry, in whatever order they come. */
    private final class Entry {

        static final List<String> FIELDS = List.of("dtype", "shape", "data_offsets");

        private Dtype dtype;
        private long[] shape;
        private long[] offsets;

        void read(String field) throws SafeTensorsException {
            switch (field) {
                case "dtype" -> dtype = readDtype();
                case "shape" -> shape = json.integers();
                case "data_offsets" -> offsets = readOffsets();
                default ->
                        throw json.problem(
                                "the key " + JsonText.excerpt(field),
                                "only dtype, shape and data_offsets");
            }
        }

        boolean has(String field) {
            return switch (field) {
                case "dtype" -> dtype != null;
                case "shape" -> shape != null;
                default -> offsets != null;
            };
        }

        private Dtype readDtype() throws SafeTensorsException {
            String name = json.string();
            for (Dtype candidate : Dtype.values()) {
                if (candidate.name().equals(name)) {
                    return candidate;
                }
            }
            throw json.problem(
                    "the dtype " + JsonText.excerpt(name),
                    "one of " + Arrays.toString(Dtype.values()));
        }

        private long[] readOffsets() throws SafeTensorsException {
            long[] values = json.integers();
            if (values.length != 2) {
                throw json.problem(values.length + " offsets", "2, begin and end");
            }
            return values;
        }
    }
}
