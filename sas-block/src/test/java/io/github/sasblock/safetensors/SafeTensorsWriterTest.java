package io.github.sasblock.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SafeTensorsWriterTest {

    @TempDir Path folder;
    private NDManager manager;
    private Path file;

    @BeforeEach
    void openManager() {
        manager = NDManager.newBaseManager();
        file = folder.resolve("tensors.safetensors");
    }

    @AfterEach
    void closeManager() {
        manager.close();
    }

    @Test
    void writesTheseBytes() throws IOException {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put("b", manager.create(new byte[] {1, 2, 3}));
        tensors.put("a\n", manager.create(new float[] {1f, 2f}, new Shape(1, 2)));
        SafeTensorsWriter.write(file, tensors, Map.of("z", "é", "a", "\"\\"));

        String header =
                "{\"__metadata__\":{\"a\":\"\\\"\\\\\",\"z\":\"é\"},"
                    + "\"b\":{\"dtype\":\"I8\",\"shape\":[3],\"data_offsets\":[8,11]},"
                    + "\"a\\u000a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}";
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        int padded = (text.length + 7) / 8 * 8;
        ByteBuffer expected =
                ByteBuffer.allocate(8 + padded + 11)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(padded)
                        .put(text)
                        .put(" ".repeat(padded - text.length).getBytes(StandardCharsets.UTF_8))
                        .putFloat(1f)
                        .putFloat(2f)
                        .put(new byte[] {1, 2, 3});
        assertThat(Files.readAllBytes(file)).isEqualTo(expected.array());
    }

    @ParameterizedTest
    @EnumSource(
            names = {"FLOAT64", "FLOAT32", "FLOAT16", "INT64", "INT32", "INT8", "UINT8", "BOOLEAN"})
    void roundTripsEveryDataTypeAndShape(DataType dataType) throws IOException {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        List<Shape> shapes =
                List.of(
                        new Shape(),
                        new Shape(0),
                        new Shape(0, 3),
                        new Shape(1),
                        new Shape(5),
                        new Shape(2, 3),
                        new Shape(2, 1, 3, 1));
        for (Shape shape : shapes) {
            NDArray counted = manager.arange((int) shape.size()).reshape(shape);
            tensors.put(shape.toString(), counted.toType(dataType, true));
        }
        SafeTensorsWriter.write(file, tensors, Map.of());

        try (SafeTensors read = SafeTensors.open(file)) {
            assertThat(read.names()).containsExactlyElementsOf(tensors.keySet());
            tensors.forEach(
                    (name, array) -> {
                        NDArray back = readBack(read, name);
                        assertThat(back.getDataType()).isEqualTo(dataType);
                        assertThat(back.getShape()).isEqualTo(array.getShape());
                        assertThat(back.toByteBuffer()).isEqualTo(array.toByteBuffer());
                    });
        }
    }

    @Test
    void writesATransposedArrayRowByRowAndFreesItsCopy() throws IOException {
        NDArray transposed = manager.arange(6f).reshape(2, 3).transpose();
        int arrays = manager.getManagedArrays().size();
        SafeTensorsWriter.write(file, Map.of("t", transposed), Map.of());
        assertThat(manager.getManagedArrays()).hasSize(arrays);
        try (SafeTensors read = SafeTensors.open(file)) {
            assertThat(readBack(read, "t").toFloatArray()).containsExactly(0, 3, 1, 4, 2, 5);
        }
    }

    @Test
    void alignsEveryTensorToItsElementSize() throws IOException {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        DataType[] types = {
            DataType.UINT8, DataType.INT64, DataType.FLOAT16, DataType.BOOLEAN, DataType.FLOAT32
        };
        for (DataType type : types) {
            tensors.put(type.toString(), manager.zeros(new Shape(3), type));
        }
        SafeTensorsWriter.write(file, tensors, Map.of());
        try (SafeTensors read = SafeTensors.open(file)) {
            long data = Files.size(file) - 3 * (1 + 8 + 2 + 1 + 4);
            assertThat(read.names())
                    .containsExactly("uint8", "int64", "float16", "boolean", "float32")
                    .allSatisfy(
                            name -> {
                                TensorInfo info = read.info(name);
                                assertThat((data + info.begin()) * 8 % info.dtype().bits())
                                        .isZero();
                            });
        }
    }

    @Test
    void givesTheSameBytesForTheSameInput() throws IOException {
        Map<String, NDArray> tensors = Map.of("a", manager.ones(new Shape(3)));
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("one", "1");
        metadata.put("two", "2");
        SafeTensorsWriter.write(file, tensors, metadata);
        byte[] first = Files.readAllBytes(file);
        metadata.put("one", metadata.remove("one"));
        assertThat(metadata.keySet()).containsExactly("two", "one");
        SafeTensorsWriter.write(file, tensors, metadata);
        assertThat(Files.readAllBytes(file)).isEqualTo(first);
    }

    @Test
    void leavesTheOldFileAndNoOtherWhenWritingFails() throws IOException {
        Files.writeString(file, "old");
        NDArray array = manager.ones(new Shape(3));
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put("a", array);
        tensors.put(
                "b",
                proxy(
                        array,
                        "toByteBuffer",
                        () -> {
                            throw new IllegalStateException("the device was lost");
                        }));
        assertThatThrownBy(() -> SafeTensorsWriter.write(file, tensors, Map.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the device was lost");
        assertThat(Files.readString(file)).isEqualTo("old");
        assertThat(filesInFolder()).containsExactly(file);
    }

    @Test
    void leavesNoOtherFileWhenItSucceeds() throws IOException {
        Files.writeString(file, "old");
        SafeTensorsWriter.write(file, Map.of(), Map.of());
        assertThat(Files.readAllBytes(file)).isEqualTo(RawFile.bytes("{}      ", 0));
        assertThat(filesInFolder()).containsExactly(file);
    }

    @Test
    void givesTheFileThePermissionsOfAnyOther() throws IOException {
        Assumptions.assumeTrue(
                folder.getFileSystem().supportedFileAttributeViews().contains("posix"),
                "the file system has no POSIX permissions");
        Path other = Files.writeString(folder.resolve("other"), "");
        SafeTensorsWriter.write(file, Map.of(), Map.of());
        assertThat(Files.getPosixFilePermissions(file))
                .isEqualTo(Files.getPosixFilePermissions(other));
    }

    @Test
    void refusesAFolderThatIsNotThere() {
        assertThatThrownBy(
                        () -> SafeTensorsWriter.write(folder.resolve("no/f"), Map.of(), Map.of()))
                .isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> SafeTensorsWriter.write(Path.of("/"), Map.of(), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected the name of a file");
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"FLOAT64", "FLOAT32", "FLOAT16", "INT64", "INT32", "INT8", "UINT8", "BOOLEAN"})
    void refusesADataTypeThatTheEngineCannotHandOver(DataType dataType) {
        NDArray array = proxy(manager.ones(new Shape(2)), "getDataType", () -> dataType);
        assertThatThrownBy(() -> SafeTensorsWriter.write(file, Map.of("c", array), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "tensor \"c\" has data type " + dataType + ", expected float64, float32,");
        assertThat(file).doesNotExist();
    }

    @Test
    void refusesASparseArray() {
        NDArray sparse =
                manager.createCoo(
                        FloatBuffer.wrap(new float[] {1f}),
                        new long[][] {{0}, {1}},
                        new Shape(2, 2));
        assertThatThrownBy(() -> SafeTensorsWriter.write(file, Map.of("s", sparse), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tensor \"s\" is sparse, expected a dense array");
    }

    @Test
    void refusesAnArrayThatNoBufferHolds() {
        NDArray large = manager.create(new Shape(1L << 31), DataType.INT8); // not touched
        assertThatThrownBy(() -> SafeTensorsWriter.write(file, Map.of("l", large), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "tensor \"l\" has 2147483648 bytes, expected at most 2^31 - 1");
    }

    @Test
    void refusesTheNameOfTheMetadata() {
        NDArray array = manager.ones(new Shape(1));
        assertThatThrownBy(
                        () ->
                                SafeTensorsWriter.write(
                                        file, Map.of("__metadata__", array), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tensor \"__metadata__\" has the name of the metadata");
    }

    @Test
    void refusesHalfASurrogatePair() {
        assertThatThrownBy(() -> SafeTensorsWriter.write(file, Map.of(), Map.of("k", "\ud800")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("half a surrogate pair, expected Unicode text");
    }

    @Test
    void refusesAHeaderThatNoReaderAccepts() {
        Map<String, String> metadata = Map.of("k", "x".repeat(100_000_000));
        assertThatThrownBy(() -> SafeTensorsWriter.write(file, Map.of(), metadata))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected at most 100000000");
    }

    private NDArray readBack(SafeTensors tensors, String name) {
        try {
            return tensors.read(manager, name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Path> filesInFolder() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    /** Returns an array with one method replaced. */
    private static NDArray proxy(NDArray array, String replaced, Supplier<Object> answer) {
        return (NDArray)
                Proxy.newProxyInstance(
                        NDArray.class.getClassLoader(),
                        new Class<?>[] {NDArray.class},
                        (proxy, method, arguments) ->
                                method.getName().equals(replaced)
                                        ? answer.get()
                                        : method.invoke(array, arguments));
    }
}
