package io.github.sasblock.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes files byte by byte, valid or not. */
final class RawFile {

    private RawFile() {}

    static byte[] bytes(String header, int dataBytes) {
        return bytes(header.getBytes(StandardCharsets.UTF_8), new byte[dataBytes]);
    }

    static byte[] bytes(byte[] header, byte[] data) {
        return ByteBuffer.allocate(Long.BYTES + header.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .put(data)
                .array();
    }

    static Path write(Path folder, String header, int dataBytes) throws IOException {
        return Files.write(folder.resolve("raw.safetensors"), bytes(header, dataBytes));
    }
}
