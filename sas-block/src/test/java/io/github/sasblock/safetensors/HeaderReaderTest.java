package io.github.sasblock.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderReaderTest {

    @TempDir Path folder;

    @Test
    void readsTensorsAndMetadataInTheirOrder() throws IOException {
        Path file =
                RawFile.write(
                        folder,
                        "{\"b\" : {\"shape\":[2, 3],\"data_offsets\":[4,28],\"dtype\":\"F32\"},\n"
                            + "\t\"__metadata__\":{\"z\":\"1\",\"a\":\"\\u00e9\\n"
                            + "\"},\"a\":{\"dtype\":\"I32\",\"shape\":[],\"data_offsets\":[0,4]}} "
                            + " ",
                        28);
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertThat(tensors.names()).containsExactly("b", "a");
            assertThat(tensors.metadata())
                    .containsExactly(Map.entry("z", "1"), Map.entry("a", "é\n"));
            assertThat(tensors.info("b"))
                    .isEqualTo(new TensorInfo("b", Dtype.F32, new Shape(2, 3), 4, 28));
            assertThat(tensors.info("a").shape()).isEqualTo(new Shape());
        }
    }

    @Test
    void acceptsAFileWithoutTensors() throws IOException {
        try (SafeTensors tensors = SafeTensors.open(RawFile.write(folder, "{}", 0))) {
            assertThat(tensors.names()).isEmpty();
            assertThat(tensors.metadata()).isEmpty();
        }
    }

    @Test
    void acceptsAHeaderOfAnyTypeThatTheFormatHas() throws IOException {
        for (Dtype dtype : Dtype.values()) {
            Path file =
                    RawFile.write(
                            folder, tensor(dtype.name(), "[8]", 0, dtype.bits()), dtype.bits());
            try (SafeTensors tensors = SafeTensors.open(file)) {
                assertThat(tensors.info("a").dtype()).isEqualTo(dtype);
            }
        }
    }

    @Test
    void refusesAFileTooShortForALength() throws IOException {
        Path file = Files.write(folder.resolve("raw.safetensors"), new byte[7]);
        assertRefused(file, "has 7 bytes, expected at least the 8 bytes");
    }

    @Test
    void refusesAHeaderBeyondTheFile() throws IOException {
        byte[] bytes = RawFile.bytes("{}", 0);
        bytes[0] = 3;
        Path file = Files.write(folder.resolve("raw.safetensors"), bytes);
        assertRefused(file, "header length of 3 bytes, expected at most 2");
    }

    @Test
    void refusesAHeaderOfMoreThan100Megabytes() throws IOException {
        Path file = folder.resolve("raw.safetensors");
        ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        length.putLong(100_000_001).flip();
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(length);
            channel.write(ByteBuffer.allocate(1), 200_000_000);
        }
        assertRefused(file, "header length of 100000001 bytes, expected at most 100000000");
    }

    @Test
    void refusesALengthThatIsNegativeAsASignedNumber() throws IOException {
        Path file = folder.resolve("raw.safetensors");
        Files.write(file, new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, '{', '}'});
        assertRefused(file, "header length of 18446744073709551615 bytes");
    }

    @Test
    void refusesAnEmptyHeader() throws IOException {
        assertRefused(RawFile.write(folder, "", 0), "has an empty header, expected '{'");
    }

    @ParameterizedTest
    @ValueSource(strings = {" {}", "[]", "\ufeff{}", "null"})
    void refusesAHeaderThatDoesNotBeginWithABrace(String header) throws IOException {
        assertRefused(RawFile.write(folder, header, 0), "has a header that begins with byte 0x");
    }

    @ParameterizedTest
    @CsvSource({
        "c328, an invalid continuation byte",
        "c0af, an overlong form",
        "eda080, a surrogate",
        "f4908080, beyond U+10FFFF",
        "ff, never a byte of UTF-8"
    })
    void refusesWhatIsNotUtf8(String hex, String what) throws IOException {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        header.writeBytes("{\"__metadata__\":{\"a\":\"1234".getBytes(StandardCharsets.UTF_8));
        header.writeBytes(HexFormat.of().parseHex(hex));
        header.writeBytes("\"}}".getBytes(StandardCharsets.UTF_8));
        Path file = folder.resolve("raw.safetensors");
        Files.write(file, RawFile.bytes(header.toByteArray(), new byte[0]));
        assertThatThrownBy(() -> SafeTensors.open(file))
                .as(what)
                .isInstanceOf(SafeTensorsException.class)
                .hasMessageContaining("header is not UTF-8 text: malformed at its byte 26");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{                      | found the end of the header, expected a string",
                "{}}                    | found '}', expected nothing but spaces after the object",
                "{} {}                  | found '{', expected nothing but spaces after the object",
                "{}\\n                  | found U+000A, expected nothing but spaces",
                "{,}                    | found ',', expected a string",
                "{\"a\"}                | found '}', expected ':'",
                "{\"a\":1}              | at \"a\", character 5: found '1', expected an object",
                "{\"a\":null}           | found 'n', expected an object",
                "{\"a\":{}              | at \"a\", character 7: found no dtype",
                "{'a':{}}               | found ''', expected a string",
                "{\"__metadata__\":{},} | found '}', expected a string",
                "{\"__metadata__\":{}x  | found 'x', expected ',' or '}'",
                "{\"a                   | found the end of the header, expected '\"' at the end",
                "{\"a\\n\":1}           | found U+000A, expected control characters to be escaped",
                "{\"\\x\":1}            | found 'x', expected one of",
                "{\"\\u12G4\":1}        | found 'G', expected four hexadecimal digits",
                "{\"\\u12               | found the end of the header, expected four",
                "{\"\\ud800\":1}        | found half of a surrogate pair, expected Unicode text",
                "{\"\\udc00\\ud800\":1} | found half of a surrogate pair, expected Unicode text",
            })
    void refusesWhatIsNotJson(String header, String message) throws IOException {
        String text = header.replace("{}\\n", "{}\n").replace("a\\n", "a\n");
        assertRefused(RawFile.write(folder, text, 0), message);
    }

    @Test
    void readsEveryEscape() throws IOException {
        String header =
                "{\"__metadata__\":{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\uD83D\\uDE00\"}}";
        try (SafeTensors tensors = SafeTensors.open(RawFile.write(folder, header, 0))) {
            assertThat(tensors.metadata()).containsEntry("a", "\"\\/\b\f\n\r\tA😀");
        }
    }

    @Test
    void refusesDeepNestingWithoutRecursion() throws IOException {
        String header = "{\"a\":" + "[".repeat(1_000_000);
        assertRefused(RawFile.write(folder, header, 0), "found '[', expected an object");
        header = "{\"a\":{\"shape\":" + "[".repeat(1_000_000);
        assertRefused(RawFile.write(folder, header, 0), "found '[', expected an integer");
        header = "{\"a\":".repeat(1_000_000);
        assertRefused(RawFile.write(folder, header, 0), "found the key \"a\", expected only dtype");
    }

    @Test
    void refusesKeysThatStandTwice() throws IOException {
        String entry = "{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}";
        assertRefused(
                RawFile.write(folder, "{\"a\":" + entry + ",\"\\u0061\":" + entry + "}", 0),
                "found the key \"a\" twice, expected each key once");
        assertRefused(
                RawFile.write(folder, "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\"}}", 0),
                "at \"a\", character 26: found the key \"dtype\" twice");
        assertRefused(
                RawFile.write(folder, "{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0),
                "at \"__metadata__\", character 28: found the key \"k\" twice");
        assertRefused(
                RawFile.write(folder, "{\"__metadata__\":{},\"__metadata__\":{}}", 0),
                "found the key \"__metadata__\" twice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "null", "true", "{}", "[\"a\"]", "1.5"})
    void refusesMetadataThatIsNotText(String value) throws IOException {
        assertRefused(
                RawFile.write(folder, "{\"__metadata__\":{\"k\":" + value + "}}", 0),
                "at \"__metadata__\" > \"k\", character 21: found '"
                        + value.charAt(0)
                        + "', expected a string");
    }

    @Test
    void refusesMetadataThatIsNotAnObject() throws IOException {
        assertRefused(
                RawFile.write(folder, "{\"__metadata__\":[]}", 0),
                "at \"__metadata__\", character 16: found '[', expected an object");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dtype", "shape", "data_offsets"})
    void refusesAnEntryWithoutOneOfItsMembers(String member) throws IOException {
        String header =
                tensor("U8", "[1]", 0, 1).replaceAll("\"" + member + "\":(\"U8\"|\\[.*?])", "");
        header = header.replace("{,", "{").replace(",,", ",").replace(",}", "}");
        assertRefused(
                RawFile.write(folder, header, 1),
                "found no " + member + ", expected dtype, shape and data_offsets");
    }

    @Test
    void refusesAnEntryWithAnotherMember() throws IOException {
        String header = tensor("U8", "[1]", 0, 1).replace("}}", ",\"stride\":[1]}}");
        assertRefused(
                RawFile.write(folder, header, 1),
                "found the key \"stride\", expected only dtype, shape and data_offsets");
    }

    @ParameterizedTest
    @ValueSource(strings = {"F31", "f32", "", "float32"})
    void refusesAnUnknownDtype(String dtype) throws IOException {
        assertRefused(
                RawFile.write(folder, tensor(dtype, "[1]", 0, 4), 4),
                "at \"a\" > \"dtype\", character",
                "found the dtype \"" + dtype + "\", expected one of [BOOL, U8,");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-1",
                "-0",
                "01",
                "1.0",
                "1e2",
                "+1",
                "9223372036854775808",
                "9999999999999999999",
                "10000000000000000000",
                "1-1",
                "."
            })
    void refusesADimensionThatIsNotANonNegativeLong(String dimension) throws IOException {
        assertRefused(
                RawFile.write(folder, tensor("U8", "[" + dimension + "]", 0, 1), 1),
                "at \"a\" > \"shape\"",
                "found \"" + dimension + "\", expected an integer from 0 to 9223372036854775807");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"1\"", "null", "[1]", "true"})
    void refusesADimensionThatIsNotANumber(String dimension) throws IOException {
        assertRefused(
                RawFile.write(folder, tensor("U8", "[" + dimension + "]", 0, 1), 1),
                "found '" + dimension.charAt(0) + "', expected an integer");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"[]; 0", "[0]; 1", "[0, 1, 1]; 3"})
    void refusesOffsetsThatAreNotTwo(String offsets, int count) throws IOException {
        String header = tensor("U8", "[1]", 0, 1).replace("[0,1]", offsets);
        assertRefused(
                RawFile.write(folder, header, 1),
                "found " + count + " offsets, expected 2, begin and end");
    }

    @Test
    void refusesOffsetsThatRunBackwards() throws IOException {
        assertRefused(
                RawFile.write(folder, tensor("U8", "[0]", 1, 0), 1),
                "tensor \"a\": data_offsets [1, 0] run backwards, expected 0 bytes");
    }

    @Test
    void refusesASizeThatIsNotThatOfShapeAndDtype() throws IOException {
        assertRefused(
                RawFile.write(folder, tensor("F32", "[2,3]", 0, 20), 20),
                "tensor \"a\": data_offsets [0, 20] hold 20 bytes, expected 24 bytes for dtype F32"
                        + " and shape [2, 3]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[4294967296,4294967296]",
                "[9223372036854775807,2]",
                "[9223372036854775807]",
                "[0,9223372036854775807,9223372036854775807]",
                "[9223372036854775807,9223372036854775807,0]"
            })
    void refusesAShapeWhoseSizeOverflows(String shape) throws IOException {
        assertRefused(
                RawFile.write(folder, tensor("F32", shape, 0, 0), 0),
                "tensor \"a\": shape " + shape.replace(",", ", ") + " of dtype F32 is too large");
    }

    @Test
    void refusesATensorOfBrokenBytes() throws IOException {
        assertRefused(
                RawFile.write(folder, tensor("F4", "[3]", 0, 2), 2),
                "tensor \"a\": shape [3] of dtype F4 has 12 bits, expected whole bytes");
    }

    @Test
    void shortensTheShapeOfManyDimensionsInItsMessage() throws IOException {
        String shape = "[" + "1,".repeat(100_000) + "2]";
        assertThatThrownBy(
                        () -> SafeTensors.open(RawFile.write(folder, tensor("U8", shape, 0, 1), 1)))
                .isInstanceOf(SafeTensorsException.class)
                .hasMessageContaining("1, 1]… of 100001 dimensions")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(500));
    }

    @Test
    void shortensANameInItsMessage() throws IOException {
        String header =
                tensor("U8", "[2]", 0, 1).replace("\"a\"", "\"\\n" + "x".repeat(10_000) + "\"");
        assertThatThrownBy(() -> SafeTensors.open(RawFile.write(folder, header, 1)))
                .isInstanceOf(SafeTensorsException.class)
                .hasMessageContaining("tensor \"\\u000axxx")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(500));
    }

    @Test
    void refusesAHoleBetweenTensors() throws IOException {
        assertRefused(
                RawFile.write(folder, pair(0, 4, 5, 9), 9),
                "tensor \"b\": data_offsets begin at 5, expected 4: there is a hole before it");
    }

    @Test
    void refusesAHoleBeforeTheFirstTensor() throws IOException {
        assertRefused(
                RawFile.write(folder, pair(1, 5, 5, 9), 9),
                "tensor \"a\": data_offsets begin at 1, expected 0: there is a hole before it");
    }

    @Test
    void refusesTensorsThatOverlap() throws IOException {
        assertRefused(
                RawFile.write(folder, pair(0, 4, 3, 7), 7),
                "tensor \"b\": data_offsets begin at 3, expected 4: it overlaps");
        assertRefused(
                RawFile.write(folder, pair(0, 4, 0, 4), 4),
                "tensor \"b\": data_offsets begin at 0, expected 4: it overlaps");
    }

    @Test
    void refusesAnEmptyTensorInsideAnother() throws IOException {
        String header =
                pair(0, 4, 2, 2)
                        .replace(
                                "\"b\":{\"dtype\":\"F32\",\"shape\":[1]",
                                "\"b\":{\"dtype\":\"F32\",\"shape\":[0]");
        assertRefused(RawFile.write(folder, header, 4), "tensor \"b\"", "begin at 2, expected 4");
    }

    @Test
    void refusesATruncatedFile() throws IOException {
        assertRefused(
                RawFile.write(folder, pair(0, 4, 4, 8), 7),
                "has 7 bytes of data, expected 8, where its last tensor ends: the file is"
                        + " truncated");
    }

    @Test
    void refusesBytesAfterTheLastTensor() throws IOException {
        assertRefused(
                RawFile.write(folder, pair(0, 4, 4, 8), 9),
                "has 9 bytes of data, expected 8, where its last tensor ends");
    }

    @Test
    void tellsHowToConvertAPyTorchArchive() throws IOException {
        Path file = folder.resolve("model.pt");
        Files.write(file, new byte[] {'P', 'K', 3, 4, 0, 0, 8, 8, 0, 0, 0, 0});
        assertRefused(file, "zip archive (PyTorch's .pt)", "safetensors.torch.save_file(");
    }

    @Test
    void tellsHowToConvertAPickle() throws IOException {
        Path file = folder.resolve("model.bin");
        Files.write(file, new byte[] {(byte) 0x80, 2, (byte) 0x8a, 10, 'l', (byte) 0xfc, 0, 0, 0});
        assertRefused(file, "Python pickle", "safetensors.torch.save_file(");
    }

    @Test
    void tellsOfAGitLfsPointer() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Files.writeString(file, "version https://git-lfs.github.com/spec/v1\n");
        assertRefused(file, "Git LFS pointer", "git lfs pull");
    }

    @Test
    void givesNoSuchAdviceOnAHeaderWhoseLengthLooksLikeAPickle() throws IOException {
        byte[] bytes = RawFile.bytes("{}" + " ".repeat(0x280 - 2), 0);
        assertThat(bytes).startsWith(0x80, 2);
        Path file = Files.write(folder.resolve("raw.safetensors"), bytes);
        SafeTensors.open(file).close();
    }

    @Test
    void refusesAFolder() {
        assertRefused(folder, "is not a regular file");
    }

    @Test
    void leavesAMissingFileToTheFileSystem() {
        assertThatThrownBy(() -> SafeTensors.open(folder.resolve("none")))
                .isInstanceOf(NoSuchFileException.class);
    }

    private static String tensor(String dtype, String shape, long begin, long end) {
        return String.format(
                "{\"a\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}}",
                dtype, shape, begin, end);
    }

    /** Two float tensors [1]. */
    private static String pair(long begin, long end, long nextBegin, long nextEnd) {
        String a = tensor("F32", "[1]", begin, end);
        String b = tensor("F32", "[1]", nextBegin, nextEnd).replace("\"a\"", "\"b\"");
        return a.substring(0, a.length() - 1) + "," + b.substring(1);
    }

    private static void assertRefused(Path file, String... messages) {
        assertThatThrownBy(() -> SafeTensors.open(file))
                .isInstanceOf(SafeTensorsException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContainingAll(messages);
    }
}
