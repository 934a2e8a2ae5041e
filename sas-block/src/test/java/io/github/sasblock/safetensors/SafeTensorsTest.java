package io.github.sasblock.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.GoldenFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SafeTensorsTest {

    @TempDir Path folder;
    private NDManager manager;

    @BeforeEach
    void openManager() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void closeManager() {
        manager.close();
    }

    /** The file was written by safetensors 0.8.0 in Python, {@code safetensors.serialize}. */
    @Test
    void readsWhatPythonWrote() throws IOException {
        Path file = folder.resolve("python.safetensors");
        try (InputStream in =
                getClass().getResourceAsStream("/safetensors/written-by-python.safetensors")) {
            Files.copy(in, file);
        }
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertThat(tensors.metadata())
                    .hasSize(2)
                    .containsEntry("source", "safetensors 0.8.0")
                    .containsEntry("text", "line\nbreak é");
            assertThat(tensors.names()).hasSize(13);
            assertThat(tensors.read(manager, "double").toDoubleArray())
                    .containsExactly(0.1, -1e300);
            NDArray single = tensors.read(manager, "single");
            assertThat(single.getShape()).isEqualTo(new Shape(2, 2));
            assertThat(single.toFloatArray())
                    .containsExactly(1.5f, -2.25f, Float.POSITIVE_INFINITY, 0f);
            NDArray half = tensors.read(manager, "half");
            assertThat(half.getDataType()).isEqualTo(DataType.FLOAT16);
            assertThat(half.toFloatArray()).containsExactly(1f, -0.5f, 65504f);
            assertThat(tensors.read(manager, "brain").toFloatArray())
                    .containsExactly(1f, -3.140625f, Float.intBitsToFloat(0x10000));
            assertThat(tensors.read(manager, "long").toLongArray()).containsExactly(-1L << 62);
            assertThat(tensors.read(manager, "int").toIntArray())
                    .containsExactly(-7, Integer.MAX_VALUE);
            assertThat(tensors.read(manager, "byte").toByteArray())
                    .containsExactly((byte) -128, (byte) 0, (byte) 127);
            assertThat(tensors.read(manager, "unsigned").toUint8Array()).containsExactly(0, 255);
            assertThat(tensors.read(manager, "truth").toBooleanArray())
                    .containsExactly(true, false, true);
            assertThat(tensors.read(manager, "scalar").getShape()).isEqualTo(new Shape());
            assertThat(tensors.read(manager, "scalar").getFloat()).isEqualTo(3.25f);
            assertThat(tensors.read(manager, "empty").getShape()).isEqualTo(new Shape(0, 3));
            assertThat(tensors.read(manager, "naïve \"name\"\n😀").toByteArray())
                    .containsExactly((byte) 9);
        }
    }

    @Test
    void readsEveryGoldenFile() throws IOException {
        List<Path> files = GoldenFolder.files();
        assertThat(files).isNotEmpty();
        for (Path file : files) {
            try (SafeTensors tensors = SafeTensors.open(file);
                    NDManager scratch = manager.newSubManager()) {
                assertThat(tensors.names()).as("%s", file).isNotEmpty();
                for (String name : tensors.names()) {
                    NDArray array = tensors.read(scratch, name);
                    assertThat(array.getShape()).isEqualTo(tensors.info(name).shape());
                    assertThat(array.getDataType().isFloating())
                            .isEqualTo(tensors.info(name).dtype() == Dtype.F32);
                    if (array.getDataType().isFloating()) {
                        assertThat(array.isInfinite().any().getBoolean()).isFalse();
                        assertThat(array.isNaN().any().getBoolean()).isFalse();
                    }
                }
            }
        }
    }

    @Test
    void widensEveryBrainFloatExactly() throws IOException {
        int count = 1 << 16;
        ByteBuffer data = ByteBuffer.allocate(2 * count).order(ByteOrder.LITTLE_ENDIAN);
        for (int bits = 0; bits < count; bits++) {
            data.putShort((short) bits);
        }
        String header =
                "{\"a\":{\"dtype\":\"BF16\",\"shape\":[65536],\"data_offsets\":[0,131072]}}";
        Path file = folder.resolve("brain.safetensors");
        Files.write(file, RawFile.bytes(header.getBytes(StandardCharsets.UTF_8), data.array()));
        try (SafeTensors tensors = SafeTensors.open(file)) {
            NDArray array = tensors.read(manager, "a");
            assertThat(array.getDataType()).isEqualTo(DataType.FLOAT32);
            ByteBuffer floats = array.toByteBuffer();
            for (int bits = 0; bits < count; bits++) {
                assertThat(floats.getInt(4 * bits)).isEqualTo(bits << 16);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"BOOL", "U8", "I8", "I32", "I64", "F16", "BF16", "F32", "F64"})
    void neverHandsTheEngineATypeItCannotHold(Dtype dtype) throws IOException {
        String header =
                String.format(
                        "{\"a\":{\"dtype\":\"%s\",\"shape\":[8],\"data_offsets\":[0,%d]}}",
                        dtype, dtype.bits());
        try (SafeTensors tensors = SafeTensors.open(RawFile.write(folder, header, dtype.bits()))) {
            assertThatThrownBy(() -> tensors.read(manager, "a"))
                    .isInstanceOf(SafeTensorsException.class)
                    .hasMessageContaining(
                            "tensor \"a\" has dtype " + dtype + ", which DJL has no array for");
        }
    }

    @Test
    void refusesABooleanThatIsNeitherTrueNorFalse() throws IOException {
        String header = "{\"a\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[0,3]}}";
        Path file = folder.resolve("bool.safetensors");
        Files.write(
                file,
                RawFile.bytes(header.getBytes(StandardCharsets.UTF_8), new byte[] {1, 0, -2}));
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertThatThrownBy(() -> tensors.read(manager, "a"))
                    .isInstanceOf(SafeTensorsException.class)
                    .hasMessageContaining(
                            "tensor \"a\" has byte 254 at element 2, expected 0 or 1");
        }
        assertThat(manager.getManagedArrays()).isEmpty();
    }

    @Test
    void readsATensorBeyondFourGigabytesAndRefusesOneThatNoBufferHolds() throws IOException {
        long large = 5L << 30;
        String header =
                String.format(
                        "{\"large\":{\"dtype\":\"U8\",\"shape\":[%1$d],\"data_offsets\":[0,%1$d]},"
                            + "\"last\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%1$d,%2$d]}}",
                        large, large + 4);
        byte[] start = RawFile.bytes(header, 0);
        Path file = folder.resolve("large.safetensors");
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.SPARSE)) {
            channel.write(ByteBuffer.wrap(start));
            ByteBuffer value = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
            channel.write(value.putFloat(0, 42f), start.length + large);
        }
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertThat(tensors.info("large").byteSize()).isEqualTo(large);
            assertThat(tensors.read(manager, "last").toFloatArray()).containsExactly(42f);
            assertThatThrownBy(() -> tensors.read(manager, "large"))
                    .isInstanceOf(SafeTensorsException.class)
                    .hasMessageContaining(
                            "tensor \"large\" has 5368709120 elements, expected at most"
                                    + " 2147483647");
        }
    }

    @Test
    void attachesTheArrayToTheManagerAndNothingElse() throws IOException {
        Path file = RawFile.write(folder, FLOATS, 8);
        try (SafeTensors tensors = SafeTensors.open(file)) {
            NDArray array = tensors.read(manager, "a");
            assertThat(array.getManager()).isSameAs(manager);
            assertThat(manager.getManagedArrays()).containsExactly(array);
        }
    }

    @Test
    void keepsArraysWhenTheFileIsClosed() throws IOException {
        NDArray array;
        try (SafeTensors tensors = SafeTensors.open(RawFile.write(folder, FLOATS, 8))) {
            array = tensors.read(manager, "a");
        }
        assertThat(array.toFloatArray()).containsExactly(0f, 0f);
    }

    @Test
    void leavesArraysToAScopeThatIsOpen() throws IOException {
        try (SafeTensors tensors = SafeTensors.open(RawFile.write(folder, FLOATS, 8))) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                tensors.read(manager, "a");
            }
            assertThat(manager.getManagedArrays()).isEmpty();
        }
    }

    @Test
    void namesTheTensorsThatThereAre() throws IOException {
        try (SafeTensors tensors = SafeTensors.open(RawFile.write(folder, FLOATS, 8))) {
            assertThatThrownBy(() -> tensors.read(manager, "b"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("has no tensor \"b\", expected one of its 1: a");
        }
    }

    @Test
    void refusesToReadOnceClosed() throws IOException {
        SafeTensors tensors = SafeTensors.open(RawFile.write(folder, FLOATS, 8));
        tensors.close();
        assertThatThrownBy(() -> tensors.read(manager, "a"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageEndingWith("has been closed");
    }

    @Test
    void tellsOfAFileThatBecameShorter() throws IOException {
        Path file = RawFile.write(folder, FLOATS, 8);
        try (SafeTensors tensors = SafeTensors.open(file);
                FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(Files.size(file) - 3);
            assertThatThrownBy(() -> tensors.read(manager, "a"))
                    .isInstanceOf(SafeTensorsException.class)
                    .hasMessageContaining("expected 3 bytes more: it became shorter");
        }
        assertThat(manager.getManagedArrays()).isEmpty();
    }

    private static final String FLOATS =
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
}
