package io.github.sasblock.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

class SafeTensorsPropertyTest {

    private static final int MUTANTS = 30_000;
    private static final List<String> TEXTS =
            List.of(
                    "-1",
                    "0",
                    "1e9",
                    "9223372036854775807",
                    "9223372036854775808",
                    "18446744073709551615",
                    "null",
                    "{}",
                    "[]",
                    "[[[[[[[[",
                    "{\"a\":{\"a\":{\"a\":",
                    "\"F4\"",
                    "\"BF16\"",
                    "\"dtype\"",
                    "\"__metadata__\"",
                    "\"\\ud800\"");

    private static Path file;
    private static NDManager manager;

    @BeforeContainer
    static void open() throws IOException {
        file = Files.createTempFile("properties", ".safetensors");
        manager = NDManager.newBaseManager();
    }

    @AfterContainer
    static void close() throws IOException {
        manager.close();
        Files.delete(file);
    }

    /** A tensor's content. */
    record Tensor(DataType dataType, long[] shape, long seed) {

        byte[] bytes() {
            int elements = (int) LongStream.of(shape).reduce(1, (a, b) -> a * b);
            byte[] bytes = new byte[elements * dataType.getNumOfBytes()];
            new Random(seed).nextBytes(bytes);
            if (dataType == DataType.BOOLEAN) {
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] &= 1;
                }
            }
            return bytes;
        }

        NDArray create(NDManager manager) {
            byte[] bytes = bytes();
            ByteBuffer direct = manager.allocateDirect(bytes.length).put(bytes).rewind();
            return manager.create(direct, new Shape(shape), dataType);
        }
    }

    @Provide
    Arbitrary<Map<String, Tensor>> tensors() {
        Arbitrary<DataType> dataTypes =
                Arbitraries.of(
                        Arrays.stream(DataType.values())
                                .filter(type -> Dtype.of(type).isPresent())
                                .toList());
        Arbitrary<long[]> shapes =
                Arbitraries.longs().between(0, 7).array(long[].class).ofMaxSize(4);
        Arbitrary<Tensor> tensors =
                Combinators.combine(dataTypes, shapes, Arbitraries.longs()).as(Tensor::new);
        return Arbitraries.maps(texts(), tensors).ofMaxSize(6);
    }

    @Provide
    Arbitrary<Map<String, String>> metadata() {
        return Arbitraries.maps(texts(), texts()).ofMaxSize(3);
    }

    private static Arbitrary<String> texts() {
        return Arbitraries.strings()
                .ofMaxLength(12)
                .filter(text -> StandardCharsets.UTF_8.newEncoder().canEncode(text));
    }

    @Property(tries = 300)
    void everyTensorRoundTripsByteForByte(
            @ForAll("tensors") Map<String, Tensor> tensors,
            @ForAll("metadata") Map<String, String> metadata)
            throws IOException {
        try (NDManager scratch = manager.newSubManager()) {
            Map<String, NDArray> arrays = new LinkedHashMap<>();
            tensors.forEach((name, tensor) -> arrays.put(name, tensor.create(scratch)));
            SafeTensorsWriter.write(file, arrays, metadata);
            try (SafeTensors read = SafeTensors.open(file)) {
                assertThat(read.names()).containsExactlyElementsOf(tensors.keySet());
                assertThat(read.metadata()).isEqualTo(metadata);
                for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
                    NDArray array = read.read(scratch, tensor.getKey());
                    assertThat(array.getDataType()).isEqualTo(tensor.getValue().dataType());
                    assertThat(array.getShape()).isEqualTo(new Shape(tensor.getValue().shape()));
                    assertThat(bytesOf(array)).isEqualTo(tensor.getValue().bytes());
                }
            }
        }
    }

    @Property(tries = 200)
    void everyHeaderIsJsonToAnotherReader(
            @ForAll("tensors") Map<String, Tensor> tensors,
            @ForAll("metadata") Map<String, String> metadata)
            throws IOException {
        try (NDManager scratch = manager.newSubManager()) {
            Map<String, NDArray> arrays = new LinkedHashMap<>();
            tensors.forEach((name, tensor) -> arrays.put(name, tensor.create(scratch)));
            SafeTensorsWriter.write(file, arrays, metadata);
        }
        byte[] bytes = Files.readAllBytes(file);
        int length = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        JsonNode header = new ObjectMapper().readTree(bytes, Long.BYTES, length);
        metadata.forEach(
                (key, text) ->
                        assertThat(header.get("__metadata__").get(key).textValue())
                                .isEqualTo(text));
        tensors.forEach(
                (name, tensor) -> {
                    JsonNode offsets = header.get(name).get("data_offsets");
                    int begin = Long.BYTES + length + offsets.get(0).intValue();
                    int end = Long.BYTES + length + offsets.get(1).intValue();
                    assertThat(Arrays.copyOfRange(bytes, begin, end)).isEqualTo(tensor.bytes());
                });
    }

    @Example
    void mutatedFilesAreReadOrRefusedInLittleMemory() throws IOException {
        readOrRefuseMutants(MUTANTS, new Random(20_250_710));
    }

    @Example
    @Tag("slow")
    void aMillionMutatedFilesAreReadOrRefusedInLittleMemory() throws IOException {
        readOrRefuseMutants(1_000_000, new Random(1));
    }

    private static void readOrRefuseMutants(int mutants, Random random) throws IOException {
        byte[] valid = validFile();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        assertThat(readOrRefuse(valid)).isTrue(); // loads the classes, before bytes are counted
        overwrite(Arrays.copyOf(valid, 20));
        assertThat(readOrRefuse(valid)).isFalse();
        int accepted = 0;
        for (int i = 0; i < mutants; i++) {
            byte[] mutant = mutate(valid, random);
            overwrite(mutant);
            long before = threads.getCurrentThreadAllocatedBytes();
            long start = threads.getCurrentThreadCpuTime();
            accepted += readOrRefuse(mutant) ? 1 : 0;
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(allocated).as("bytes allocated for mutant %d", i).isLessThan(1 << 20);
            long nanos = threads.getCurrentThreadCpuTime() - start;
            assertThat(nanos).as("nanoseconds for mutant %d", i).isLessThan(5_000_000_000L);
        }
        // neither the reader nor the mutations are so strict or so lax that one side is not tried
        assertThat(accepted).isBetween(mutants / 100, mutants / 2);
    }

    /** Overwrites the file in place, which is many times faster than to create it anew. */
    private static void overwrite(byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), 0);
            channel.truncate(bytes.length);
        }
    }

    private static byte[] validFile() throws IOException {
        try (NDManager scratch = manager.newSubManager()) {
            Map<String, NDArray> arrays = new LinkedHashMap<>();
            arrays.put("layers.0.weight", scratch.ones(new Shape(2, 3)));
            arrays.put("layers.0.bias", scratch.ones(new Shape(3), DataType.FLOAT16));
            arrays.put("scalar", scratch.ones(new Shape(), DataType.INT64));
            arrays.put("empty", scratch.ones(new Shape(0, 12), DataType.UINT8));
            arrays.put("mask", scratch.ones(new Shape(5), DataType.BOOLEAN));
            SafeTensorsWriter.write(file, arrays, Map.of("key", "text", "other", "\n\"é"));
        }
        return Files.readAllBytes(file);
    }

    private static byte[] mutate(byte[] valid, Random random) {
        byte[] bytes = valid.clone();
        int mutations = 1 + random.nextInt(3);
        for (int i = 0; i < mutations && bytes.length > 0; i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 ->
                        bytes[at] = (byte) "{}[]\",:0123456789\\u-.eE ".charAt(random.nextInt(24));
                case 2 -> bytes = Arrays.copyOf(bytes, at);
                case 3 -> bytes = splice(bytes, at, at, (byte) random.nextInt(256));
                case 4 -> bytes = splice(bytes, at, Math.min(bytes.length, at + 2), (byte) '9');
                default -> bytes = withText(bytes, at, TEXTS.get(random.nextInt(TEXTS.size())));
            }
        }
        if (random.nextBoolean() && bytes.length > Long.BYTES) { // keep the length plausible
            System.arraycopy(valid, 0, bytes, 0, Long.BYTES);
        }
        return bytes;
    }

    /** Puts a text in the place of the member of JSON that begins at a byte, or follows it. */
    private static byte[] withText(byte[] bytes, int at, String text) {
        int begin = at;
        while (begin < bytes.length && ",:[{".indexOf(bytes[begin]) < 0) {
            begin++;
        }
        int end = Math.min(bytes.length, begin + 1);
        begin = end;
        while (end < bytes.length && ",:]}".indexOf(bytes[end]) < 0) {
            end++;
        }
        return ByteBuffer.allocate(bytes.length - (end - begin) + text.length())
                .put(bytes, 0, begin)
                .put(text.getBytes(StandardCharsets.US_ASCII))
                .put(bytes, end, bytes.length - end)
                .array();
    }

    /** Replaces the bytes from begin to end by one. */
    private static byte[] splice(byte[] bytes, int begin, int end, byte value) {
        return ByteBuffer.allocate(bytes.length - (end - begin) + 1)
                .put(bytes, 0, begin)
                .put(value)
                .put(bytes, end, bytes.length - end)
                .array();
    }

    private static boolean readOrRefuse(byte[] mutant) throws IOException {
        try (SafeTensors tensors = SafeTensors.open(file);
                NDManager scratch = manager.newSubManager()) {
            for (String name : tensors.names()) {
                NDArray array = tensors.read(scratch, name);
                assertThat(array.getShape()).isEqualTo(tensors.info(name).shape());
                assertThat(bytesOf(array).length).isLessThanOrEqualTo(2 * mutant.length);
            }
            return true;
        } catch (SafeTensorsException e) {
            assertThat(e).hasMessageStartingWith(file + ": ");
            return false;
        }
    }

    private static byte[] bytesOf(NDArray array) {
        ByteBuffer buffer = array.toByteBuffer();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
